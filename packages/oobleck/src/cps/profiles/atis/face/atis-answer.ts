// Answers in the shape of the ATIS profiles: `{"status":404,"error":"..."}`, always JSON, never kept by anybody on the way.

import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { HttpProblem, problemOf } from '../../../../http/index.ts';
import type { EventLog } from '../../../../operate/index.ts';
import { REFUSALS, type Refusal } from '../index.ts';

export interface AtisAnswer {
  readonly status: number;
  readonly body: Buffer;
  /** For the Allow field of a 405. */
  readonly allowed?: string;
}

export function jsonAnswer(status: number, json: string): AtisAnswer {
  return { status, body: Buffer.from(json) };
}

export function answerOf(status: number, error: string): AtisAnswer {
  return jsonAnswer(status, JSON.stringify({ status, error }));
}

const ANSWERS = new Map(
  Object.entries(REFUSALS).map(([refusal, { status, error }]) => [refusal, answerOf(status, error)]),
);

export function refusalOf(refusal: Refusal): AtisAnswer {
  return ANSWERS.get(refusal)!;
}

/** Of what was thrown: a body that is too long, too slow or not whole; all else is logged and told as one 500. */
export function failureOf(error: unknown, log: EventLog): AtisAnswer {
  const { status, title } = error instanceof HttpProblem ? error.problem : problemOf(error, log);
  return answerOf(status, title);
}

/** Where the request's body was not read to its end, the connection (of HTTP/2, the stream) ends with the answer. */
export function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  { status, body, allowed }: AtisAnswer,
): void {
  if (response.headersSent || response.destroyed) return;
  const headers: OutgoingHttpHeaders = {
    'content-type': 'application/json',
    'content-length': body.length,
    'cache-control': 'no-store',
  };
  if (allowed !== undefined) headers.allow = allowed;
  // RFC 6750 Section 3: a 401 names the scheme.
  if (status === 401) headers['www-authenticate'] = 'Bearer';
  if (!request.complete) endAfterwards(request, response, headers);
  response.writeHead(status, headers).end(body);
}

function endAfterwards(
  request: IncomingMessage,
  response: ServerResponse,
  headers: OutgoingHttpHeaders,
): void {
  if (request.httpVersionMajor < 2) {
    headers.connection = 'close';
    return;
  }
  const { stream } = response as ServerResponse & { stream?: { close(): void } };
  response.once('finish', () => stream?.close());
}
