// Live deposits in memory, for one process, millions of them: bytes in slabs, what is known of them in records of words
// outside the heap of JavaScript. Expiry by a wheel of one-second chains, emptied in slices; what has expired is invisible
// at once, emptied or not. Reads are copies, so that a slot may be used again at once.

import { randomFillSync } from 'node:crypto';
import { MAXIMUM_BLOBS_PER_SHARD } from '@oobleck/stir/mailbox';
import { createRandomHash } from '../../call/index.ts';
import {
  type ChooseBlobs,
  chooseDropped,
  createMailboxWatchers,
  type MailboxStore,
  type ShardContents,
} from '../../cps/index.ts';
import { BLOB } from './blob-layout.ts';
import { createBlobMemory, SLOT_BYTES } from './blob-memory.ts';
import { createBlobNames } from './blob-names.ts';
import { type BlobRecords, createBlobRecords } from './blob-records.ts';
import { createExpiryWheel } from './expiry-wheel.ts';
import { createRecordPool } from './record-pool.ts';
import { createShardTable, type ShardTable } from './shard-table.ts';

export interface MemoryMailboxStoreOptions {
  /** Live blobs in one shard, default 256. */
  readonly maximumBlobsPerShard?: number;
  /** Beyond, nothing is added until something has gone. Default: no bound. */
  readonly maximumBytes?: number;
  /** What others take of the same maximum. */
  readonly usedBeside?: () => number;
  /** Uniform in [0, 1), default Math.random: it decides which of equal blobs gives way, no secret. */
  readonly random?: () => number;
}

export interface MemoryMailboxStore extends MailboxStore {
  /** @throws Error where it would not fit; nothing is stored then */
  add(...parameters: Parameters<MailboxStore['add']>): void;
  list(shard: string, nowMs: number, choose?: ChooseBlobs): ShardContents;
  retract(hashes: readonly string[]): void;
  /** Takes from the system what the first 16384 deposits need, 35 MB, so that none of them waits for it. */
  prepare(): void;
  /**
   * Forgets what has expired, at most `maximum` records a call, and gives back at most one slab that is empty.
   * @returns whether everything due is gone
   */
  sweep(nowMs: number, maximum?: number): boolean;
  /** Records kept, expired ones not yet swept included. */
  readonly size: number;
  /** What blobs and records take now. */
  readonly usedBytes: number;
  readonly maximumBytes: number;
  /** What is set aside for blobs, used or not; the system gives it only as it is written. */
  readonly slabBytes: number;
}

const FLOODED_MS = 60_000;
const SLICE = 500;
const RECORDS_PER_CHUNK = 16_384;
/** Of the records of a blob and its shard. */
const RECORD_BYTES = 512;

export function createMemoryMailboxStore(options: MemoryMailboxStoreOptions = {}): MemoryMailboxStore {
  const maximumBlobs = options.maximumBlobsPerShard ?? MAXIMUM_BLOBS_PER_SHARD;
  const maximumBytes = options.maximumBytes ?? Number.MAX_SAFE_INTEGER;
  const usedBeside = options.usedBeside ?? (() => 0);
  const random = options.random ?? Math.random;
  const hash = createRandomHash(randomFillSync);
  const memory = createBlobMemory();
  const shards = createShardTable(hash);
  const pool = createRecordPool({ wordsPerRecord: BLOB.words, recordsPerChunk: RECORDS_PER_CHUNK });
  const names = createBlobNames(pool, hash);
  const records = createBlobRecords({ pool, memory, shards, names });
  const wheel = createExpiryWheel(pool, BLOB.nextDue);
  const watchers = createMailboxWatchers();
  const usedBytes = (): number => memory.usedBytes + pool.usedBytes + shards.usedBytes + names.usedBytes;
  const requireRoom = (length: number): void => {
    if (
      usedBeside() + usedBytes() + Math.ceil(length / SLOT_BYTES) * SLOT_BYTES + RECORD_BYTES >
      maximumBytes
    )
      throw new Error('the store of deposits is full');
  };

  return {
    add(name, blob) {
      const known = shards.find(name);
      if (known !== 0 && records.isKnown(known, blob.id)) return;
      requireRoom(blob.bytes.length);
      const shard = known || shards.findOrAdd(name);
      wheel.add(Math.ceil(blob.expiresAtMs / 1000), records.add(shard, blob));
      if (shards.liveCount(shard) > maximumBlobs)
        makeRoom(shards, records, shard, { nowMs: blob.depositedAtMs, maximumBlobs, random: random() });
      watchers.tell(name, blob);
    },
    list(name, nowMs, choose) {
      const shard = shards.find(name);
      if (shard === 0) return { blobs: [], isFlooded: false };
      const live = records.live(shard).filter((record) => records.expiresAtMs(record) > nowMs);
      const chosen = choose === undefined ? live : choose(live.map(records.head)).map(({ record }) => record);
      return { blobs: records.read(chosen), isFlooded: shards.floodedUntilMs(shard) > nowMs };
    },
    retract(hashes) {
      for (const one of hashes) records.removeByRetractHash(one);
    },
    watch: watchers.watch,
    prepare() {
      for (const one of [memory, pool]) one.prepare();
    },
    sweep(nowMs, maximum = SLICE) {
      for (const one of [memory, pool, shards]) one.giveBack();
      return wheel.take(Math.floor(nowMs / 1000), maximum, records.forget);
    },
    get size() {
      return pool.used;
    },
    get usedBytes() {
      return usedBytes();
    },
    maximumBytes,
    get slabBytes() {
      return memory.reservedBytes;
    },
  };
}

function makeRoom(
  shards: ShardTable,
  records: BlobRecords,
  shard: number,
  limits: { readonly nowMs: number; readonly maximumBlobs: number; readonly random: number },
): void {
  const live = records.live(shard).filter((record) => {
    if (records.expiresAtMs(record) > limits.nowMs) return true;
    records.remove(record);
    return false;
  });
  if (live.length <= limits.maximumBlobs) return;
  const candidates = live.map((record) => ({ record, stake: records.stake(record) }));
  records.remove(chooseDropped(candidates, limits.random).record);
  shards.setFloodedUntilMs(shard, limits.nowMs + FLOODED_MS);
}
