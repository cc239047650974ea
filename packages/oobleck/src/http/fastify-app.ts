// A Fastify application for the routes that are not hot. It has no listener of its own: `handle` is mounted as the
// fallback of the one listener and serves HTTP/1.1 and HTTP/2 alike. All its errors are problem documents.

import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
} from 'fastify';
import type { EventLog } from '../operate/index.ts';
import { createMethodIndex } from './method-index.ts';
import { formatProblem, HttpProblem, PROBLEM_MEDIA_TYPE, type Problem, problemOf } from './problem.ts';

export interface FastifyAppOptions {
  readonly log: EventLog;
  /** Default 65536. */
  readonly maxBodyBytes?: number;
}

export interface FastifyApp {
  /** Add routes to it before `ready`. */
  readonly app: FastifyInstance;
  /** Resolves when `handle` may be called. */
  ready(): Promise<void>;
  handle(request: IncomingMessage, response: ServerResponse): void;
  close(): Promise<void>;
}

const PROBLEMS: Readonly<Record<string, Problem>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: { status: 400, slug: 'malformed-json', title: 'The body is not JSON' },
  FST_ERR_CTP_EMPTY_JSON_BODY: { status: 400, slug: 'malformed-json', title: 'The body is empty' },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    status: 400,
    slug: 'incomplete-body',
    title: 'The body has another length than announced',
  },
  FST_ERR_CTP_BODY_TOO_LARGE: {
    status: 413,
    slug: 'content-too-large',
    title: 'The body is larger than allowed',
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    status: 415,
    slug: 'unsupported-media-type',
    title: 'The media type of the body is not supported',
  },
  FST_ERR_BAD_URL: { status: 400, slug: 'malformed-url', title: 'The path is not well-formed' },
};

export function createFastifyApp({ log, maxBodyBytes }: FastifyAppOptions): FastifyApp {
  const app = fastify({
    logger: false,
    bodyLimit: maxBodyBytes ?? 65_536,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, allErrors: false } },
    frameworkErrors: (error, _request, reply) => void send(reply as FastifyReply, asProblem(error, log)),
  });
  const methods = createMethodIndex();
  app.addHook('onRoute', (route) => methods.add(route.method, route.url));
  app.setErrorHandler((error, _request, reply) => send(reply, asProblem(error, log)));
  app.setNotFoundHandler((request, reply) => sendNotFound(request, reply, methods.allowed(request.url)));
  return {
    app,
    ready: async () => void (await app.ready()),
    handle: (request, response) => app.routing(request, response),
    close: () => app.close(),
  };
}

function asProblem(error: unknown, log: EventLog): Problem {
  if (error instanceof HttpProblem) return error.problem;
  const { code, validation, message, statusCode } = error as Partial<FastifyError>;
  if (validation !== undefined)
    return {
      status: 400,
      slug: 'invalid-request',
      title: 'The request has not the form it must have',
      detail: message,
    };
  const known = PROBLEMS[code ?? ''];
  if (known !== undefined) return known;
  if (code?.startsWith('FST_ERR_CTP_') && statusCode !== undefined && statusCode < 500)
    return { status: statusCode, slug: 'malformed-request', title: 'The body cannot be read' };
  return problemOf(error, log);
}

function sendNotFound(
  request: FastifyRequest,
  reply: FastifyReply,
  allowed: readonly string[],
): FastifyReply {
  if (allowed.length === 0 || allowed.includes(request.method))
    return send(reply, { status: 404, slug: 'not-found', title: 'There is nothing here' });
  reply.header('allow', allowed.join(', '));
  return send(reply, { status: 405, slug: 'method-not-allowed', title: 'The method is not allowed here' });
}

function send(reply: FastifyReply, problem: Problem): FastifyReply {
  // Fastify ends the connection after a body it refused; HTTP/2 has no such field (RFC 9113 Section 8.2.2).
  if (reply.request.raw.httpVersionMajor >= 2) reply.removeHeader('connection');
  if (problem.challenge !== undefined) reply.header('www-authenticate', problem.challenge);
  return reply
    .code(problem.status)
    .header('content-type', PROBLEM_MEDIA_TYPE)
    .header('cache-control', 'no-store')
    .serializer((text: string) => text)
    .send(formatProblem(problem));
}
