// Several deposits in one request, for gateways that prefer speed to deposits that cannot be told to belong together. Each is judged
// and stored for itself, in the order in which they stand, by the checks of a deposit of its own, and has a status of its own; the
// request is refused only where its framing does not hold.
//
//   uint8 n || n x (mailboxId[32] || uint32 shard || retractHash[32] || uint8 lifetime || uint8 t || t x token[354] ||
//   uint16 length || blob), n from 1 to 64, t up to 8; answered by n x uint16 status

import { LIFETIMES, type Lifetime, MAILBOX_ID_BYTES, MAXIMUM_STAKE } from '@oobleck/stir/mailbox';
import { BLOB_BYTES, isBlobLength } from '@oobleck/stir/seal';
import { isToken, TOKEN_BYTES } from '@oobleck/stir/token';
import { problem } from '../../http/index.ts';
import type { CallPlacementService, DepositRequest } from '../index.ts';
import { statusOf } from './deposit-outcome.ts';

export const MAXIMUM_DEPOSITS = 64;

const HASH_BYTES = 32;
const HEAD_BYTES = MAILBOX_ID_BYTES + 4 + HASH_BYTES + 2;
const MAXIMUM_TOKENS = 1 + MAXIMUM_STAKE;
export const MAXIMUM_BATCH_BYTES =
  1 + MAXIMUM_DEPOSITS * (HEAD_BYTES + MAXIMUM_TOKENS * TOKEN_BYTES + 2 + BLOB_BYTES[1]);

/** A deposit, or the status of what is none. */
export type BatchItem = DepositRequest | number;

/** @throws HttpProblem 400 where the bytes are not as many as they say */
export function parseBatch(body: Uint8Array): readonly BatchItem[] {
  const count = body[0] ?? 0;
  if (count === 0 || count > MAXIMUM_DEPOSITS) throw malformed();
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const items: BatchItem[] = [];
  let at = 1;
  for (let item = 0; item < count; item++) {
    const tokensAt = at + HEAD_BYTES;
    const tokenCount = body[tokensAt - 1];
    if (tokenCount === undefined || tokenCount > MAXIMUM_TOKENS) throw malformed();
    const lengthAt = tokensAt + tokenCount * TOKEN_BYTES;
    if (lengthAt + 2 > body.length) throw malformed();
    const end = lengthAt + 2 + view.getUint16(lengthAt);
    if (end > body.length) throw malformed();
    items.push(readItem(body, view, { at, tokensAt, tokenCount, blobAt: lengthAt + 2, end }));
    at = end;
  }
  if (at !== body.length) throw malformed();
  return items;
}

interface ItemPlaces {
  readonly at: number;
  readonly tokensAt: number;
  readonly tokenCount: number;
  readonly blobAt: number;
  readonly end: number;
}

/** Lifetime and length (422) before the tokens (401), as where one deposit is one request. */
function readItem(
  body: Uint8Array,
  view: DataView,
  { at, tokensAt, tokenCount, blobAt, end }: ItemPlaces,
): BatchItem {
  const hashAt = at + MAILBOX_ID_BYTES + 4;
  const lifetimeSeconds = body[hashAt + HASH_BYTES]!;
  if (!isLifetime(lifetimeSeconds) || !isBlobLength(end - blobAt)) return 422;
  const tokens = Array.from({ length: tokenCount }, (_, i) =>
    body.subarray(tokensAt + i * TOKEN_BYTES, tokensAt + (i + 1) * TOKEN_BYTES),
  );
  if (tokens.length === 0 || !tokens.every(isToken)) return 401;
  return {
    mailboxId: body.subarray(at, at + MAILBOX_ID_BYTES),
    shard: view.getUint32(at + MAILBOX_ID_BYTES),
    retractHash: body.subarray(hashAt, hashAt + HASH_BYTES),
    lifetimeSeconds,
    tokens,
    blob: body.subarray(blobAt, end),
  };
}

function isLifetime(seconds: number): seconds is Lifetime {
  return (LIFETIMES as readonly number[]).includes(seconds);
}

function malformed() {
  return problem(400, 'invalid-batch', 'The body is not 1 to 64 deposits of the lengths it says');
}

/** So many tokens are verified at a stretch; then others have their turn. */
const TOKENS_AT_A_STRETCH = 16;

/**
 * Deposits them in order and gives their statuses to `done`: at once where nothing is waited for. Neither `done` nor `fail`
 * is called before all that was begun has ended: the bytes of the items may be lent, and are read until then.
 */
export function depositBatch(
  service: Pick<CallPlacementService, 'judge' | 'place'>,
  items: readonly BatchItem[],
  done: (statuses: Uint8Array) => void,
  fail: (error: unknown) => void,
): void {
  const statuses = new DataView(new ArrayBuffer(2 * items.length));
  const waiting: Promise<void>[] = [];
  let fault: { readonly error: unknown } | undefined;
  const failed = (error: unknown): void => {
    fault ??= { error };
  };
  const depositOne = (at: number): void => {
    const item = items[at]!;
    const judged = typeof item === 'number' ? item : service.judge(item);
    const outcome = typeof judged === 'object' ? service.place(judged) : judged;
    if (outcome instanceof Promise)
      waiting.push(outcome.then((known) => statuses.setUint16(2 * at, statusOf(known))).catch(failed));
    else statuses.setUint16(2 * at, typeof outcome === 'number' ? outcome : statusOf(outcome));
  };
  const finish = (): void => {
    if (fault === undefined) done(new Uint8Array(statuses.buffer));
    else fail(fault.error);
  };
  const settle = (): void => {
    if (waiting.length === 0) finish();
    else void Promise.all(waiting).then(finish);
  };
  const run = (from: number): void => {
    let at = from;
    for (let tokens = 0; at < items.length && tokens < TOKENS_AT_A_STRETCH; at++) {
      tokens += tokensOf(items[at]!);
      depositOne(at);
    }
    if (at < items.length) setImmediate(attempt, at);
    else settle();
  };
  const attempt = (from: number): void => {
    try {
      run(from);
    } catch (error) {
      failed(error);
      settle();
    }
  };
  attempt(0);
}

function tokensOf(item: BatchItem): number {
  return typeof item === 'number' ? 0 : item.tokens.length;
}
