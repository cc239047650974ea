// One page of a reply: which blobs of a shard go where. The order depends on the asker's nonce, the same on every node
// and for all pages of one retrieval, so that pages asked in parallel neither overlap nor leave a gap.

import { compareBytes } from '@oobleck/stir/bytes';
import type { Crypto } from '@oobleck/stir/crypto';
import { encodeReply, type ReplyQuestion, replyItemBytes, replyRoom } from '@oobleck/stir/seal';
import type { BlobHead, ChooseBlobs, ShardContents } from './mailbox-store.ts';

export interface PageOrder {
  readonly crypto: Crypto;
  readonly question: ReplyQuestion;
  readonly replyBytes: number;
  readonly shard: number;
  readonly nowMs: number;
  /** Written over, instead of new memory; of the plaintext's length. */
  readonly into?: Uint8Array | undefined;
}

export interface ReplyPage {
  /** Those of the page, of all that lie in the shard. */
  readonly choose: ChooseBlobs;
  /** The plaintext of the page: full length whatever is in it. @param contents with the blobs chosen */
  encode(contents: ShardContents): Uint8Array;
}

export function createReplyPage(order: PageOrder): ReplyPage {
  const { crypto, question, replyBytes, shard, nowMs, into } = order;
  let hasLaterPage = false;
  return {
    choose(heads) {
      const page = pageAt(question.page, inOrder(crypto, heads, question.nonce), replyRoom(replyBytes));
      ({ hasLaterPage } = page);
      return page.blobs;
    },
    encode({ blobs, isFlooded }) {
      const items = blobs.map(({ bytes, depositedAtMs }) => ({
        shard,
        ageMs: Math.max(0, nowMs - depositedAtMs),
        blob: bytes,
      }));
      return encodeReply({ hasLaterPage, isFlooded, items }, replyBytes, into);
    },
  };
}

/** Highest stake first, then by SHA-256(n || SHA-256(blob)); what nobody takes is not put in order. */
function* inOrder<T extends BlobHead>(crypto: Crypto, blobs: readonly T[], nonce: Uint8Array): Generator<T> {
  const byStake = Map.groupBy(blobs, ({ stake }) => stake);
  for (const stake of [...byStake.keys()].sort((a, b) => b - a)) {
    const ranked = byStake.get(stake)!.map((blob) => ({ blob, rank: crypto.sha256(nonce, blob.hash) }));
    ranked.sort((a, b) => compareBytes(a.rank, b.rank));
    for (const { blob } of ranked) yield blob;
  }
}

/** Fills pages in order, up to the one asked for; a blob that does not fit what is left of a page begins the next. */
function pageAt<T extends BlobHead>(wanted: number, blobs: Iterable<T>, room: number) {
  const page: T[] = [];
  let at = 0;
  let left = room;
  for (const blob of blobs) {
    const size = replyItemBytes(blob.length);
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
