// The HTTP face of a key directory, and of a CPS where it registers mailboxes:
//
//   PUT /credentials                 201 new, 200 the same, 409 an older one, 422 refused and why
//   GET /credentials?since={cursor}  NDJSON lines {"cursor","jws"} and {"cursor","cps","issuers"}
//   GET /prefixes/{prefix}           NDJSON lines {"jws"}, padded with empty lines to a multiple of 64 KiB

import { StirError } from '@oobleck/stir';
import { decodeAscii } from '@oobleck/stir/bytes';
import { MAXIMUM_CREDENTIAL_LENGTH } from '@oobleck/stir/credential';
import { KEY_CREDENTIAL_MEDIA_TYPE } from '@oobleck/stir/mailbox';
import type { FastifyReply } from 'fastify';
import { type FastifyApp, problem } from '../../http/index.ts';
import type { KeyDirectory, RegisterOutcome } from '../index.ts';

export interface DirectoryFaceOptions {
  /** False for a CPS that only registers mailboxes. */
  readonly isMirrored: boolean;
  /** Mirror and prefix answers under way at once, default 64; beyond, 503. */
  readonly maximumAnswers?: number;
}

const MAXIMUM_PAGES = 16;
const PADDING = 65_536;
const NDJSON = 'application/x-ndjson';

export function addDirectoryRoutes(
  { app }: FastifyApp,
  directory: KeyDirectory,
  options: DirectoryFaceOptions,
): void {
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
  if (!options.isMirrored) return;
  const pages = createMirrorPages(directory);
  const answers = createAnswerBound(options.maximumAnswers ?? 64);
  app.get<{ Querystring: { since?: string } }>('/credentials', async (request, reply) => {
    const since = request.query.since ?? '0';
    if (!/^[0-9]{1,16}$/.test(since) || !Number.isSafeInteger(Number(since)))
      throw problem(400, 'invalid-cursor', 'since is a cursor from an earlier answer');
    answers.enter(reply);
    return sendLines(reply, pages(Number(since)));
  });
  app.get<{ Params: { prefix: string } }>('/prefixes/:prefix', async (request, reply) => {
    const { prefix } = request.params;
    if (!/^[0-9]{1,11}$/.test(prefix))
      throw problem(400, 'invalid-prefix', 'The path is a number without its last 4 digits');
    answers.enter(reply);
    const text = directory
      .withPrefix(prefix)
      .map((jws) => `${JSON.stringify({ jws })}\n`)
      .join('');
    return sendLines(
      reply,
      Buffer.from(text.padEnd(Math.max(1, Math.ceil(text.length / PADDING)) * PADDING, '\n')),
    );
  });
}

function sendLines(reply: FastifyReply, lines: Buffer): FastifyReply {
  return reply.header('content-type', NDJSON).header('cache-control', 'no-store').send(lines);
}

/** Pages of the mirror as they go out: the same bytes for everybody who asks, however many ask. */
function createMirrorPages(directory: KeyDirectory): (since: number) => Buffer {
  const pages = new Map<number, Buffer>();
  let state = '';
  return (since) => {
    const now = `${directory.version} ${JSON.stringify(directory.issuers())}`;
    if (now !== state || pages.size >= MAXIMUM_PAGES) pages.clear();
    state = now;
    const page =
      pages.get(since) ??
      Buffer.from(
        directory
          .changesSince(since)
          .map((line) => `${JSON.stringify(line)}\n`)
          .join(''),
      );
    pages.set(since, page);
    return page;
  };
}

/** Large answers under way at once: who does not read them must not keep them for everybody. */
function createAnswerBound(maximum: number) {
  let underWay = 0;
  return {
    /** @throws HttpProblem 503 */
    enter(reply: FastifyReply): void {
      if (underWay >= maximum) {
        reply.header('retry-after', '1');
        throw problem(503, 'busy', 'Too many answers of this kind are under way');
      }
      underWay++;
      reply.raw.once('close', () => {
        underWay--;
      });
    },
  };
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
  if (result.outcome === 'full')
    throw problem(503, 'full', 'This directory keeps as many credentials as it can');
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
  'other-cps': 'Its cps names other CPSs only.',
  'too-many-keys': 'Its signer has as many live keys as one signer may.',
} as const;
