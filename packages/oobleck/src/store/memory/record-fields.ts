// Fields of a record by the word they stand at. A time is milliseconds since 1970 in two words.

import type { RecordPool } from './record-pool.ts';

export class RecordFields {
  private readonly pool: RecordPool;

  constructor(pool: RecordPool) {
    this.pool = pool;
  }

  get(record: number, word: number): number {
    return this.pool.words(record)[this.pool.start(record) + word]!;
  }

  set(record: number, word: number, value: number): void {
    this.pool.words(record)[this.pool.start(record) + word] = value;
  }

  time(record: number, word: number): number {
    return this.get(record, word) * 2 ** 32 + this.get(record, word + 1);
  }

  setTime(record: number, word: number, timeMs: number): void {
    this.set(record, word, Math.floor(timeMs / 2 ** 32));
    this.set(record, word + 1, timeMs % 2 ** 32);
  }
}
