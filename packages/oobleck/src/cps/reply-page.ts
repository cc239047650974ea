// One page of a reply: which blobs of a shard go where. The order depends on the asker's nonce, the same on every node
// and for all pages of one retrieval, so that pages asked in parallel neither overlap nor leave a gap.

import { compareBytes } from '@oobleck/stir/bytes';
import type { Crypto } from '@oobleck/stir/crypto';
import { encodeReply, type ReplyQuestion, replyItemBytes, replyRoom } from '@oobleck/stir/seal';
import type { ShardContents, StoredBlob } from './mailbox-store.ts';

export interface PageOrder {
  readonly crypto: Crypto;
  readonly contents: ShardContents;
  readonly question: ReplyQuestion;
  readonly replyBytes: number;
  readonly shard: number;
  readonly nowMs: number;
  /** Written over, instead of new memory; of the plaintext's length. */
  readonly into?: Uint8Array | undefined;
}

/** The plaintext of the page: full length whatever is in it. */
export function replyPage(order: PageOrder): Uint8Array {
  const { crypto, contents, question, replyBytes, shard, nowMs, into } = order;
  const { blobs, hasLaterPage } = pageAt(
    question.page,
    inOrder(crypto, contents.blobs, question.nonce),
    replyRoom(replyBytes),
  );
  const items = blobs.map(({ bytes, depositedAtMs }) => ({
    shard,
    ageMs: Math.max(0, nowMs - depositedAtMs),
    blob: bytes,
  }));
  return encodeReply({ hasLaterPage, isFlooded: contents.isFlooded, items }, replyBytes, into);
}

/** Highest stake first, then by SHA-256(n || SHA-256(blob)); what nobody takes is not put in order. */
function* inOrder(crypto: Crypto, blobs: readonly StoredBlob[], nonce: Uint8Array): Generator<StoredBlob> {
  const byStake = Map.groupBy(blobs, ({ stake }) => stake);
  for (const stake of [...byStake.keys()].sort((a, b) => b - a)) {
    const ranked = byStake.get(stake)!.map((blob) => ({ blob, rank: crypto.sha256(nonce, blob.hash) }));
    ranked.sort((a, b) => compareBytes(a.rank, b.rank));
    for (const { blob } of ranked) yield blob;
  }
}

/** Fills pages in order, up to the one asked for; a blob that does not fit what is left of a page begins the next. */
function pageAt(wanted: number, blobs: Iterable<StoredBlob>, room: number) {
  const page: StoredBlob[] = [];
  let at = 0;
  let left = room;
  for (const blob of blobs) {
    const size = replyItemBytes(blob.bytes);
    if (size > left) {
      at++;
      left = room;
    }
    if (at > wanted) return { blobs: page, hasLaterPage: true };
    if (at === wanted) page.push(blob);
    left -= size;
  }
  return { blobs: page, hasLaterPage: false };
}
