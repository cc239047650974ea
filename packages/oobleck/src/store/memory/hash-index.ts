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

const HASH = 0;
const NEXT = 1;
const PREVIOUS = 2;
/** Every bit of a hash. */
const ALL = -1;
const SMALLEST = 1_024;
const BUCKETS_PER_CHUNK = 16_384;

/** @param word of a record at which its three words begin */
export function createHashIndex(pool: RecordPool, word: number): HashIndex {
  return new LinearHashing(pool, word);
}

/** A class, so that all indices have one shape and what reads them is compiled for it. */
class LinearHashing implements HashIndex {
  private readonly pool: RecordPool;
  private readonly word: number;
  private readonly buckets = new Buckets();
  /** Buckets below `split` are already told apart by one bit more than the mask has. */
  private mask = SMALLEST - 1;
  private split = 0;
  private size = 0;

  constructor(pool: RecordPool, word: number) {
    this.pool = pool;
    this.word = word;
  }

  first(hash: number): number {
    return this.withHash(this.buckets.get(this.bucketOf(hash)), hash);
  }

  next(record: number): number {
    return this.withHash(this.field(record, NEXT), this.field(record, HASH));
  }

  insert(record: number, hash: number): void {
    this.setField(record, HASH, hash);
    this.link(record, this.bucketOf(hash));
    if (++this.size > this.mask + 1 + this.split) this.grow();
  }

  remove(record: number): void {
    this.unlink(record, this.bucketOf(this.field(record, HASH)));
    this.size--;
    // Two a time: the table is down to its size when half of the records are gone.
    for (let step = 0; step < 2; step++) if (this.isTooLarge()) this.shrink();
  }

  get usedBytes(): number {
    return this.buckets.usedBytes;
  }

  private bucketOf(hash: number): number {
    const bucket = (hash & this.mask) >>> 0;
    return bucket < this.split ? (hash & (2 * this.mask + 1)) >>> 0 : bucket;
  }

  private field(record: number, at: number): number {
    return this.pool.words(record)[this.pool.start(record) + this.word + at]!;
  }

  private setField(record: number, at: number, value: number): void {
    this.pool.words(record)[this.pool.start(record) + this.word + at] = value;
  }

  private withHash(from: number, hash: number): number {
    let record = from;
    while (record !== 0 && this.field(record, HASH) !== hash) record = this.field(record, NEXT);
    return record;
  }

  private link(record: number, bucket: number): void {
    const head = this.buckets.get(bucket);
    this.setField(record, NEXT, head);
    this.setField(record, PREVIOUS, 0);
    if (head !== 0) this.setField(head, PREVIOUS, record);
    this.buckets.set(bucket, record);
  }

  private unlink(record: number, bucket: number): void {
    const next = this.field(record, NEXT);
    const previous = this.field(record, PREVIOUS);
    if (previous === 0) this.buckets.set(bucket, next);
    else this.setField(previous, NEXT, next);
    if (next !== 0) this.setField(next, PREVIOUS, previous);
  }

  /** Those whose hash has this bit; with `ALL` every one. */
  private move(from: number, to: number, bits: number): void {
    for (let record = this.buckets.get(from); record !== 0; ) {
      const next = this.field(record, NEXT);
      if (bits === ALL || (this.field(record, HASH) & bits) !== 0) {
        this.unlink(record, from);
        this.link(record, to);
      }
      record = next;
    }
  }

  private grow(): void {
    const bit = this.mask + 1;
    this.move(this.split, this.split + bit, bit);
    if (++this.split <= this.mask) return;
    this.mask = 2 * this.mask + 1;
    this.split = 0;
  }

  private isTooLarge(): boolean {
    const count = this.mask + 1 + this.split;
    return count > SMALLEST && this.size < count / 2;
  }

  private shrink(): void {
    if (this.split === 0) {
      this.mask >>>= 1;
      this.split = this.mask + 1;
    }
    this.split--;
    this.move(this.split + this.mask + 1, this.split, ALL);
    this.buckets.cutTo(this.mask + 1 + this.split);
  }
}

/** The first record of each bucket; room comes and goes by whole chunks. */
class Buckets {
  private readonly chunks: Uint32Array[] = [];

  get(bucket: number): number {
    return this.chunks[bucket >>> 14]?.[bucket & (BUCKETS_PER_CHUNK - 1)] ?? 0;
  }

  set(bucket: number, record: number): void {
    const at = bucket >>> 14;
    while (this.chunks.length <= at) this.chunks.push(new Uint32Array(BUCKETS_PER_CHUNK));
    this.chunks[at]![bucket & (BUCKETS_PER_CHUNK - 1)] = record;
  }

  cutTo(count: number): void {
    while ((this.chunks.length - 1) * BUCKETS_PER_CHUNK >= count) this.chunks.pop();
  }

  get usedBytes(): number {
    return this.chunks.length * BUCKETS_PER_CHUNK * 4;
  }
}
