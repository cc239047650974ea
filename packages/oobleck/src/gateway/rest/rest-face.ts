// The REST interface for switches and SBCs (ATIS-1000082, 3GPP TS 24.229 Annex V): every call passes here, so it sees
// exchanges and no requests, and what is decided at once is answered at once. Everything it refuses has an error id of
// ATIS-1000082; who may ask is decided in access.ts.

import type { IncomingHttpHeaders } from 'node:http';
import type { JsonObject } from '@oobleck/stir/json';
import { type AtOnceOrLater, andThen } from '../../call/index.ts';
import { createWorkBatch, type HotExchange, type HotRoutes, type WorkBatch } from '../../http/index.ts';
import { type CallPath, createRandomIds, type TrunkTable } from '../trunk/index.ts';
import type { Access } from './access.ts';
import type { Asker } from './asker.ts';
import { AtisRefusal, toldInAtisForm } from './atis-error.ts';
import { OPEN_API_TEXT } from './open-api.ts';
import type { ReasonCodes } from './reason-codes.ts';
import { readBodyObject } from './request-reader.ts';
import { readRetraction } from './retraction.ts';
import { readSigning } from './signing.ts';
import { readVerification } from './verification.ts';

export interface RestParts {
  readonly path: CallPath;
  readonly trunks: TrunkTable;
  /** A resource whose service does not run does not exist. */
  readonly isSigning: boolean;
  readonly isVerifying: boolean;
  readonly access: Access;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Default `rfc8224`. */
  readonly reasonCodes?: ReasonCodes | undefined;
}

const PREFIX = '/stir/';
const JSON_TYPE = 'application/json';
const BODY_BOUNDS = { limitBytes: 65_536, timeoutMs: 10_000 };
/** X-RequestID is echoed, so it is held to what may stand in a header field. */
const REQUEST_ID = /^[!-~]{1,128}$/;
/** A question, read; what decides it; what then tells the answer, `undefined` where there is nothing to say. */
type Post = (body: JsonObject, asker: Asker) => Decide;
type Decide = () => AtOnceOrLater<Tell>;
type Tell = () => JsonObject | undefined;
type Get = (rest: string, tenant: string) => string;

interface Resource {
  readonly path: string;
  readonly post?: Post;
  readonly get?: Get;
}

/** A request whose body has come, on its way through a turn: what is refused, or waits, has nothing for the next stage. */
interface Asked {
  readonly exchange: HotExchange;
  readonly post: Post;
  readonly tenant: string;
  readonly ids: readonly string[];
  readonly body: Uint8Array;
  decide?: Decide | undefined;
  tell?: Tell | undefined;
}

export function createRestFace(parts: RestParts): HotRoutes {
  const resources = resourcesOf(parts);
  const nextId = createRandomIds();
  const batch = createWorkBatch<Asked>((asked) => read(parts, asked), decide, answer);
  return (exchange) => {
    if (!exchange.target.startsWith(PREFIX)) return false;
    const ids = echoedIds(exchange.fields, nextId);
    exchange.refuseAs(toldInAtisForm(ids));
    serve(parts, resources, batch, exchange, ids);
    return true;
  };
}

function resourcesOf({
  path,
  isSigning,
  isVerifying,
  reasonCodes = 'rfc8224',
}: RestParts): readonly Resource[] {
  const sign: Post = (body, asker) => {
    const { offer, format } = readSigning(body, asker);
    return () => andThen(path.place(offer), (answer) => () => format(answer));
  };
  const retract: Post = (body, asker) => {
    const call = readRetraction(body, asker);
    return () => {
      path.retract(call);
      return () => undefined;
    };
  };
  const verify: Post = (body, asker) => {
    const { offer, priority, format } = readVerification(body, asker, reasonCodes);
    return () => {
      const answer = path.receive(offer);
      const beside =
        priority && path.receive({ ...offer, identities: priority.identities, isInBandOnly: true });
      return answer instanceof Promise || beside instanceof Promise
        ? Promise.all([answer, beside]).then(
            ([one, other]) =>
              () =>
                format(one, other),
          )
        : () => format(answer, beside);
    };
  };
  const trace: Get = (id, tenant) => JSON.stringify({ traces: path.traces.find(tenant, decoded(id)) });
  return [
    ...(isSigning
      ? [
          { path: '/stir/v1/signing', post: sign },
          { path: '/stir/v1/retraction', post: retract },
        ]
      : []),
    ...(isVerifying ? [{ path: '/stir/v1/verification', post: verify }] : []),
    { path: '/stir/v1/traces/', get: trace },
    { path: '/stir/v1/openapi.json', get: () => OPEN_API_TEXT },
  ];
}

