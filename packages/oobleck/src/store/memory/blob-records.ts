// What is known of each blob beside its bytes, in one record of words. A record outlives its blob: the id stays known
// until the blob would have expired, so that what was dropped or retracted does not come back.

import type { BlobHead, StoredBlob } from '../../cps/index.ts';
import { BLOB, BLOB_HASH_BYTES } from './blob-layout.ts';
import type { BlobMemory } from './blob-memory.ts';
import type { BlobNames } from './blob-names.ts';
import { RecordFields } from './record-fields.ts';
import type { RecordPool } from './record-pool.ts';
import type { ShardTable } from './shard-table.ts';

export interface BlobRecords {
  /** Whether this id was added to this shard and would not have expired. */
  isKnown(shard: number, id: string): boolean;
  add(shard: number, blob: StoredBlob): number;
  /** Ends the record, and the blob where it still lies. */
  forget(record: number): void;
  /** The blob is gone from sight; its record stays. */
  remove(record: number): void;
  removeByRetractHash(hash: string): void;
  /** The records of what lies in a shard. */
  live(shard: number): number[];
  expiresAtMs(record: number): number;
  stake(record: number): number;
  /** A view. */
  head(record: number): RecordHead;
  /** Copies of the blobs. */
  read(records: readonly number[]): StoredBlob[];
}

export interface RecordHead extends BlobHead {
  readonly record: number;
}

export interface BlobParts {
  /** Of records with the layout `BLOB`. */
  readonly pool: RecordPool;
  readonly memory: BlobMemory;
  readonly shards: ShardTable;
  readonly names: BlobNames;
}

export function createBlobRecords({ pool, memory, shards, names }: BlobParts): BlobRecords {
  const fields = new RecordFields(pool);
  const chain = createShardChain(fields, shards);
  const remove = (record: number): void => {
    if (fields.get(record, BLOB.isLive) === 0) return;
    fields.set(record, BLOB.isLive, 0);
    chain.leave(record);
    names.leaveRetraction(record);
    memory.free(fields.get(record, BLOB.slot));
  };
  const readInto = (record: number, target: Uint8Array, offset: number): StoredBlob => {
    const length = fields.get(record, BLOB.length);
    memory.read(fields.get(record, BLOB.slot), length, target, offset);
    return {
      ...names.read(record, target, offset + length),
      bytes: target.subarray(offset, offset + length),
      depositedAtMs: fields.time(record, BLOB.depositedAtMs),
      expiresAtMs: fields.time(record, BLOB.expiresAtMs),
      stake: fields.get(record, BLOB.stake),
    };
  };

  return {
    isKnown: (shard, id) => names.hasId(id, (record) => fields.get(record, BLOB.shard) === shard),
    add(shard, blob) {
      const slot = memory.write(blob.bytes);
      const record = pool.take();
      names.enter(record, blob);
      fields.setTime(record, BLOB.depositedAtMs, blob.depositedAtMs);
      fields.setTime(record, BLOB.expiresAtMs, blob.expiresAtMs);
      fields.set(record, BLOB.slot, slot);
      fields.set(record, BLOB.length, blob.bytes.length);
      fields.set(record, BLOB.stake, blob.stake);
      fields.set(record, BLOB.isLive, 1);
      chain.enter(record, shard);
      shards.keep(shard);
      return record;
    },
    forget(record) {
      remove(record);
      names.leave(record);
      shards.letGo(fields.get(record, BLOB.shard));
      pool.release(record);
    },
    remove,
    removeByRetractHash(hash) {
      for (const record of names.withRetractHash(hash)) remove(record);
    },
    live: chain.records,
    expiresAtMs: (record) => fields.time(record, BLOB.expiresAtMs),
    stake: (record) => fields.get(record, BLOB.stake),
    head: (record) => ({
      record,
      stake: fields.get(record, BLOB.stake),
      hash: names.hash(record),
      length: fields.get(record, BLOB.length),
    }),
    read(records) {
      let length = 0;
      for (const record of records) length += fields.get(record, BLOB.length) + BLOB_HASH_BYTES;
      const target = new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
      let offset = 0;
      return records.map((record) => {
        const blob = readInto(record, target, offset);
        offset += blob.bytes.length + BLOB_HASH_BYTES;
        return blob;
      });
    },
  };
}

/** What lies in one shard, each record leading to the next and the one before. */
function createShardChain(fields: RecordFields, shards: ShardTable) {
  return {
    enter(record: number, shard: number): void {
      const first = shards.firstBlob(shard);
      fields.set(record, BLOB.shard, shard);
      fields.set(record, BLOB.nextInShard, first);
      fields.set(record, BLOB.previousInShard, 0);
      if (first !== 0) fields.set(first, BLOB.previousInShard, record);
      shards.setFirstBlob(shard, record);
      shards.addLive(shard, 1);
    },
    leave(record: number): void {
      const shard = fields.get(record, BLOB.shard);
      const next = fields.get(record, BLOB.nextInShard);
      const previous = fields.get(record, BLOB.previousInShard);
      if (previous === 0) shards.setFirstBlob(shard, next);
      else fields.set(previous, BLOB.nextInShard, next);
      if (next !== 0) fields.set(next, BLOB.previousInShard, previous);
      shards.addLive(shard, -1);
    },
    records(shard: number): number[] {
      const records: number[] = [];
      for (let record = shards.firstBlob(shard); record !== 0; record = fields.get(record, BLOB.nextInShard))
        records.push(record);
      return records;
    },
  };
}
