import { describe, expect, it } from 'vitest';
import { createRecordPool } from './record-pool.ts';

const create = () => createRecordPool({ wordsPerRecord: 4, recordsPerChunk: 8 });
const CHUNK_BYTES = 8 * (16 + 4);

describe('record pool', () => {
  it('never hands out record 0 or one that is taken, and keeps what is written', () => {
    const pool = create();
    const taken = Array.from({ length: 100 }, () => pool.take());
    expect(new Set(taken).size).toBe(100);
    expect(taken).not.toContain(0);
    for (const record of taken) pool.words(record).fill(record, pool.start(record), pool.start(record) + 4);
    for (const record of taken) {
      const start = pool.start(record);
      expect([...pool.words(record).subarray(start, start + 4)]).toEqual(Array(4).fill(record));
      expect(pool.bytes(record).readUInt32LE(4 * start)).toBe(record);
    }
    expect(pool.usedBytes).toBe(100 * 20);
  });

  it('takes released records again before new ones, without what their link was', () => {
    const pool = create();
    const taken = Array.from({ length: 20 }, () => pool.take());
    for (const record of taken) pool.setLink(record, 77);
    const before = pool.reservedBytes;
    for (const record of taken.slice(3, 15)) pool.release(record);
    const again = Array.from({ length: 12 }, () => pool.take());
    expect(new Set(again)).toEqual(new Set(taken.slice(3, 15)));
    expect(again.map((record) => pool.link(record))).toEqual(Array(12).fill(0));
    expect(pool.reservedBytes).toBe(before);
  });

  it('is prepared by its first chunk, once, and leaves what is taken alone', () => {
    const pool = create();
    pool.prepare();
    pool.prepare();
    expect([pool.used, pool.reservedBytes]).toEqual([0, CHUNK_BYTES]);
    const taken = pool.take();
    expect(taken).toBe(1);
    pool.words(taken).fill(7, pool.start(taken), pool.start(taken) + 4);
    pool.setLink(taken, 5);
    pool.prepare();
    expect([...pool.words(taken).subarray(pool.start(taken), pool.start(taken) + 4)]).toEqual([7, 7, 7, 7]);
    expect(pool.link(taken)).toBe(5);
    expect(pool.reservedBytes).toBe(CHUNK_BYTES);
  });

  it('gives empty chunks back one at a time, but one, and fills the holes they leave', () => {
    const pool = create();
    const taken = Array.from({ length: 7 + 4 * 8 }, () => pool.take());
    expect(pool.reservedBytes).toBe(5 * CHUNK_BYTES);
    for (const record of taken.slice(7, 31)) pool.release(record);
    for (const left of [4, 3, 3]) {
      pool.giveBack();
      expect(pool.reservedBytes).toBe(left * CHUNK_BYTES);
    }
    const again = Array.from({ length: 24 }, () => pool.take());
    expect(new Set([...taken.slice(0, 7), ...taken.slice(31), ...again]).size).toBe(39);
    expect(pool.reservedBytes).toBe(5 * CHUNK_BYTES);
    for (const record of [...taken.slice(0, 7), ...taken.slice(31), ...again]) pool.release(record);
    for (let i = 0; i < 6; i++) pool.giveBack();
    expect([pool.used, pool.usedBytes, pool.reservedBytes]).toEqual([0, 0, CHUNK_BYTES]);
  });
});
