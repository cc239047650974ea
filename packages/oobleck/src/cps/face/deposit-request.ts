// A deposit as it comes over HTTP: framing only, each fault with its own status (400, 413, 415, 422). What the request
// means is the business of the service.

import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { StirError } from '@oobleck/stir';
import {
  LIFETIME_HEADER,
  MAXIMUM_STAKE,
  parseLifetime,
  parseMailboxId,
  parseRetractHash,
  RETRACT_HEADER,
  SEALED_PASSPORT_TYPE,
  STAKE_HEADER,
} from '@oobleck/stir/mailbox';
import { BLOB_BYTES, isBlobLength } from '@oobleck/stir/seal';
import { parsePrivateToken, parseToken, type Token } from '@oobleck/stir/token';
import { problem, readBody } from '../../http/index.ts';
import type { DepositRequest } from '../index.ts';

const BODY_TIMEOUT_MS = 10_000;

export interface MailboxPath {
  readonly mailboxId: string;
  readonly shard: string;
}

/** @throws HttpProblem 400, 401, 408, 413, 415, 422 */
export async function readDepositRequest(
  request: IncomingMessage,
  path: MailboxPath,
): Promise<DepositRequest> {
  const { headers } = request;
  const address = parsePath(path);
  requireType(headers['content-type'], SEALED_PASSPORT_TYPE);
  const lifetimeSeconds = orProblem(422, 'invalid-lifetime', () =>
    parseLifetime(single(headers, LIFETIME_HEADER)),
  );
  const retractHash = orProblem(422, 'invalid-retract-hash', () =>
    parseRetractHash(single(headers, RETRACT_HEADER)),
  );
  const stake = parseStake(single(headers, STAKE_HEADER));
  const blob = await readBody(request, BLOB_BYTES[1], BODY_TIMEOUT_MS);
  if (!isBlobLength(blob.length))
    throw problem(422, 'invalid-length', 'A sealed PASSporT has 2048 or 8192 bytes');
  const token = parseAuthorization(headers.authorization);
  return { ...address, lifetimeSeconds, retractHash, blob, tokens: [token, ...stake] };
}

/** @throws HttpProblem 400 */
export function parsePath({ mailboxId, shard }: MailboxPath): { mailboxId: Uint8Array; shard: number } {
  if (!/^(0|[1-9][0-9]{0,9})$/.test(shard) || Number(shard) > 0xffffffff)
    throw problem(400, 'invalid-mailbox', 'The path names no mailbox shard');
  return {
    mailboxId: orProblem(400, 'invalid-mailbox', () => parseMailboxId(mailboxId)),
    shard: Number(shard),
  };
}

/** @throws HttpProblem 415 */
export function requireType(given: string | undefined, wanted: string): void {
  const [type] = (given ?? '').split(';');
  if (type!.trim().toLowerCase() !== wanted)
    throw problem(415, 'unsupported-media-type', `The body must be ${wanted}`);
}

/** What the parser refuses becomes a problem document; its words quote nothing of the request. */
function orProblem<T>(status: number, slug: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    if (!(cause instanceof StirError)) throw cause;
    throw problem(status, slug, 'A part of the request has not the form it must have', cause.message);
  }
}

function parseAuthorization(value: string | undefined): Token {
  try {
    if (value !== undefined) return parsePrivateToken(value);
  } catch (cause) {
    if (!(cause instanceof StirError)) throw cause;
  }
  throw problem(401, 'no-token', 'A deposit needs a storage token of an accepted issuer');
}

/** RFC 9651 Section 3.3.5: a list of byte sequences, each one token. */
function parseStake(value: string | undefined): Token[] {
  if (value === undefined || value === '') return [];
  const items = value.split(',').map((item) => item.trim());
  if (items.length > MAXIMUM_STAKE || !items.every((item) => /^:[A-Za-z0-9+/]+={0,2}:$/.test(item)))
    throw problem(422, 'invalid-stake', 'Passport-Stake is a list of at most 7 byte sequences');
  return items.map((item) => {
    const bytes = new Uint8Array(Buffer.from(item.slice(1, -1), 'base64'));
    return orProblem(422, 'invalid-stake', () => parseToken(bytes));
  });
}

/** A field that stands twice comes joined by a comma, or as a list; no field here may. */
function single(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
