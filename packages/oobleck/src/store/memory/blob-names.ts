// What names a blob: its id, its retract hash, and the hash of its bytes. The first two find it.

import type { KeyedHash } from '../../call/index.ts';
import type { StoredBlob } from '../../cps/index.ts';
import { BLOB, BLOB_HASH_BYTES } from './blob-layout.ts';
import { createHashIndex, type HashIndex } from './hash-index.ts';
import { createPackedName, NAME_WORDS } from './packed-name.ts';
import type { RecordPool } from './record-pool.ts';

type Names = Pick<StoredBlob, 'id' | 'retractHash' | 'hash'>;

export interface BlobNames {
  enter(record: number, names: Names): void;
  /** Whether one of the records with this id is one asked for. */
  hasId(id: string, isAskedFor: (record: number) => boolean): boolean;
  withRetractHash(hash: string): number[];
  /** It is found by its id only. */
  leaveRetraction(record: number): void;
  /** It is not found any more. */
  leave(record: number): void;
  /** The hash is copied to `target`, to `offset`. */
  read(record: number, target: Uint8Array, offset: number): Names;
  /** Of the bytes; a view. */
  hash(record: number): Uint8Array;
  readonly usedBytes: number;
}

export function createBlobNames(pool: RecordPool, hash: KeyedHash): BlobNames {
  const byId = createHashIndex(pool, BLOB.byId);
  const byRetractHash = createHashIndex(pool, BLOB.byRetractHash);
  /** Where names are not base64url of 32 bytes, or a hash has not 32 bytes: all three as they were given. */
  const otherForms = new Map<number, Names>();
  const name = createPackedName();
  const isNamed = (record: number, word: number): boolean =>
    name.equals(pool.words(record), pool.start(record) + word, NAME_WORDS);
  const insert = (record: number, word: number, index: HashIndex, text: string): boolean => {
    const isPacked = name.pack(text);
    name.copyTo(pool.words(record), pool.start(record) + word, NAME_WORDS);
    index.insert(record, hash(name.words, 0, NAME_WORDS));
    return isPacked;
  };
  const textOf = (record: number, word: number): string => {
    const from = 4 * (pool.start(record) + word);
    return pool.bytes(record).toString('base64url', from, from + 4 * NAME_WORDS);
  };
  const hashOf = (record: number): Uint8Array => {
    const from = 4 * (pool.start(record) + BLOB.hash);
    return pool.bytes(record).subarray(from, from + BLOB_HASH_BYTES);
  };

  return {
    enter(record, names) {
      const isIdPacked = insert(record, BLOB.id, byId, names.id);
      const isRetractPacked = insert(record, BLOB.retractHash, byRetractHash, names.retractHash);
      const isHash = names.hash.length === BLOB_HASH_BYTES;
      if (isHash) hashOf(record).set(names.hash);
      if (isIdPacked && isRetractPacked && isHash) return;
      const { id, retractHash } = names;
      otherForms.set(record, { id, retractHash, hash: names.hash.slice() });
    },
    hasId(id, isAskedFor) {
      name.pack(id);
      let record = byId.first(hash(name.words, 0, NAME_WORDS));
      while (record !== 0 && !(isNamed(record, BLOB.id) && isAskedFor(record))) record = byId.next(record);
      return record !== 0;
    },
    withRetractHash(text) {
      const found: number[] = [];
      name.pack(text);
      const place = hash(name.words, 0, NAME_WORDS);
      for (let record = byRetractHash.first(place); record !== 0; record = byRetractHash.next(record))
        if (isNamed(record, BLOB.retractHash)) found.push(record);
      return found;
    },
    leaveRetraction: (record) => byRetractHash.remove(record),
    leave(record) {
      byId.remove(record);
      if (otherForms.size > 0) otherForms.delete(record);
    },
    read(record, target, offset) {
      const other = otherForms.get(record);
      if (other !== undefined) return other;
      target.set(hashOf(record), offset);
      return {
        id: textOf(record, BLOB.id),
        retractHash: textOf(record, BLOB.retractHash),
        hash: target.subarray(offset, offset + BLOB_HASH_BYTES),
      };
    },
    hash: (record) => otherForms.get(record)?.hash ?? hashOf(record),
    get usedBytes() {
      return byId.usedBytes + byRetractHash.usedBytes;
    },
  };
}
