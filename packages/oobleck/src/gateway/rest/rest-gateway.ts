// The REST interface for switches and SBCs (ATIS-1000082): signing and verification. Everything it refuses has an error
// id of that document; who may ask is decided in access.ts.

import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { JsonObject } from '@oobleck/stir/json';
import type { DialPlan } from '@oobleck/stir/number';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AuthenticationService } from '../../authentication/index.ts';
import {
  type FastifyApp,
  formatProblem,
  HttpProblem,
  PROBLEM_MEDIA_TYPE,
  problemOf,
} from '../../http/index.ts';
import type { EventLog } from '../../operate/index.ts';
import type { VerificationService } from '../../verification/index.ts';
import type { Access } from './access.ts';
import { AtisRefusal, formatAtisError } from './atis-error.ts';
import { readRequest } from './request-reader.ts';
import { formatSigningResponse, readSigningRequest, type SigningContext } from './signing.ts';
import { formatVerificationResponse, readVerificationRequest } from './verification.ts';

export interface RestParts {
  /** Left out, the resource does not exist. */
  readonly authentication?: AuthenticationService | undefined;
  readonly verification?: VerificationService | undefined;
  readonly access: Access;
  readonly log: EventLog;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly dialPlan?: DialPlan | undefined;
}

const JSON_TYPE = 'application/json';
const MAXIMUM_BODY = 65_536;
/** X-RequestID is echoed, so it is held to what may stand in a header field. */
const REQUEST_ID = /^[!-~]{1,128}$/;

type Handler = (body: Uint8Array, context: SigningContext) => Promise<JsonObject>;

export function addRestRoutes({ app }: FastifyApp, parts: RestParts): void {
  void app.register(async (scope: FastifyInstance) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAXIMUM_BODY }, (_request, body, done) =>
      done(null, body),
    );
    scope.addHook('onRequest', async (request, reply) => {
      const given = request.headers['x-requestid'];
      reply.header('x-requestid', typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID());
      const instance = request.headers['x-instanceid'];
      if (typeof instance === 'string' && REQUEST_ID.test(instance)) reply.header('x-instanceid', instance);
    });
    scope.setErrorHandler((error, _request, reply) => sendError(reply, error, parts.log));
    const { authentication, verification } = parts;
    if (authentication !== undefined)
      addResource(scope, parts, '/stir/v1/signing', async (body, context) => {
        const startedMs = performance.now();
        const call = readSigningRequest(readRequest(body, 'signingRequest'), context);
        const outcome = await authentication.authenticate(call);
        const reason = outcome.signed ? outcome.outOfBand : outcome.reason;
        parts.log.info('call-signed', { role: 'authentication', reason, elapsedMs: since(startedMs) });
        return formatSigningResponse(outcome);
      });
    if (verification !== undefined)
      addResource(scope, parts, '/stir/v1/verification', async (body, context) => {
        const startedMs = performance.now();
        const { call, identities } = readVerificationRequest(
          readRequest(body, 'verificationRequest'),
          context,
        );
        const verdict = await verification.verify(call, identities);
        const { reason } = verdict;
        parts.log.info('call-verified', { role: 'verification', reason, elapsedMs: since(startedMs) });
        return formatVerificationResponse(verdict);
      });
    scope.all('/stir/*', () => {
      throw new AtisRefusal('SVC4003');
    });
  });
}

function addResource(scope: FastifyInstance, parts: RestParts, url: string, handle: Handler): void {
  const tenants = new WeakMap<IncomingMessage, string>();
  scope.route({
    method: 'POST',
    url,
    // Who asks comes first: whoever may not ask learns nothing else.
    onRequest: async (request) => {
      tenants.set(request.raw, parts.access(request.raw));
      requireFraming(request);
    },
    handler: async (request, reply) => {
      const context = {
        tenant: tenants.get(request.raw)!,
        requestId: String(reply.getHeader('x-requestid')),
        plan: parts.dialPlan,
        now: Math.floor(parts.now() / 1000),
      };
      const body = request.body instanceof Uint8Array ? request.body : new Uint8Array(0);
      return reply.type(JSON_TYPE).send(await handle(body, context));
    },
  });
  scope.route({
    method: ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD'],
    url,
    handler: () => {
      throw new AtisRefusal('POL4050');
    },
  });
}

function since(startedMs: number): number {
  return Math.round(performance.now() - startedMs);
}

/** @throws AtisRefusal SVC4002, SVC4004, SVC4007 */
function requireFraming({ headers }: FastifyRequest): void {
  const accepted = (headers.accept ?? JSON_TYPE)
    .split(',')
    .map((part) => part.split(';')[0]!.trim().toLowerCase());
  if (!accepted.some((type) => type === JSON_TYPE || type === 'application/*' || type === '*/*'))
    throw new AtisRefusal('SVC4002');
  if (headers['content-length'] === undefined) throw new AtisRefusal('SVC4007');
  if (headers['content-length'] === '0') throw new AtisRefusal('SVC4000');
  if ((headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase() !== JSON_TYPE)
    throw new AtisRefusal('SVC4004');
}

function sendError(reply: FastifyReply, error: unknown, log: EventLog): FastifyReply {
  reply.serializer((text: string) => text);
  if (error instanceof AtisRefusal) {
    if (error.id === 'POL4050') reply.header('allow', 'POST');
    return reply.code(error.status).type(JSON_TYPE).send(formatAtisError(error));
  }
  if (error instanceof HttpProblem) {
    if (error.problem.challenge !== undefined) reply.header('www-authenticate', error.problem.challenge);
    return reply.code(error.problem.status).type(PROBLEM_MEDIA_TYPE).send(formatProblem(error.problem));
  }
  const { statusCode } = error as { statusCode?: number };
  if (statusCode === 413)
    return reply
      .code(413)
      .type(PROBLEM_MEDIA_TYPE)
      .send(
        formatProblem({ status: 413, slug: 'content-too-large', title: 'The body is larger than allowed' }),
      );
  if (statusCode !== undefined && statusCode < 500)
    return reply
      .code(400)
      .type(JSON_TYPE)
      .send(formatAtisError(new AtisRefusal('SVC4006')));
  problemOf(error, log); // logs it under an incident id
  return reply
    .code(500)
    .type(JSON_TYPE)
    .send(formatAtisError(new AtisRefusal('POL5000')));
}
