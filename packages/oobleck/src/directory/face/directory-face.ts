// The HTTP face of a key directory, and of a CPS where it registers mailboxes:
//
//   PUT /credentials                 201 new, 200 the same, 409 an older one, 422 refused and why
//   GET /credentials?since={cursor}  NDJSON lines {"cursor","jws"} and {"cursor","cps","issuers"}
//   GET /prefixes/{prefix}           NDJSON lines {"jws"}, padded with empty lines to a multiple of 64 KiB

import { StirError } from '@oobleck/stir';
import { decodeAscii } from '@oobleck/stir/bytes';
import { MAXIMUM_CREDENTIAL_LENGTH } from '@oobleck/stir/credential';
import { KEY_CREDENTIAL_MEDIA_TYPE } from '@oobleck/stir/mailbox';
import { type FastifyApp, problem } from '../../http/index.ts';
import type { KeyDirectory, RegisterOutcome } from '../index.ts';

const PADDING = 65_536;
const NDJSON = 'application/x-ndjson';

/** @param isMirrored false for a CPS that only registers mailboxes */
export function addDirectoryRoutes({ app }: FastifyApp, directory: KeyDirectory, isMirrored: boolean): void {
  app.addContentTypeParser(
    KEY_CREDENTIAL_MEDIA_TYPE,
    { parseAs: 'buffer', bodyLimit: MAXIMUM_CREDENTIAL_LENGTH },
    (_request, body, done) => done(null, body),
  );
  app.put('/credentials', async (request, reply) => {
    if (!(request.body instanceof Uint8Array))
      throw problem(415, 'unsupported-media-type', `The body must be ${KEY_CREDENTIAL_MEDIA_TYPE}`);
    const { body } = request;
    const status = statusOf(await orProblem(() => directory.register(decodeAscii(body).trim())));
    return reply.code(status).header('content-length', '0').send();
  });
  if (!isMirrored) return;
  app.get<{ Querystring: { since?: string } }>('/credentials', async (request, reply) => {
    const since = request.query.since ?? '0';
    if (!/^[0-9]{1,16}$/.test(since) || !Number.isSafeInteger(Number(since)))
      throw problem(400, 'invalid-cursor', 'since is a cursor from an earlier answer');
    const lines = directory.changesSince(Number(since)).map((line) => `${JSON.stringify(line)}\n`);
    return reply.header('content-type', NDJSON).header('cache-control', 'no-store').send(lines.join(''));
  });
  app.get<{ Params: { prefix: string } }>('/prefixes/:prefix', async (request, reply) => {
    const { prefix } = request.params;
    if (!/^[0-9]{1,11}$/.test(prefix))
      throw problem(400, 'invalid-prefix', 'The path is a number without its last 4 digits');
    const text = directory
      .withPrefix(prefix)
      .map((jws) => `${JSON.stringify({ jws })}\n`)
      .join('');
    const padding = '\n'.repeat(
      PADDING - (text.length % PADDING || PADDING) + (text.length === 0 ? PADDING : 0),
    );
    return reply
      .header('content-type', NDJSON)
      .header('cache-control', 'no-store')
      .send(text + padding);
  });
}

async function orProblem(register: () => Promise<RegisterOutcome>): Promise<RegisterOutcome> {
  try {
    return await register();
  } catch (cause) {
    if (!(cause instanceof StirError)) throw cause;
    throw problem(422, 'malformed-credential', 'The body is not a key credential', cause.message);
  }
}

/** @throws HttpProblem 409, 422 */
function statusOf(result: RegisterOutcome): number {
  if ('reason' in result)
    throw problem(422, result.reason, 'The key credential does not hold', REFUSALS[result.reason]);
  if (result.outcome === 'older')
    throw problem(409, 'older-credential', 'A later credential of the same signer and key is registered');
  return result.outcome === 'new' ? 201 : 200;
}

const REFUSALS = {
  'not-yet-valid': 'It was issued in the future.',
  expired: 'It has expired.',
  'bad-signature': 'The signature does not hold under the first certificate of x5c.',
  'untrusted-chain': 'The chain in x5c does not lead to a trust anchor.',
  'claim-constraints': 'The certificate carries claim constraints.',
  'no-authority': 'The certificate has authority for none of the entries.',
  'too-many-shards': 'More than one shard needs at least 1000 numbers a shard.',
  'unusable-key': 'The encryption key gives no secret.',
} as const;
