import { describe, expect, it } from 'vitest';
import { createHashIndex, HASH_INDEX_WORDS } from './hash-index.ts';
import { createRecordPool } from './record-pool.ts';

/** Numbers without a pattern, the same every time. */
function createChance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) >>> 0;
  };
}

function createSubject() {
  const pool = createRecordPool({ wordsPerRecord: HASH_INDEX_WORDS + 1, recordsPerChunk: 256 });
  const index = createHashIndex(pool, 1);
  const all = (hash: number): number[] => {
    const found: number[] = [];
    for (let one = index.first(hash); one !== 0; one = index.next(one)) found.push(one);
    return found;
  };
  return { pool, index, all };
}

describe('hash index', () => {
  it('finds what a map finds, while it grows to 60,000 records and shrinks again', () => {
    const { pool, index, all } = createSubject();
    const chance = createChance(1);
    const reference = new Map<number, Set<number>>();
    const records: { record: number; hash: number }[] = [];
    const expectAlike = (hash: number) =>
      expect(all(hash).sort((a, b) => a - b)).toEqual([...(reference.get(hash) ?? [])].sort((a, b) => a - b));
    for (let step = 0; step < 120_000; step++) {
      const isGrowing = step < 70_000 ? chance() % 8 !== 0 : chance() % 16 === 0;
      if (isGrowing || records.length === 0) {
        // Few bits of difference, so that hashes repeat and buckets fill.
        const hash = (chance() & 0xffff0fff) >>> 0;
        const record = pool.take();
        index.insert(record, hash);
        records.push({ record, hash });
        reference.set(hash, (reference.get(hash) ?? new Set()).add(record));
      } else {
        const at = chance() % records.length;
        const { record, hash } = records[at]!;
        records[at] = records.at(-1)!;
        records.pop();
        index.remove(record);
        pool.release(record);
        reference.get(hash)!.delete(record);
        expectAlike(hash);
      }
      if (step % 64 === 0 && records.length > 0) expectAlike(records[chance() % records.length]!.hash);
    }
    for (const hash of reference.keys()) expectAlike(hash);
    expect(records.length).toBeLessThan(40_000);
  });

  it('gives its table back', () => {
    const { pool, index } = createSubject();
    const records = Array.from({ length: 100_000 }, () => pool.take());
    const chance = createChance(2);
    for (const record of records) index.insert(record, chance());
    const large = index.usedBytes;
    expect(large).toBeGreaterThanOrEqual(400_000);
    for (const record of records) index.remove(record);
    expect(index.usedBytes).toBeLessThan(large / 4);
  });

  it('removes one of many with one hash', () => {
    const { pool, index, all } = createSubject();
    const records = Array.from({ length: 5 }, () => pool.take());
    for (const record of records) index.insert(record, 7);
    for (const at of [2, 4, 0]) index.remove(records[at]!);
    expect(all(7)).toEqual([records[3], records[1]]);
    expect(all(7 + 1024)).toEqual([]);
  });
});
