// Which call holds which PASSporT, shared by the verification services of one machine. Committed, not flushed: a record
// is of use for a minute or so.

import type { UsedPassports } from '../../verification/index.ts';
import { createDueTimes } from './due-times.ts';
import { keyOfText, type LmdbEnvironment } from './lmdb-folder.ts';

export interface LmdbUsedPassports extends UsedPassports {
  /** Forgets what has ended, at most `maximum` a call. @returns whether all of it is gone */
  sweep(nowMs: number, maximum?: number): boolean;
}

const SLICE = 1_000;
const NOTHING = Buffer.alloc(0);

export function createLmdbUsedPassports(live: LmdbEnvironment): LmdbUsedPassports {
  const table = live.table('used');
  const due = createDueTimes(live.table('used-due'));
  const take = (key: Buffer, call: string, untilMs: number, nowMs: number): string => {
    const present = table.get(key);
    if (present !== undefined && present.readDoubleBE() > nowMs) return present.toString('utf8', 8);
    const record = Buffer.alloc(8 + Buffer.byteLength(call));
    record.writeDoubleBE(untilMs);
    record.write(call, 8);
    table.put(key, record);
    due.add(untilMs, { kind: 0, key, note: NOTHING });
    return call;
  };
  return {
    take: (passport, call, untilMs, nowMs) => live.run(() => take(keyOfText(passport), call, untilMs, nowMs)),
    sweep(nowMs, maximum = SLICE) {
      if (!due.isDue(nowMs)) return true;
      const forget = ({ key }: { readonly key: Buffer }): void => {
        // It may have been taken again since, for longer.
        if ((table.get(key)?.readDoubleBE() ?? Infinity) <= nowMs) table.remove(key);
      };
      return live.runNow(() => due.take(nowMs, maximum, forget) < maximum);
    },
  };
}
