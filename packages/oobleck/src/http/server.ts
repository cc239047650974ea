// The listener: TLS 1.3 and 1.2 with HTTP/2 and HTTP/1.1 on one port, or plain HTTP/1.1 on loopback where that is
// asked for. It asks the hot routes first, then the fallback; both see node's own request and response, which look
// alike in both versions of HTTP. It bounds header sizes, times and streams; bodies are bounded where they are read.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { constants, createSecureServer, type Http2SecureServer, type SecureServerOptions } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import type { EventLog } from '../operate/index.ts';
import { createAddressPolicy } from './address-policy.ts';
import { createConnectionTracker } from './connection-tracker.ts';
import { type CorsOptions, createCors } from './cors.ts';
import { formatProblem, PROBLEM_MEDIA_TYPE, type Problem, problemOf, sendProblem } from './problem.ts';

export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => void;

export interface HttpServerOptions {
  /** Address or name to listen on. */
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** PEM. With `clientCa`, clients without a certificate from it are refused. */
  readonly tls?: { readonly certificate: string; readonly key: string; readonly clientCa?: string };
  /** Needed to listen without `tls`, which is possible on loopback only. */
  readonly allowPlainHttp?: boolean;
  readonly log: EventLog;
  /** Pages that may call; without it, none is told that it may. */
  readonly cors?: CorsOptions;
  /** Hot routes: answers and returns true, or returns false and has touched nothing. */
  readonly routes?: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** For everything else, default 404. */
  readonly fallback?: HttpHandler;
  readonly limits?: Partial<HttpServerLimits>;
}

export interface HttpServerLimits {
  /** Default 16384. */
  readonly maxHeaderBytes: number;
  /** Default 10000. */
  readonly headerTimeoutMs: number;
  /** From the first byte of a request to its last, default 30000. Over HTTP/2, hot routes see to it themselves. */
  readonly requestTimeoutMs: number;
  /** From a request's headers to the last byte of its answer, default 60000: nobody keeps answers by not reading them. */
  readonly responseTimeoutMs: number;
  /** Default 65000, longer than clients keep idle connections. */
  readonly idleTimeoutMs: number;
  /** Concurrent streams of an HTTP/2 connection, default 128. */
  readonly maxStreams: number;
  /** Default 10000. */
  readonly maxConnections: number;
}

export interface HttpServer {
  readonly port: number;
  /** `https://host:port`, or `http:`. */
  readonly origin: string;
  /** Takes nothing new, lets what is in flight finish for so long (default 5000), then ends it. */
  close(boundMs?: number): Promise<void>;
}

const DEFAULTS: HttpServerLimits = {
  maxHeaderBytes: 16_384,
  headerTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  responseTimeoutMs: 60_000,
  idleTimeoutMs: 65_000,
  maxStreams: 128,
  maxConnections: 10_000,
};

const LARGE_HEADER: Problem = {
  status: 431,
  slug: 'header-fields-too-large',
  title: 'The header fields are larger than allowed',
};

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const UNKNOWN_METHOD: Problem = {
  status: 501,
  slug: 'unknown-method',
  title: 'This method is not known here',
};

const MALFORMED: Problem = {
  status: 400,
  slug: 'malformed-request',
  title: 'The request is not well-formed HTTP',
};
const CLIENT_ERRORS: Readonly<Record<string, Problem>> = {
  HPE_HEADER_OVERFLOW: LARGE_HEADER,
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, slug: 'request-timeout', title: 'The request took too long' },
};

/** Resolves once it listens. @throws TypeError without TLS where that is not allowed; what `listen` throws */
export async function createHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const limits = { ...DEFAULTS, ...options.limits };
  const server = options.tls === undefined ? plainServer(options, limits) : secureServer(options, limits);
  const tracker = createConnectionTracker(server);
  server.maxConnections = limits.maxConnections;
  server.on('request', dispatcher(options, limits) as never);
  server.on('clientError', (error: Error, socket: Socket) => answerClientError(error, socket));
  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    port,
    origin: `${options.tls === undefined ? 'http' : 'https'}://${host}:${port}`,
    close: (boundMs = 5000) => tracker.close(boundMs),
  };
}

function plainServer({ host, allowPlainHttp }: HttpServerOptions, limits: HttpServerLimits): Server {
  const isLoopback = host === 'localhost' || createAddressPolicy().isLoopback(host);
  if (!allowPlainHttp || !isLoopback)
    throw new TypeError('plain HTTP needs allowPlainHttp and a loopback address');
  return createServer(http1Options(limits));
}

function secureServer({ tls }: HttpServerOptions, limits: HttpServerLimits): Http2SecureServer {
  const options: SecureServerOptions & { http1Options: object } = {
    cert: tls!.certificate,
    key: tls!.key,
    minVersion: 'TLSv1.2',
    handshakeTimeout: limits.headerTimeoutMs,
    allowHTTP1: true,
    http1Options: http1Options(limits),
    ...http1Options(limits),
    settings: {
      maxConcurrentStreams: limits.maxStreams,
      maxHeaderListSize: limits.maxHeaderBytes,
      enablePush: false,
    },
  };
  if (tls!.clientCa !== undefined)
    Object.assign(options, { ca: tls!.clientCa, requestCert: true, rejectUnauthorized: true });
  return createSecureServer(options).setTimeout(limits.idleTimeoutMs);
}

function http1Options(limits: HttpServerLimits) {
  return {
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: limits.headerTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.idleTimeoutMs,
    connectionsCheckingInterval: Math.min(5000, limits.headerTimeoutMs),
  };
}

function dispatcher(options: HttpServerOptions, limits: HttpServerLimits): HttpHandler {
  const { routes, fallback, log } = options;
  const cors = options.cors && createCors(options.cors);
  return (request, response) => {
    try {
      if (cors?.(request, response)) return;
      if (hasLargeHeader(request, limits.maxHeaderBytes)) return sendProblem(request, response, LARGE_HEADER);
      if (!METHODS.has(request.method ?? '')) return sendProblem(request, response, UNKNOWN_METHOD);
      limitResponseTime(response, limits.responseTimeoutMs);
      if (routes?.(request, response)) return;
      if (fallback !== undefined) {
        limitBodyTime(request, response, limits.requestTimeoutMs);
        return fallback(request, response);
      }
      sendProblem(request, response, { status: 404, slug: 'not-found', title: 'There is nothing here' });
    } catch (error) {
      sendProblem(request, response, problemOf(error, log));
    }
  };
}

/** An answer that is not taken in time ends with its stream, or its connection. */
function limitResponseTime(response: ServerResponse, boundMs: number): void {
  const timer = setTimeout(() => response.destroy(), boundMs);
  response.once('close', () => clearTimeout(timer));
}

/** HTTP/2 holds a peer to the announced size only once the peer has acknowledged it. */
function hasLargeHeader({ httpVersionMajor, rawHeaders }: IncomingMessage, maxHeaderBytes: number): boolean {
  if (httpVersionMajor < 2) return false;
  let length = 0;
  for (const text of rawHeaders) length += text.length;
  return length > maxHeaderBytes;
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

function listen(server: Server | Http2SecureServer, { host, port }: HttpServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** What the HTTP/1.1 parser refused: there is no request to answer, only a socket. */
function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const problem = CLIENT_ERRORS[error.code ?? ''] ?? MALFORMED;
  const body = formatProblem(problem);
  const head = `HTTP/1.1 ${problem.status} ${problem.title}\r\nconnection: close\r\ncontent-type: ${PROBLEM_MEDIA_TYPE}`;
  socket.end(`${head}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}
