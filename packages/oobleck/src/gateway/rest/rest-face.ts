// The REST interface for switches and SBCs (ATIS-1000082, 3GPP TS 24.229 Annex V) on node's own request and response:
// every call passes here. Everything it refuses has an error id of ATIS-1000082; who may ask is decided in access.ts.

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JsonObject } from '@oobleck/stir/json';
import { HttpProblem, problemOf, readBody, sendProblem } from '../../http/index.ts';
import type { EventLog } from '../../operate/index.ts';
import type { CallPath, TrunkTable } from '../trunk/index.ts';
import type { Access } from './access.ts';
import type { Asker } from './asker.ts';
import { AtisRefusal, formatAtisError } from './atis-error.ts';
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
  readonly log: EventLog;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Default `rfc8224`. */
  readonly reasonCodes?: ReasonCodes | undefined;
}

/** Answers and says true, or says false and has touched nothing. */
export type RestFace = (request: IncomingMessage, response: ServerResponse) => boolean;

const PREFIX = '/stir/';
const JSON_TYPE = 'application/json';
const MAXIMUM_BODY = 65_536;
const BODY_TIMEOUT_MS = 10_000;
/** X-RequestID is echoed, so it is held to what may stand in a header field. */
const REQUEST_ID = /^[!-~]{1,128}$/;
/** A body to an answer. */
type Post = (body: JsonObject, asker: Asker) => Promise<JsonObject | undefined>;
type Get = (rest: string, tenant: string) => string;

interface Resource {
  readonly path: string;
  readonly post?: Post;
  readonly get?: Get;
}

export function createRestFace(parts: RestParts): RestFace {
  const resources = resourcesOf(parts);
  return (request, response) => {
    const url = request.url ?? '';
    if (!url.startsWith(PREFIX)) return false;
    void serve(parts, resources, request, response);
    return true;
  };
}

function resourcesOf({
  path,
  isSigning,
  isVerifying,
  reasonCodes = 'rfc8224',
}: RestParts): readonly Resource[] {
  const sign: Post = async (body, asker) => {
    const { offer, format } = readSigning(body, asker);
    return format(await path.place(offer));
  };
  const retract: Post = async (body, asker) => {
    path.retract(readRetraction(body, asker));
    return undefined;
  };
  const verify: Post = async (body, asker) => {
    const { offer, priority, format } = readVerification(body, asker, reasonCodes);
    const [answer, priorityAnswer] = await Promise.all([
      path.receive(offer),
      priority && path.receive({ ...offer, identities: priority.identities, isInBandOnly: true }),
    ]);
    return format(answer, priorityAnswer);
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

async function serve(
  parts: RestParts,
  resources: readonly Resource[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const ids = echoedIds(request);
  try {
    const path = (request.url ?? '').split('?', 1)[0]!;
    const resource = resources.find((one) =>
      one.path.endsWith('/') ? path.startsWith(one.path) && path.length > one.path.length : path === one.path,
    );
    if (resource === undefined) throw new AtisRefusal('SVC4003');
    const answer = await answerTo(parts, resource, request, ids[1]!, path.slice(resource.path.length));
    if (answer === undefined) response.writeHead(204, [...ids]).end();
    else send(response, 200, answer, ids);
  } catch (error) {
    if (!response.headersSent)
      for (let at = 0; at < ids.length; at += 2) response.setHeader(ids[at]!, ids[at + 1]!);
    sendError(request, response, error, parts.log);
  }
}

async function answerTo(
  parts: RestParts,
  { post, get }: Resource,
  request: IncomingMessage,
  requestId: string,
  rest: string,
): Promise<string | undefined> {
  if (request.method === 'GET' && get !== undefined) return get(rest, parts.access(request));
  if (request.method !== 'POST' || post === undefined) throw new AtisRefusal('POL4050');
  // Who asks comes first: whoever may not ask learns nothing else.
  const tenant = parts.access(request);
  requireFraming(request);
  const body = readBodyObject(await readBody(request, MAXIMUM_BODY, BODY_TIMEOUT_MS));
  const { trunks } = parts;
  const asker = { tenant, requestId, trunks, now: Math.floor(parts.now() / 1000) };
  const answer = await post(body, asker);
  return answer && JSON.stringify(answer);
}

/** Fields of the answer: name, value, name, value. The first is the request's id, made where it has none. */
function echoedIds({ headers }: IncomingMessage): readonly string[] {
  const { 'x-requestid': given, 'x-instanceid': instance } = headers;
  const requestId = typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
  const fields = ['x-requestid', requestId];
  if (typeof instance === 'string' && REQUEST_ID.test(instance)) fields.push('x-instanceid', instance);
  return fields;
}

/** @throws AtisRefusal SVC4000, SVC4002, SVC4004, SVC4007 */
function requireFraming({ headers }: IncomingMessage): void {
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

function send(response: ServerResponse, status: number, text: string, fields: readonly string[] = []): void {
  const length = String(Buffer.byteLength(text));
  response.writeHead(status, ['content-type', JSON_TYPE, 'content-length', length, ...fields]).end(text);
}

function sendError(request: IncomingMessage, response: ServerResponse, error: unknown, log: EventLog): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (!request.complete && request.httpVersionMajor < 2) {
    response.setHeader('connection', 'close');
    request.resume();
  }
  const isProblem = error instanceof HttpProblem;
  // A body that ended before its time: for ATIS-1000082 it cannot be parsed.
  if (isProblem && error.problem.status !== 400) sendProblem(request, response, error.problem);
  else sendRefusal(request, response, refusalFor(error, log));
}

function refusalFor(error: unknown, log: EventLog): AtisRefusal {
  if (error instanceof AtisRefusal) return error;
  if (error instanceof HttpProblem) return new AtisRefusal('SVC4006');
  problemOf(error, log); // logs it under an incident id
  return new AtisRefusal('POL5000');
}

function sendRefusal(request: IncomingMessage, response: ServerResponse, refusal: AtisRefusal): void {
  const isGet = /^\/stir\/v1\/(?:traces\/|openapi)/.test(request.url ?? '');
  if (refusal.id === 'POL4050') response.setHeader('allow', isGet ? 'GET' : 'POST');
  send(response, refusal.status, formatAtisError(refusal));
}
