// From node's events to the gate and the routes: streams of HTTP/2 without node's compatibility layer where a hot route takes them,
// requests of HTTP/1.1, and what is left of both to the routes and the fallback.

import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  constants,
  type Http2SecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Connection, ConnectionGuard } from './connection-guard.ts';
import type { ExchangeContext } from './hot-exchange.ts';
import type { HttpServerLimits } from './http-limits.ts';
import { Http1Exchange } from './http1-exchange.ts';
import { Http2Exchange } from './http2-exchange.ts';
import { type Problem, problemOf, sendProblem } from './problem.ts';
import type { RequestGate } from './request-gate.ts';
import { rememberLimit } from './response-limit.ts';

export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => void;

export interface ReceptionOptions {
  /** Routes without a framework: answers and returns true, or returns false and has touched nothing. Asked after the hot ones. */
  readonly routes?: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** For everything else, default 404. */
  readonly fallback?: HttpHandler;
}

const NOT_FOUND: Problem = { status: 404, slug: 'not-found', title: 'There is nothing here' };

/** What is needed to receive requests. */
interface Reception {
  readonly options: ReceptionOptions;
  readonly limits: HttpServerLimits;
  readonly guard: ConnectionGuard;
  readonly gate: RequestGate;
  readonly context: ExchangeContext;
}

type StreamListener = (
  this: Http2SecureServer,
  stream: ServerHttp2Stream,
  fields: IncomingHttpHeaders,
  flags: number,
  rawHeaders: string[],
) => void;

/**
 * Streams come here first. What no hot route takes is handed to the listener that makes node's request and response of it, which node
 * has put there for `request`.
 */
export function takeStreams(server: Http2SecureServer, reception: Reception): void {
  const [compatible] = server.listeners('stream') as StreamListener[];
  server.removeAllListeners('stream');
  const listener: StreamListener = (stream, fields, flags, rawHeaders) => {
    if (!takeStream(reception, stream, fields, rawHeaders) && !stream.destroyed)
      compatible!.call(server, stream, fields, flags, rawHeaders);
  };
  server.on('stream', listener as never);
}

function takeStream(
  reception: Reception,
  stream: ServerHttp2Stream,
  fields: IncomingHttpHeaders,
  rawHeaders: readonly string[],
): boolean {
  const { guard, gate, context, limits } = reception;
  const { open } = context;
  const session = stream.session as ServerHttp2Session;
  const connection = guard.of(session);
  const isWelcome = guard.ask(connection, open.now);
  const exchange = new Http2Exchange(stream, fields, context, gate.furtherFields(fields.origin));
  open.add(exchange);
  (stream as Carrier)[ASKED] = { reception, exchange, connection, isWelcome };
  stream.on('error', ignore).on('close', ended);
  if (connection !== undefined && connection.requests >= limits.maxRequestsPerConnection) session.close();
  if (gate.admit(exchange, rawHeaders, isWelcome)) return true;
  rememberLimit(stream, exchange);
  return false;
}

const ASKED = Symbol('asked');

/** The HTTP/2 stream, or the response of HTTP/1.1. */
interface Carrier {
  [ASKED]?: Asked | undefined;
}

interface Asked {
  readonly reception: Reception;
  readonly exchange: Http1Exchange | Http2Exchange;
  readonly connection: Connection | undefined;
  readonly isWelcome: boolean;
}

/** Takes from the carrier what hangs on it: V8 keeps streams that closed until it marks the whole heap. */
function ended(this: Carrier): void {
  const asked = this[ASKED];
  if (asked === undefined) return;
  this[ASKED] = undefined;
  const { reception, exchange, connection, isWelcome } = asked;
  const { guard, context } = reception;
  const status = exchange.end();
  guard.answered(connection, isWelcome, context.open.now);
  context.onAnswered?.(exchange.target, status);
}

/** The stream closes as well; there is nobody to tell. */
function ignore(): void {
  // A peer that resets a stream is no fault of ours.
}

export function takeRequest(reception: Reception, request: IncomingMessage, response: ServerResponse): void {
  const { options, limits, guard, gate, context } = reception;
  const { open, log } = context;
  const further = gate.furtherFields(request.headers.origin);
  try {
    if (request.httpVersionMajor < 2) {
      const connection = guard.of(request.socket);
      const isWelcome = guard.ask(connection, open.now);
      if (connection !== undefined && connection.requests >= limits.maxRequestsPerConnection)
        response.setHeader('connection', 'close');
      const exchange = new Http1Exchange(request, response, context, further);
      open.add(exchange);
      (response as Carrier)[ASKED] = { reception, exchange, connection, isWelcome };
      response.on('close', ended);
      if (gate.admit(exchange, request.rawHeaders, isWelcome)) return;
      rememberLimit(response, exchange);
    }
    for (let at = 0; at < further.length; at += 2) response.setHeader(further[at]!, further[at + 1]!);
    if (options.routes?.(request, response)) return;
    if (options.fallback === undefined) {
      sendProblem(request, response, NOT_FOUND);
      return;
    }
    limitBodyTime(request, response, limits.requestTimeoutMs);
    options.fallback(request, response);
  } catch (error) {
    sendProblem(request, response, problemOf(error, log));
  }
}

/** What `requestTimeout` does for HTTP/1.1. */
function limitBodyTime(request: IncomingMessage, response: ServerResponse, timeoutMs: number): void {
  if (request.httpVersionMajor < 2 || request.complete) return;
  const timer = setTimeout(() => {
    const { stream } = response as ServerResponse & { stream?: { close(code: number): void } };
    if (!request.complete) stream?.close(constants.NGHTTP2_CANCEL);
  }, timeoutMs);
  request.once('end', () => clearTimeout(timer)).once('close', () => clearTimeout(timer));
}
