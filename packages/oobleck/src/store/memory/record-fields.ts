// Fields of a record by the word they stand at. A time is milliseconds since 1970 in two words.

import type { RecordPool } from './record-pool.ts';

export interface RecordFields {
  get(record: number, word: number): number;
  set(record: number, word: number, value: number): void;
  time(record: number, word: number): number;
  setTime(record: number, word: number, timeMs: number): void;
}

export function createRecordFields(pool: RecordPool): RecordFields {
  const get = (record: number, word: number): number => pool.words(record)[pool.start(record) + word]!;
  const set = (record: number, word: number, value: number): void => {
    pool.words(record)[pool.start(record) + word] = value;
  };
  return {
    get,
    set,
    time: (record, word) => get(record, word) * 2 ** 32 + get(record, word + 1),
    setTime(record, word, timeMs) {
      set(record, word, Math.floor(timeMs / 2 ** 32));
      set(record, word + 1, timeMs % 2 ** 32);
    },
  };
}
