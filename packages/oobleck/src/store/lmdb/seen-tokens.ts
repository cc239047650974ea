// Access tokens that were used, shared by the processes of one machine. Committed, not flushed: after a restart of the
// machine nothing is known of them, and the tokens of the last minute or two could be used again, but the PASSporTs that
// they could fetch are gone as well.

import type { SeenState, SeenTokens } from '../../cps/profiles/atis/index.ts';
import { createDueTimes } from './due-times.ts';
import { keyOfText, type LmdbEnvironment } from './lmdb-folder.ts';
import { countOf } from './lmdb-table.ts';

export interface LmdbSeenTokens extends SeenTokens {
  see(id: string, untilMs: number, nowMs: number): Promise<SeenState>;
  /** Forgets what has ended, at most `maximum` a call. @returns whether all of it is gone */
  sweep(nowMs: number, maximum?: number): boolean;
  /** Kept, ended ones not yet swept included. */
  readonly size: number;
}

const MAXIMUM = 10_000_000;
const SLICE = 1_000;
const NOTHING = Buffer.alloc(0);

/** @param most ids kept */
export function createLmdbSeenTokens(live: LmdbEnvironment, most = MAXIMUM): LmdbSeenTokens {
  const table = live.table('seen');
  const due = createDueTimes(live.table('seen-due'));
  const forgetEnded = (nowMs: number, maximum: number): boolean => {
    const forget = ({ key }: { readonly key: Buffer }): void => {
      // It may have been used again since.
      if ((table.get(key)?.readDoubleBE() ?? Infinity) <= nowMs) table.remove(key);
    };
    return due.take(nowMs, maximum, forget) < maximum;
  };
  const see = (key: Buffer, untilMs: number, nowMs: number): SeenState => {
    const present = table.get(key);
    if (present !== undefined && present.readDoubleBE() > nowMs) return 'seen';
    if (countOf(table) >= most) forgetEnded(nowMs, SLICE);
    if (countOf(table) >= most) return 'full';
    const record = Buffer.alloc(8);
    record.writeDoubleBE(untilMs);
    table.put(key, record);
    due.add(untilMs, { kind: 0, key, note: NOTHING });
    return 'new';
  };
  return {
    see: (id, untilMs, nowMs) => live.run(() => see(keyOfText(id), untilMs, nowMs)),
    sweep(nowMs, maximum = SLICE) {
      if (!due.isDue(nowMs)) return true;
      return live.runNow(() => forgetEnded(nowMs, maximum));
    },
    get size() {
      live.refresh();
      return countOf(table);
    },
  };
}
