// The shards of mailboxes that hold or held something: for each the blobs that lie there, as a chain through their records,
// and how many records still name it.

import type { KeyedHash } from '../../call/index.ts';
import { createHashIndex, HASH_INDEX_WORDS } from './hash-index.ts';
import { createPackedName, SHARD_NAME_WORDS } from './packed-name.ts';
import { RecordFields } from './record-fields.ts';
import { createRecordPool } from './record-pool.ts';

const INDEX = SHARD_NAME_WORDS;
const FIRST = INDEX + HASH_INDEX_WORDS;
const LIVE = FIRST + 1;
const KEPT = LIVE + 1;
const FLOODED_UNTIL = KEPT + 1;
const WORDS = FLOODED_UNTIL + 2;
const SHARDS_PER_CHUNK = 16_384;

export interface ShardTable {
  /** 0 where nothing is known of it. */
  find(name: string): number;
  findOrAdd(name: string): number;
  /** The first of the blobs that lie there. */
  firstBlob(shard: number): number;
  setFirstBlob(shard: number, blob: number): void;
  liveCount(shard: number): number;
  addLive(shard: number, change: 1 | -1): void;
  /** One more record names the shard. */
  keep(shard: number): void;
  /** One less; after the last the shard is unknown again. */
  letGo(shard: number): void;
  floodedUntilMs(shard: number): number;
  setFloodedUntilMs(shard: number, timeMs: number): void;
  /** Gives back some memory that is empty. */
  giveBack(): void;
  readonly usedBytes: number;
}

export function createShardTable(hash: KeyedHash): ShardTable {
  const pool = createRecordPool({ wordsPerRecord: WORDS, recordsPerChunk: SHARDS_PER_CHUNK });
  const index = createHashIndex(pool, INDEX);
  const name = createPackedName();
  const fields = new RecordFields(pool);
  const findPacked = (): number => {
    let shard = index.first(hash(name.words, 0, SHARD_NAME_WORDS));
    while (shard !== 0 && !name.equals(pool.words(shard), pool.start(shard), SHARD_NAME_WORDS))
      shard = index.next(shard);
    return shard;
  };
  const addPacked = (): number => {
    const shard = pool.take();
    const start = pool.start(shard);
    pool.words(shard).fill(0, start, start + WORDS);
    name.copyTo(pool.words(shard), start, SHARD_NAME_WORDS);
    index.insert(shard, hash(name.words, 0, SHARD_NAME_WORDS));
    return shard;
  };
  return {
    find(text) {
      name.packShard(text);
      return findPacked();
    },
    findOrAdd(text) {
      name.packShard(text);
      return findPacked() || addPacked();
    },
    firstBlob: (shard) => fields.get(shard, FIRST),
    setFirstBlob: (shard, blob) => fields.set(shard, FIRST, blob),
    liveCount: (shard) => fields.get(shard, LIVE),
    addLive: (shard, change) => fields.set(shard, LIVE, fields.get(shard, LIVE) + change),
    keep: (shard) => fields.set(shard, KEPT, fields.get(shard, KEPT) + 1),
    letGo(shard) {
      fields.set(shard, KEPT, fields.get(shard, KEPT) - 1);
      if (fields.get(shard, KEPT) > 0) return;
      index.remove(shard);
      pool.release(shard);
    },
    floodedUntilMs: (shard) => fields.time(shard, FLOODED_UNTIL),
    setFloodedUntilMs: (shard, timeMs) => fields.setTime(shard, FLOODED_UNTIL, timeMs),
    giveBack: () => pool.giveBack(),
    get usedBytes() {
      return pool.usedBytes + index.usedBytes;
    },
  };
}