/** @throws HttpProblem for a request that is refused before its body is read */
function serve(
  parts: RestParts,
  resources: readonly Resource[],
  batch: WorkBatch<Asked>,
  exchange: HotExchange,
  ids: readonly string[],
): void {
  const path = exchange.target.split('?', 1)[0]!;
  const resource = resources.find((one) =>
    one.path.endsWith('/') ? path.startsWith(one.path) && path.length > one.path.length : path === one.path,
  );
  if (resource === undefined) throw new AtisRefusal('SVC4003');
  const { get, post } = resource;
  const { method, fields: headers, socket } = exchange;
  if (method === 'GET' && get !== undefined)
    send(exchange, get(path.slice(resource.path.length), parts.access({ headers, socket })), ids);
  else if (method === 'POST' && post !== undefined) {
    // Who asks comes first: whoever may not ask learns nothing else.
    const tenant = parts.access({ headers, socket });
    requireFraming(headers);
    exchange.receiveBody(BODY_BOUNDS, (body) => batch({ exchange, post, tenant, ids, body }));
  } else exchange.refuse(new AtisRefusal('POL4050'), ['allow', post === undefined ? 'GET' : 'POST']);
}

function read({ trunks, now }: RestParts, asked: Asked): void {
  const { exchange, post, tenant, ids, body } = asked;
  try {
    const asker = { tenant, requestId: ids[1]!, trunks, now: Math.floor(now() / 1000) };
    asked.decide = post(readBodyObject(body), asker);
  } catch (error) {
    exchange.refuse(error);
  }
}

function decide(asked: Asked): void {
  if (asked.decide === undefined) return;
  const { exchange } = asked;
  try {
    const tell = asked.decide();
    if (tell instanceof Promise)
      tell.then(
        (known) => answer({ ...asked, tell: known }),
        (error: unknown) => exchange.refuse(error),
      );
    else asked.tell = tell;
  } catch (error) {
    exchange.refuse(error);
  }
}

function answer({ exchange, ids, tell }: Asked): void {
  if (tell === undefined) return;
  try {
    const known = tell();
    send(exchange, known && JSON.stringify(known), ids);
  } catch (error) {
    exchange.refuse(error);
  }
}

/** Fields of the answer: name, value, name, value. The first is the request's id, made where it has none. */
function echoedIds(headers: IncomingHttpHeaders, nextId: () => string): readonly string[] {
  const { 'x-requestid': given, 'x-instanceid': instance } = headers;
  const requestId = typeof given === 'string' && REQUEST_ID.test(given) ? given : nextId();
  const fields = ['x-requestid', requestId];
  if (typeof instance === 'string' && REQUEST_ID.test(instance)) fields.push('x-instanceid', instance);
  return fields;
}

/** @throws AtisRefusal SVC4000, SVC4002, SVC4004, SVC4007 */
function requireFraming(headers: IncomingHttpHeaders): void {
  const { accept } = headers;
  if (accept !== undefined && accept !== JSON_TYPE && !accept.split(',').some(isJsonAccepted))
    throw new AtisRefusal('SVC4002');
  if (headers['content-length'] === undefined) throw new AtisRefusal('SVC4007');
  if (headers['content-length'] === '0') throw new AtisRefusal('SVC4000');
  const type = headers['content-type'] ?? '';
  if (type !== JSON_TYPE && mediaTypeOf(type) !== JSON_TYPE) throw new AtisRefusal('SVC4004');
}

function isJsonAccepted(part: string): boolean {
  const type = mediaTypeOf(part);
  return type === JSON_TYPE || type === 'application/*' || type === '*/*';
}

function mediaTypeOf(text: string): string {
  return text.split(';', 1)[0]!.trim().toLowerCase();
}

function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    throw new AtisRefusal('SVC4003');
  }
}

/** @param text `undefined` where there is nothing to say */
function send(exchange: HotExchange, text: string | undefined, ids: readonly string[]): void {
  if (text === undefined) {
    exchange.answer({ status: 204, fields: ids });
    return;
  }
  const length = String(Buffer.byteLength(text));
  exchange.answer(
    { status: 200, fields: ['content-type', JSON_TYPE, 'content-length', length, ...ids] },
    text,
  );
}
