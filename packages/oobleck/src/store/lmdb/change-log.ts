// What changed, in order, for other processes to read: entries under numbers that only grow. Old entries are dropped;
// whoever reads more seldom than that has missed some.

import type { Database } from 'lmdb';

export interface ChangeLog {
  /** As a transaction begins: others may have appended since the last one. */
  begin(): void;
  /** Within a transaction. @returns its number, one more than that of the one before */
  append(entry: Buffer): number;
  /** The number of the newest entry. */
  readonly newest: number;
  /** Entries after a number, the oldest first, at most `maximum`. */
  since(number: number, maximum: number): readonly { readonly number: number; readonly entry: Buffer }[];
  /** Within a transaction: drops old entries, at most `maximum` of them. */
  trim(maximum: number): void;
}

/** One for a table and process: it knows what the transaction under way has appended. @param kept entries, more or less; the newest always is */
export function createChangeLog(database: Database<Buffer, Buffer>, kept: number): ChangeLog {
  const newest = (): number => numberOf([...database.getKeys({ reverse: true, limit: 1 })][0]);
  /** Of the transaction under way: only its first entry has to look. */
  let last: number | undefined;
  return {
    begin() {
      last = undefined;
    },
    get newest() {
      return newest();
    },
    append(entry) {
      last = (last ?? newest()) + 1;
      database.put(keyOf(last), entry);
      return last;
    },
    since(number, maximum) {
      const range = database.getRange({ start: keyOf(number + 1), limit: maximum });
      return [...range].map(({ key, value }) => ({ number: numberOf(key), entry: value }));
    },
    trim(maximum) {
      const end = newest() - kept;
      if (end <= 0) return;
      for (const key of [...database.getKeys({ end: keyOf(end), limit: maximum })]) database.remove(key);
    },
  };
}

function keyOf(number: number): Buffer {
  const key = Buffer.allocUnsafe(8);
  key.writeBigUInt64BE(BigInt(number));
  return key;
}

function numberOf(key: Buffer | undefined): number {
  return key === undefined ? 0 : Number(key.readBigUInt64BE());
}
