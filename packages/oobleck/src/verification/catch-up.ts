// What lay in a mailbox before its stream began: one retrieval of every shard, of as many pages as always, so that the
// number of questions tells nothing. Off the path of any call.

import type { Crypto } from '@oobleck/stir/crypto';
import { encodeAddress } from '@oobleck/stir/mailbox';
import { createReplySealer, NONCE_BYTES } from '@oobleck/stir/seal';
import type { OwnKey } from './key-holder.ts';
import type { ReplySource } from './parts.ts';

export interface CatchUpParts {
  readonly crypto: Crypto;
  readonly replies: ReplySource;
}

/** With more, it is waited until all that lay there has expired. */
export const MAXIMUM_SHARDS_READ = 64;
const AT_ONCE = 8;
const DEADLINE_MS = 5_000;

/** @returns whether everything that lay there was handed over */
export async function catchUp(
  parts: CatchUpParts,
  key: OwnKey,
  cps: string,
  receive: (shard: number, blob: Uint8Array) => void,
): Promise<boolean> {
  if (key.form.shards > MAXIMUM_SHARDS_READ) return false;
  let isWhole = true;
  for (let first = 0; first < key.form.shards; first += AT_ONCE) {
    const shards = Array.from({ length: Math.min(AT_ONCE, key.form.shards - first) }, (_, i) => first + i);
    const read = await Promise.all(shards.map((shard) => readShard(parts, key, cps, shard, receive)));
    isWhole &&= read.every((isShardWhole) => isShardWhole);
  }
  return isWhole;
}

async function readShard(
  { crypto, replies }: CatchUpParts,
  key: OwnKey,
  cps: string,
  shard: number,
  receive: (shard: number, blob: Uint8Array) => void,
): Promise<boolean> {
  const sealer = createReplySealer(crypto);
  const address = encodeAddress(key.mailboxId, shard);
  const nonce = crypto.randomBytes(NONCE_BYTES);
  const { replyBytes } = key.form;
  const pages = await Promise.all(
    Array.from({ length: key.pages }, async (_, page) => {
      const question = { address, nonce, page };
      const sealed = await replies
        .fetchReply({ cps, ...question, replyBytes, deadlineMs: DEADLINE_MS })
        .catch(() => undefined);
      return sealed && sealer.open(key.agreement, question, sealed);
    }),
  );
  for (const { blob } of pages.flatMap((page) => page?.items ?? [])) receive(shard, blob);
  return pages.every((page) => page !== undefined) && !pages.at(-1)!.hasLaterPage;
}
