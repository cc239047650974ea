// Port: where live deposits lie. What an adapter must promise stands here; the contract suite in `store/` holds each
// adapter to it.

/** A sealed PASSporT as it lies in a mailbox shard. It says nothing about who left it, nor of what paid for it (S-09). */
export interface StoredBlob {
  /** Digest of the request that left it: one request is one blob, however often it is repeated. */
  readonly id: string;
  /** Of what is added perhaps a view of a much larger buffer: whoever keeps it makes a copy. */
  readonly bytes: Uint8Array;
  /** SHA-256 of the bytes, for the order within a reply. */
  readonly hash: Uint8Array;
  /** Milliseconds since 1970. */
  readonly depositedAtMs: number;
  /** Milliseconds since 1970; from then on nobody sees it. */
  readonly expiresAtMs: number;
  /** Tokens spent on it beyond the first. */
  readonly stake: number;
  /** base64url of the hash whose secret takes it back. */
  readonly retractHash: string;
}

/** What is known of a blob without its bytes. */
export interface BlobHead extends Pick<StoredBlob, 'stake' | 'hash'> {
  /** Of the bytes. */
  readonly length: number;
}

/** Picks some of what lies in a shard, in the order wanted. Keeps nothing of it. */
export type ChooseBlobs = <T extends BlobHead>(heads: readonly T[]) => readonly T[];

export interface ShardContents {
  /** Live blobs, in no order unless they were chosen. */
  readonly blobs: readonly StoredBlob[];
  /** Whether live blobs were dropped for want of room in the last minute. */
  readonly isFlooded: boolean;
}

/** Shards are named `{base64url(mailboxId)}/{shard}`. */
export interface MailboxStore {
  /**
   * Adds a blob to a shard. A set, never an overwrite: an id that was ever added is not added again until it would
   * have expired, whether it still lies there, was dropped or retracted. Over the limit of a shard a live blob is
   * dropped in silence (see `chooseDropped`). Rejects only where nothing was stored.
   */
  add(shard: string, blob: StoredBlob): Promise<void> | void;
  /**
   * What lies in a shard now; an unknown shard is empty. A full one is half a megabyte: of it only what is chosen is
   * brought. What goes meanwhile is missing.
   * @param choose called once; without it everything is brought
   */
  list(shard: string, nowMs: number, choose?: ChooseBlobs): Promise<ShardContents> | ShardContents;
  /** Removes the blobs with these retract hashes, wherever they lie; unknown ones are nothing. */
  retract(hashes: readonly string[]): Promise<void> | void;
  /**
   * Tells of each blob that is added to a mailbox from now on, through whichever node or worker, once, in no order, and
   * of none that was there before. Best effort: after trouble between nodes some may be missing, and one that gives way
   * at once may be told or not. `receive` does not throw and is told no more once the returned function was called.
   * @param mailboxId base64url, the part of a shard's name before the slash
   */
  watch(mailboxId: string, receive: BlobReceiver): () => void;
}

export type BlobReceiver = (shard: number, blob: StoredBlob) => void;

/**
 * Which blob gives way when a shard is over its limit: one at random among those with the lowest stake.
 * @param random below 1
 */
export function chooseDropped<T extends Pick<StoredBlob, 'stake'>>(blobs: readonly T[], random: number): T {
  const lowest = Math.min(...blobs.map(({ stake }) => stake));
  const candidates = blobs.filter(({ stake }) => stake === lowest);
  return candidates[Math.floor(random * candidates.length)]!;
}
