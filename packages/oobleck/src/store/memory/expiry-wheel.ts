// What is due at which second: a chain of records for each second, through a word of the record. Emptied in slices, so
// that a burst of expiring records never holds up a call.

import type { RecordPool } from './record-pool.ts';

export interface ExpiryWheel {
  add(second: number, record: number): void;
  /** Hands over what is due up to `second`, at most `maximum` of it. @returns whether nothing due is left */
  take(second: number, maximum: number, receive: (record: number) => void): boolean;
}

/** @param word of a record that holds the next one of its second */
export function createExpiryWheel(pool: RecordPool, word: number): ExpiryWheel {
  const first = new Map<number, number>();
  let earliest = Number.POSITIVE_INFINITY;
  return {
    add(second, record) {
      pool.words(record)[pool.start(record) + word] = first.get(second) ?? 0;
      first.set(second, record);
      earliest = Math.min(earliest, second);
    },
    take(second, maximum, receive) {
      let left = maximum;
      while (earliest <= second) {
        let record = first.get(earliest) ?? 0;
        for (; record !== 0 && left > 0; left--) {
          const next = pool.words(record)[pool.start(record) + word]!;
          receive(record);
          record = next;
        }
        if (record !== 0) {
          first.set(earliest, record);
          return false;
        }
        first.delete(earliest);
        earliest = Math.min(...first.keys());
      }
      return true;
    },
  };
}
