// Which call holds which PASSporT, for one process. A record that is full gives nothing to anybody: what it forgot early
// could serve a second call.

import { createFading } from '../../call/index.ts';
import type { UsedPassports } from '../../verification/index.ts';

/** Those of transferred calls last for hours; where both lay in one ring, they would hold up the others' places. */
const LASTING_MS = 600_000;

/** @param maximum records kept of each sort; over it, `take` rejects until the oldest has ended */
export function createMemoryUsedPassports(maximum = 1_000_000): UsedPassports {
  const brief = createFading<string>(maximum);
  const lasting = createFading<string>(maximum);
  return {
    take(passport, call, untilMs, nowMs) {
      const holder = brief.get(passport, nowMs) ?? lasting.get(passport, nowMs);
      if (holder !== undefined) return holder;
      const holders = untilMs - nowMs > LASTING_MS ? lasting : brief;
      if (holders.isFull(nowMs)) return Promise.reject(new Error('the record of used PASSporTs is full'));
      holders.set(passport, call, untilMs, nowMs);
      return call;
    },
  };
}
