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
}

/** The plaintext of the page: full length whatever is in it. */
export function replyPage({ crypto, contents, question, replyBytes, shard, nowMs }: PageOrder): Uint8Array {
  const pages = packPages(inOrder(crypto, contents.blobs, question.nonce), replyRoom(replyBytes));
  const items = (pages[question.page] ?? []).map(({ bytes, depositedAtMs }) => ({
    shard,
    ageMs: Math.max(0, nowMs - depositedAtMs),
    blob: bytes,
  }));
  const hasLaterPage = pages.length > question.page + 1;
  return encodeReply({ hasLaterPage, isFlooded: contents.isFlooded, items }, replyBytes);
}

/** Highest stake first, then by SHA-256(n || SHA-256(blob)). */
function inOrder(crypto: Crypto, blobs: readonly StoredBlob[], nonce: Uint8Array): StoredBlob[] {
  return blobs
    .map((blob) => ({ blob, rank: crypto.sha256(nonce, blob.hash) }))
    .sort((a, b) => b.blob.stake - a.blob.stake || compareBytes(a.rank, b.rank))
    .map(({ blob }) => blob);
}

/** Fills pages in order; a blob that does not fit what is left of a page begins the next. */
function packPages(blobs: readonly StoredBlob[], room: number): StoredBlob[][] {
  const pages: StoredBlob[][] = [];
  let left = 0;
  for (const blob of blobs) {
    const size = replyItemBytes(blob.bytes);
    if (size > left) {
      pages.push([]);
      left = room;
    }
    pages.at(-1)!.push(blob);
    left -= size;
  }
  return pages;
}
