// Finds the records of a pool by a hash of their key. Linear hashing: the table grows and shrinks by one bucket at a
// time, so that no insertion ever waits for the whole table to be laid out anew. Records of one bucket are chained through
// three words of their own: hash, next, previous. Comparing keys is the business of whoever asks.

import type { RecordPool } from './record-pool.ts';

export interface HashIndex {
  /** A record with this hash, 0 for none; the one added last comes first. */
  first(hash: number): number;
  /** The next one with the same hash. */
  next(record: number): number;
  insert(record: number, hash: number): void;
  remove(record: number): void;
  /** Of the table of buckets. */
  readonly usedBytes: number;
}

export const HASH_INDEX_WORDS = 3;

const NEXT = 1;
const PREVIOUS = 2;
const SMALLEST = 1_024;
const BUCKETS_PER_CHUNK = 16_384;

/** @param word of a record at which its three words begin */
export function createHashIndex(pool: RecordPool, word: number): HashIndex {
  const buckets = createBuckets();
  /** Buckets below `split` are already told apart by one bit more than the mask has. */
  let mask = SMALLEST - 1;
  let split = 0;
  let size = 0;

  const bucketOf = (hash: number): number => {
    const bucket = (hash & mask) >>> 0;
    return bucket < split ? (hash & (2 * mask + 1)) >>> 0 : bucket;
  };
  const field = (record: number, at: number): number => pool.words(record)[pool.start(record) + word + at]!;
  const setField = (record: number, at: number, value: number): void => {
    pool.words(record)[pool.start(record) + word + at] = value;
  };
  const withHash = (from: number, hash: number): number => {
    let record = from;
    while (record !== 0 && field(record, 0) !== hash) record = field(record, NEXT);
    return record;
  };
  const link = (record: number, bucket: number): void => {
    const head = buckets.get(bucket);
    setField(record, NEXT, head);
    setField(record, PREVIOUS, 0);
    if (head !== 0) setField(head, PREVIOUS, record);
    buckets.set(bucket, record);
  };
  const unlink = (record: number, bucket: number): void => {
    const next = field(record, NEXT);
    const previous = field(record, PREVIOUS);
    if (previous === 0) buckets.set(bucket, next);
    else setField(previous, NEXT, next);
    if (next !== 0) setField(next, PREVIOUS, previous);
  };
  const move = (from: number, to: number, isMoved: (hash: number) => boolean): void => {
    for (let record = buckets.get(from); record !== 0; ) {
      const next = field(record, NEXT);
      if (isMoved(field(record, 0))) {
        unlink(record, from);
        link(record, to);
      }
      record = next;
    }
  };
  const grow = (): void => {
    const bit = mask + 1;
    move(split, split + bit, (hash) => (hash & bit) !== 0);
    if (++split <= mask) return;
    mask = 2 * mask + 1;
    split = 0;
  };
  const isTooLarge = (): boolean => {
    const count = mask + 1 + split;
    return count > SMALLEST && size < count / 2;
  };
  const shrink = (): void => {
    if (split === 0) {
      mask >>>= 1;
      split = mask + 1;
    }
    split--;
    move(split + mask + 1, split, () => true);
    buckets.cutTo(mask + 1 + split);
  };

  return {
    first: (hash) => withHash(buckets.get(bucketOf(hash)), hash),
    next: (record) => withHash(field(record, NEXT), field(record, 0)),
    insert(record, hash) {
      setField(record, 0, hash);
      link(record, bucketOf(hash));
      if (++size > mask + 1 + split) grow();
    },
    remove(record) {
      unlink(record, bucketOf(field(record, 0)));
      size--;
      // Two a time: the table is down to its size when half of the records are gone.
      for (let step = 0; step < 2; step++) if (isTooLarge()) shrink();
    },
    get usedBytes() {
      return buckets.usedBytes;
    },
  };
}

/** The first record of each bucket; room comes and goes by whole chunks. */
function createBuckets() {
  const chunks: Uint32Array[] = [];
  return {
    get: (bucket: number): number => chunks[bucket >>> 14]?.[bucket & (BUCKETS_PER_CHUNK - 1)] ?? 0,
    set(bucket: number, record: number): void {
      const at = bucket >>> 14;
      while (chunks.length <= at) chunks.push(new Uint32Array(BUCKETS_PER_CHUNK));
      chunks[at]![bucket & (BUCKETS_PER_CHUNK - 1)] = record;
    },
    cutTo(count: number): void {
      while ((chunks.length - 1) * BUCKETS_PER_CHUNK >= count) chunks.pop();
    },
    get usedBytes() {
      return chunks.length * BUCKETS_PER_CHUNK * 4;
    },
  };
}
