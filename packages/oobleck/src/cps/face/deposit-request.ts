// A deposit as it comes over HTTP: framing only, each fault with its own status (400, 413, 415, 422). What the request
// means is the business of the service.

import type { IncomingHttpHeaders } from 'node:http';
import { StirError } from '@oobleck/stir';
import {
  LIFETIME_HEADER,
  type Lifetime,
  MAXIMUM_STAKE,
  parseLifetime,
  parseMailboxId,
  parseRetractHash,
  RETRACT_HEADER,
  SEALED_PASSPORT_TYPE,
  STAKE_HEADER,
} from '@oobleck/stir/mailbox';
import { isBlobLength } from '@oobleck/stir/seal';
import { isToken, parsePrivateTokenBytes } from '@oobleck/stir/token';
import { problem } from '../../http/index.ts';
import type { DepositRequest } from '../index.ts';

export interface MailboxPath {
  readonly mailboxId: string;
  readonly shard: string;
}

/** Of a deposit what stands before its body. */
export interface DepositHead {
  readonly mailboxId: Uint8Array;
  readonly shard: number;
  readonly lifetimeSeconds: Lifetime;
  readonly retractHash: Uint8Array;
  readonly stake: readonly Uint8Array[];
  readonly authorization: string | undefined;
}

/** @throws HttpProblem 400, 415, 422 */
export function readDepositHead(fields: IncomingHttpHeaders, path: MailboxPath): DepositHead {
  const { mailboxId, shard } = parsePath(path);
  requireType(fields['content-type'], SEALED_PASSPORT_TYPE);
  const lifetimeSeconds = orProblem(422, 'invalid-lifetime', () =>
    parseLifetime(single(fields, LIFETIME_HEADER)),
  );
  const retractHash = orProblem(422, 'invalid-retract-hash', () =>
    parseRetractHash(single(fields, RETRACT_HEADER)),
  );
  const stake = parseStake(single(fields, STAKE_HEADER));
  return { mailboxId, shard, lifetimeSeconds, retractHash, stake, authorization: fields.authorization };
}

/** @throws HttpProblem 422, 401 */
export function completeDeposit(head: DepositHead, blob: Uint8Array): DepositRequest {
  const { mailboxId, shard, lifetimeSeconds, retractHash, stake, authorization } = head;
  if (!isBlobLength(blob.length))
    throw problem(422, 'invalid-length', 'A sealed PASSporT has 2048 or 8192 bytes');
  const token = parseAuthorization(authorization);
  return { mailboxId, shard, lifetimeSeconds, retractHash, blob, tokens: [token, ...stake] };
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
  if (given === wanted) return;
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

function parseAuthorization(value: string | undefined): Uint8Array {
  try {
    if (value !== undefined) return parsePrivateTokenBytes(value);
  } catch (cause) {
    if (!(cause instanceof StirError)) throw cause;
  }
  throw problem(401, 'no-token', 'A deposit needs a storage token of an accepted issuer');
}

const NO_STAKE: readonly Uint8Array[] = [];

/** RFC 9651 Section 3.3.5: a list of byte sequences, each one token. */
function parseStake(value: string | undefined): readonly Uint8Array[] {
  if (value === undefined || value === '') return NO_STAKE;
  const items = value.split(',').map((item) => item.trim());
  if (items.length > MAXIMUM_STAKE || !items.every((item) => /^:[A-Za-z0-9+/]+={0,2}:$/.test(item)))
    throw problem(422, 'invalid-stake', 'Passport-Stake is a list of at most 7 byte sequences');
  return items.map((item) => {
    const bytes = new Uint8Array(Buffer.from(item.slice(1, -1), 'base64'));
    if (!isToken(bytes)) throw problem(422, 'invalid-stake', 'An item of Passport-Stake is no storage token');
    return bytes;
  });
}

/** A field that stands twice comes joined by a comma, or as a list; no field here may. */
function single(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
