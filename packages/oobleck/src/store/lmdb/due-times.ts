// What ends when, in the order of its end, so that it is forgotten in slices: uint32 second || uint8 kind || key, with
// whatever is needed to forget it as the value.

import type { Table } from './lmdb-table.ts';

export interface DueThing {
  readonly kind: number;
  readonly key: Buffer;
  readonly note: Buffer;
}

export interface DueTimes {
  /** Within a transaction. */
  add(atMs: number, thing: DueThing): void;
  /** Whether anything is due; cheap. */
  isDue(nowMs: number): boolean;
  /** Within a transaction: hands over and forgets what is due, at most `maximum`. @returns how much that was */
  take(nowMs: number, maximum: number, receive: (thing: DueThing) => void): number;
}

const HEAD = 5;

export function createDueTimes(table: Table): DueTimes {
  return {
    add(atMs, { kind, key, note }) {
      const head = Buffer.allocUnsafe(HEAD);
      head.writeUInt32BE(Math.ceil(atMs / 1000));
      head[4] = kind;
      table.put(Buffer.concat([head, key]), note);
    },
    isDue: (nowMs) => [...table.getKeys({ end: endOf(nowMs), limit: 1 })].length > 0,
    take(nowMs, maximum, receive) {
      const due = [...table.getRange({ end: endOf(nowMs), limit: maximum })];
      for (const { key, value } of due) {
        receive({ kind: key[4]!, key: key.subarray(HEAD), note: value });
        table.remove(key);
      }
      return due.length;
    },
  };
}

/** The whole seconds up to now, all kinds. */
function endOf(nowMs: number): Buffer {
  const end = Buffer.allocUnsafe(4);
  end.writeUInt32BE(Math.floor(nowMs / 1000) + 1);
  return end;
}
