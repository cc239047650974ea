// The routes of the ATIS profiles on node's own request and response, HTTP/2 and HTTP/1.1 alike. What they answer is
// exact to the byte, errors included, for clients of other makes.
//
//   POST, GET /passports/{DEST}/{ORIG}          ATIS-1000096
//   POST, GET /passports/{SPC}/{DEST}/{ORIG}    ATIS-1000105
//   GET       /health
//
// The token is checked before a byte of the body is kept.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../../../../http/index.ts';
import type { EventLog } from '../../../../operate/index.ts';
import { type AtisPlacement, type Grant, MAXIMUM_BODY_BYTES, parsePlace } from '../index.ts';
import { type AtisAnswer, answerOf, failureOf, jsonAnswer, refusalOf, sendAnswer } from './atis-answer.ts';

/** Answers and says true, or says false and has touched nothing. */
export type AtisFace = (request: IncomingMessage, response: ServerResponse) => boolean;

const BODY_TIMEOUT_MS = 10_000;
const CREATED = jsonAnswer(201, '{"status":201,"message":"Created"}');
const HEALTHY = jsonAnswer(200, '{"status":200,"message":"OK"}');

export interface AtisFaceOptions {
  /** How long the body of a request may take, default 10000. */
  readonly bodyTimeoutMs?: number;
}

export function createAtisFace(
  placement: AtisPlacement,
  log: EventLog,
  { bodyTimeoutMs = BODY_TIMEOUT_MS }: AtisFaceOptions = {},
): AtisFace {
  return (request, response) => {
    const handle = handlerFor(placement, request, bodyTimeoutMs);
    if (handle === undefined) return false;
    handle().then(
      (answer) => sendAnswer(request, response, answer),
      (error: unknown) => sendAnswer(request, response, failureOf(error, log)),
    );
    return true;
  };
}

type Handler = () => Promise<AtisAnswer>;

/** `undefined` where the path is none of these. */
function handlerFor(
  placement: AtisPlacement,
  request: IncomingMessage,
  bodyTimeoutMs: number,
): Handler | undefined {
  const path = request.url ?? '';
  if (path.startsWith('/passports/')) return () => answerPassports(placement, request, path, bodyTimeoutMs);
  if (path === '/health') return async () => (request.method === 'GET' ? HEALTHY : wrongMethod('GET'));
  return path.startsWith('/republish/') ? async () => refusalOf('republish') : undefined;
}

async function answerPassports(
  placement: AtisPlacement,
  request: IncomingMessage,
  path: string,
  bodyTimeoutMs: number,
): Promise<AtisAnswer> {
  const { method, headers } = request;
  if (method !== 'GET' && method !== 'POST') return wrongMethod('GET, POST');
  const place = parsePlace(path.slice('/passports/'.length).split('/', MAXIMUM_SEGMENTS));
  if (place === undefined) return answerOf(400, 'the path names no two parties');
  if (method === 'POST' && !isJson(headers['content-type']))
    return answerOf(415, 'the body must be application/json');
  if (Number(headers['content-length']) > MAXIMUM_BODY_BYTES)
    return answerOf(413, 'the body is larger than allowed');
  const action = method === 'GET' ? 'retrieve' : 'publish';
  const admitted = await placement.admit({ authorization: headers.authorization, place, action });
  if ('refusal' in admitted) return refusalOf(admitted.refusal);
  if (method === 'GET') return retrieve(placement, admitted.grant);
  const refusal = await placement.publish(
    admitted.grant,
    await readBody(request, MAXIMUM_BODY_BYTES, bodyTimeoutMs),
  );
  return refusal === undefined ? CREATED : refusalOf(refusal);
}

/** One more than a place has, so that a longer path is none. */
const MAXIMUM_SEGMENTS = 4;

async function retrieve(placement: AtisPlacement, grant: Grant): Promise<AtisAnswer> {
  const found = await placement.retrieve(grant);
  if ('refusal' in found) return refusalOf(found.refusal);
  // PASSporTs are base64url and dots: nothing in them needs escaping.
  return jsonAnswer(200, `{"passports":["${found.passports.join('","')}"]}`);
}

function isJson(type: string | undefined): boolean {
  return type === 'application/json' || /^application\/json *(;|$)/i.test(type ?? '');
}

function wrongMethod(allowed: string): AtisAnswer {
  return { ...answerOf(405, 'the method is not allowed here'), allowed };
}
