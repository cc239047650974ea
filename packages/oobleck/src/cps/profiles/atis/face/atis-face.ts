// The routes of the ATIS profiles, HTTP/2 and HTTP/1.1 alike. What they answer is exact to the byte, errors included, for
// clients of other makes.
//
//   POST, GET /passports/{DEST}/{ORIG}          ATIS-1000096
//   POST, GET /passports/{SPC}/{DEST}/{ORIG}    ATIS-1000105
//   GET       /health
//
// What the token says is held against the request before a byte of the body is kept. (V-09)

import { createWorkBatch, type HotExchange, type HotRoutes, type WorkBatch } from '../../../../http/index.ts';
import { type AtisPlacement, type Claim, MAXIMUM_BODY_BYTES, type Place, parsePlace } from '../index.ts';
import { faultOf, preparedJson, refusalOf, toldInAtisForm } from './atis-answer.ts';
import { AtisTask } from './atis-task.ts';

export interface AtisFaceOptions {
  /** How long the body of a request may take, default 10000. */
  readonly bodyTimeoutMs?: number;
}

const BODY_TIMEOUT_MS = 10_000;

export function createAtisFace(
  placement: AtisPlacement,
  { bodyTimeoutMs = BODY_TIMEOUT_MS }: AtisFaceOptions = {},
): HotRoutes {
  const batch = createWorkBatch<AtisTask>(
    (one) => one.read(),
    (one) => one.prove(),
    (one) => one.act(),
    (one) => one.answer(),
  );
  const face = { placement, batch, bounds: { limitBytes: MAXIMUM_BODY_BYTES, timeoutMs: bodyTimeoutMs } };
  return (exchange) => {
    const { target } = exchange;
    const isPassports = target.startsWith(PASSPORTS);
    if (!isPassports && target !== '/health' && !target.startsWith('/republish/')) return false;
    exchange.refuseAs(toldInAtisForm);
    if (isPassports) takePassports(face, exchange);
    else if (target === '/health') answerHealth(exchange);
    else exchange.refuse(refusalOf('republish'));
    return true;
  };
}

interface Face {
  readonly placement: AtisPlacement;
  readonly batch: WorkBatch<AtisTask>;
  readonly bounds: { readonly limitBytes: number; readonly timeoutMs: number };
}

/** The claim of who publishes is read before the body, all else with the others of the turn. */
function takePassports({ placement, batch, bounds }: Face, exchange: HotExchange): void {
  const { method } = exchange;
  if (method === 'GET')
    batch(new AtisTask(placement, exchange, () => readClaim(placement, exchange, 'retrieve'), undefined));
  else if (method === 'POST') {
    const claim = readClaim(placement, exchange, 'publish');
    exchange.receiveBody(bounds, (body) => batch(new AtisTask(placement, exchange, () => claim, body)));
  } else refuseMethod(exchange, 'GET, POST');
}

const PASSPORTS = '/passports/';
/** One more than a place has, so that a longer path is none. */
const MAXIMUM_SEGMENTS = 4;

/** @throws HttpProblem where the request or its token does not fit */
function readClaim(placement: AtisPlacement, exchange: HotExchange, action: 'publish' | 'retrieve'): Claim {
  const place = readPlace(exchange);
  const read = placement.read({ authorization: exchange.fields.authorization, place, action });
  if ('refusal' in read) throw refusalOf(read.refusal);
  return read.claim;
}

/** @throws HttpProblem 400, 415 */
function readPlace({ method, target, fields }: HotExchange): Place {
  const place = parsePlace(target.slice(PASSPORTS.length).split('/', MAXIMUM_SEGMENTS));
  if (place === undefined) throw faultOf(400, 'the path names no two parties');
  if (method === 'GET') return place;
  if (!isJson(fields['content-type'])) throw faultOf(415, 'the body must be application/json');
  return place;
}

const sendHealthy = preparedJson(200, '{"status":200,"message":"OK"}');

function answerHealth(exchange: HotExchange): void {
  if (exchange.method === 'GET') sendHealthy(exchange);
  else refuseMethod(exchange, 'GET');
}

function refuseMethod(exchange: HotExchange, allowed: string): void {
  exchange.refuse(faultOf(405, 'the method is not allowed here'), ['allow', allowed]);
}

function isJson(type: string | undefined): boolean {
  return type === 'application/json' || /^application\/json *(;|$)/i.test(type ?? '');
}
