// The listener: TLS 1.3 and 1.2 with HTTP/2 and HTTP/1.1 on one port, or plain HTTP/1.1 on loopback where that is
// asked for (RFC 8816 Section 7.3: TLS is RECOMMENDED). Every request passes the gate, is shown to the hot routes, and,
// where they leave it, to the routes and the fallback over node's own request and response, which look alike in both
// versions of HTTP. It bounds what clients may take (`http-limits.ts`); bodies are bounded where they are read.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createSecureServer, type Http2SecureServer, type SecureServerOptions } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import type { EventLog, Readiness } from '../operate/index.ts';
import { createAddressPolicy } from './address-policy.ts';
import { createConnectionGuard } from './connection-guard.ts';
import { createConnectionTracker } from './connection-tracker.ts';
import type { CorsOptions } from './cors.ts';
import type { HotRoutes } from './hot-exchange.ts';
import { DEFAULT_LIMITS, type HttpServerLimits } from './http-limits.ts';
import { createLentMemory } from './lent-memory.ts';
import { createOpenExchanges } from './open-exchanges.ts';
import { formatProblem, PROBLEM_MEDIA_TYPE, type Problem } from './problem.ts';
import { createRequestGate, LARGE_HEADER } from './request-gate.ts';
import { type ReceptionOptions, takeRequest, takeStreams } from './request-reception.ts';

/** PEM. With `clientCa`, clients without a certificate from it are refused. */
export interface TlsMaterial {
  readonly certificate: string;
  readonly key: string;
  readonly clientCa?: string;
}

export interface HttpServerOptions extends ReceptionOptions {
  /** Address or name to listen on. */
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly tls?: TlsMaterial;
  /** Needed to listen without `tls`, which is possible on loopback only. */
  readonly allowPlainHttp?: boolean;
  readonly log: EventLog;
  /** Pages that may call; without it, none is told that it may. */
  readonly cors?: CorsOptions;
  /** Served at `/health`, `/health/live` and `/health/ready`; without it, nothing is there. */
  readonly readiness?: Readiness;
  /** Whether there is no room for more: everything but health is then answered with 503. Asked at every request. */
  readonly isOverloaded?: () => boolean;
  /** Routes that see an exchange and no request: where every microsecond counts. Asked first. */
  readonly hot?: HotRoutes;
  readonly limits?: Partial<HttpServerLimits>;
  /** Told of each answer once it is over, with the request's target; a status of 0 where there was none. */
  readonly onAnswered?: (target: string, status: number) => void;
}

export interface HttpServer {
  readonly port: number;
  /** `https://host:port`, or `http:`. */
  readonly origin: string;
  /** For connections from now on; those there are stay as they are. @throws what OpenSSL finds wrong, and leaves what there was */
  replaceTls(tls: TlsMaterial): void;
  /** Takes nothing new, lets what is in flight finish for so long (default 5000), then ends it. */
  close(boundMs?: number): Promise<void>;
}

const MALFORMED: Problem = {
  status: 400,
  slug: 'malformed-request',
  title: 'The request is not well-formed HTTP',
};
/** Streams that a connection may take back at once. */
const RESET_BURST = 1_000;
const CLIENT_ERRORS: Readonly<Record<string, Problem>> = {
  HPE_HEADER_OVERFLOW: LARGE_HEADER,
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, slug: 'request-timeout', title: 'The request took too long' },
};

/** Resolves once it listens. @throws TypeError without TLS where that is not allowed; what `listen` throws */
export async function createHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const server = options.tls === undefined ? plainServer(options, limits) : secureServer(options.tls, limits);
  server.maxConnections = limits.maxConnections;
  const guard = createConnectionGuard(server, limits);
  const tracker = createConnectionTracker(server);
  const open = createOpenExchanges(sweepOf(limits), guard.sweep);
  const { log } = options;
  const reception = {
    options,
    limits,
    guard,
    gate: createRequestGate(options, limits),
    context: {
      log,
      open,
      memory: createLentMemory(),
      responseTimeoutMs: limits.responseTimeoutMs,
      onAnswered: options.onAnswered,
    },
  };
  server.on('request', (request, response) =>
    takeRequest(reception, request as IncomingMessage, response as ServerResponse),
  );
  if ('setSecureContext' in server) takeStreams(server, reception);
  server.on('clientError', (error: Error, socket: Socket) => answerClientError(error, socket));
  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    port,
    origin: `${options.tls === undefined ? 'http' : 'https'}://${host}:${port}`,
    replaceTls(tls) {
      if ('setSecureContext' in server) server.setSecureContext(secureContext(tls));
    },
    async close(boundMs = 5000) {
      guard.dropHandshakes();
      await tracker.close(boundMs);
      open.close();
    },
  };
}

/** What is late is noticed soon after, for times of seconds as for those of tests. */
function sweepOf({ requestTimeoutMs, responseTimeoutMs, idleTimeoutMs }: HttpServerLimits): number {
  return Math.min(250, Math.ceil(Math.min(requestTimeoutMs, responseTimeoutMs, idleTimeoutMs) / 4));
}

function plainServer({ host, allowPlainHttp }: HttpServerOptions, limits: HttpServerLimits): Server {
  const isLoopback = host === 'localhost' || createAddressPolicy().isLoopback(host);
  if (!allowPlainHttp || !isLoopback)
    throw new TypeError('plain HTTP needs allowPlainHttp and a loopback address');
  return createServer(http1Options(limits));
}

function secureServer(tls: TlsMaterial, limits: HttpServerLimits): Http2SecureServer {
  const options: SecureServerOptions & { http1Options: object } = {
    ...secureContext(tls),
    handshakeTimeout: limits.headerTimeoutMs,
    allowHTTP1: true,
    http1Options: http1Options(limits),
    ...http1Options(limits),
    settings: {
      maxConcurrentStreams: limits.maxStreams,
      maxHeaderListSize: limits.maxHeaderBytes,
      enablePush: false,
    },
    // Fields beyond the count are still read, so that the answer can say what is wrong; far beyond, the stream is reset.
    maxHeaderListPairs: 2 * limits.maxHeaderFields,
    streamResetRate: limits.maxResetsPerSecond,
    streamResetBurst: RESET_BURST,
    unknownProtocolTimeout: limits.headerTimeoutMs,
  };
  if (tls.clientCa !== undefined) Object.assign(options, { requestCert: true, rejectUnauthorized: true });
  return createSecureServer(options).setTimeout(limits.idleTimeoutMs);
}

function secureContext({ certificate, key, clientCa }: TlsMaterial) {
  const own = { cert: certificate, key, minVersion: 'TLSv1.2' as const };
  return clientCa === undefined ? own : { ...own, ca: clientCa };
}

function http1Options(limits: HttpServerLimits) {
  return {
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: Math.min(limits.headerTimeoutMs, limits.requestTimeoutMs),
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.idleTimeoutMs,
    connectionsCheckingInterval: Math.min(5000, limits.headerTimeoutMs),
  };
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
