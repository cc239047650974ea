// Access tokens that were used, for one process, in records of words outside the heap of JavaScript. A bounded record that
// is full takes no more: what it forgot early could be used again. Kept by whole seconds, rounded up; what has ended is
// forgotten a few at a time.

import { randomFillSync } from 'node:crypto';
import { createRandomHash } from '../../call/index.ts';
import type { SeenTokens } from '../../cps/profiles/atis/index.ts';
import { ACCESS_NAME_WORDS, createAccessName } from './access-name.ts';
import { createExpiryWheel } from './expiry-wheel.ts';
import { createHashIndex, HASH_INDEX_WORDS } from './hash-index.ts';
import { createRecordPool } from './record-pool.ts';

const UNTIL = ACCESS_NAME_WORDS;
const WHEEL = UNTIL + 1;
const INDEX = WHEEL + 1;
const WORDS = INDEX + HASH_INDEX_WORDS;
const RECORDS_PER_CHUNK = 16_384;
/** More than one, so that a burst that has ended is gone before the next. */
const FORGOTTEN_AT_ONCE = 4;

export interface MemorySeenTokens extends SeenTokens {
  see(id: string, untilMs: number, nowMs: number): 'new' | 'seen' | 'full';
  /** Kept, ended ones not yet forgotten included. */
  readonly size: number;
}

/** @param maximum ids kept */
export function createMemorySeenTokens(maximum = 1_000_000): MemorySeenTokens {
  const pool = createRecordPool({ wordsPerRecord: WORDS, recordsPerChunk: RECORDS_PER_CHUNK });
  const index = createHashIndex(pool, INDEX);
  const wheel = createExpiryWheel(pool, WHEEL);
  const hash = createRandomHash(randomFillSync);
  const name = createAccessName();

  const forget = (record: number): void => {
    index.remove(record);
    pool.release(record);
  };
  const sweep = (nowMs: number, most: number): void => {
    wheel.take(Math.floor(nowMs / 1000), most, forget);
    pool.giveBack();
  };
  /** Whether a record of the name packed last has not ended. */
  const isLive = (place: number, nowMs: number): boolean => {
    for (let record = index.first(place); record !== 0; record = index.next(record)) {
      const words = pool.words(record);
      const start = pool.start(record);
      if (words[start + UNTIL]! * 1000 > nowMs && name.equals(words, start)) return true;
    }
    return false;
  };
  const keep = (place: number, untilMs: number): void => {
    const second = Math.ceil(untilMs / 1000);
    const record = pool.take();
    const words = pool.words(record);
    const start = pool.start(record);
    name.copyTo(words, start);
    words[start + UNTIL] = second;
    wheel.add(second, record);
    index.insert(record, place);
  };
  return {
    see(id, untilMs, nowMs) {
      sweep(nowMs, FORGOTTEN_AT_ONCE);
      name.pack(id);
      const place = hash(name.words, 0, ACCESS_NAME_WORDS);
      if (isLive(place, nowMs)) return 'seen';
      if (pool.used >= maximum) sweep(nowMs, maximum);
      if (pool.used >= maximum) return 'full';
      keep(place, untilMs);
      return 'new';
    },
    get size() {
      return pool.used;
    },
  };
}
