// The HTTP face of a token issuer (RFC 9578 Sections 4 and 6.2, the batched-tokens draft for many):
//
//   GET  /.well-known/private-token-issuer-directory
//   POST /token-request        Authorization: Bearer <attestation>

import {
  BATCH_PARTIAL_STATUS,
  BATCH_REQUEST_TYPE,
  ISSUER_DIRECTORY_PATH,
  ISSUER_DIRECTORY_TYPE,
  TOKEN_REQUEST_TYPE,
} from '@oobleck/stir/token';
import type { FastifyRequest } from 'fastify';
import { type FastifyApp, problem, unauthorized } from '../../http/index.ts';
import type { IssueRefusal, Issuer } from '../index.ts';

const MAXIMUM_REQUEST = 16_384;
const DIRECTORY_AGE_SECONDS = 3_600;

export function addIssuerRoutes({ app }: FastifyApp, issuer: Issuer): void {
  for (const type of [TOKEN_REQUEST_TYPE, BATCH_REQUEST_TYPE])
    app.addContentTypeParser(
      type,
      { parseAs: 'buffer', bodyLimit: MAXIMUM_REQUEST },
      (_request, body, done) => done(null, body),
    );
  app.get(ISSUER_DIRECTORY_PATH, async (_request, reply) =>
    reply
      .header('content-type', ISSUER_DIRECTORY_TYPE)
      .header('cache-control', `public, max-age=${DIRECTORY_AGE_SECONDS}`)
      .serializer((text: string) => text)
      .send(await issuer.directory()),
  );
  app.post('/token-request', async (request, reply) => {
    const { body } = request;
    if (!(body instanceof Uint8Array)) throw REFUSALS['content-type']();
    const holder = attestedHolder(issuer, request, body);
    const contentType = mediaType(request);
    const result = await issuer.issue({ body, contentType, holder });
    if (!result.issued) throw refusalOf(result.reason, contentType);
    return reply
      .code(result.partial ? BATCH_PARTIAL_STATUS : 200)
      .header('content-type', result.contentType)
      .header('cache-control', 'no-store')
      .send(Buffer.from(result.body));
  });
}

function attestedHolder(issuer: Issuer, request: FastifyRequest, body: Uint8Array): string {
  const bearer = /^Bearer ([A-Za-z0-9_.-]+)$/i.exec(request.headers.authorization ?? '');
  const verdict = bearer === null ? undefined : issuer.checkAttestation(bearer[1]!, body);
  if (verdict?.attested) return verdict.holder;
  const detail =
    verdict === undefined ? 'Authorization: Bearer is missing.' : `What failed: ${verdict.reason}.`;
  throw unauthorized('not-attested', 'Tokens are issued to holders of a STIR credential', 'Bearer', detail);
}

/** RFC 9578 Section 6.2 wants 422 where the one token cannot be issued; the draft 400 where none of a batch can. */
function refusalOf(reason: IssueRefusal, contentType: string): Error {
  if (reason === 'none-issued' && contentType === BATCH_REQUEST_TYPE)
    return problem(400, 'none-issued', 'No token of the batch could be issued');
  return REFUSALS[reason]();
}

const REFUSALS: Record<IssueRefusal, () => Error> = {
  'content-type': () =>
    problem(415, 'unsupported-media-type', `The body must be ${TOKEN_REQUEST_TYPE} or ${BATCH_REQUEST_TYPE}`),
  format: () => problem(422, 'malformed-token-request', 'The body is not a token request of type 0x0002'),
  'none-issued': () => problem(422, 'unknown-key', 'The request names no key in use'),
  quota: () => problem(429, 'quota-exceeded', 'The credential has drawn its tokens of today'),
};

function mediaType(request: FastifyRequest): string {
  return (request.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
}
