// Which call holds which PASSporT, for one process.

import { createFading } from '../../call/index.ts';
import type { UsedPassports } from '../../verification/index.ts';

/** @param maximum records kept; over it the oldest give way */
export function createMemoryUsedPassports(maximum = 1_000_000): UsedPassports {
  const holders = createFading<string>(maximum);
  return {
    take(passport, call, untilMs, nowMs) {
      const holder = holders.get(passport, nowMs);
      if (holder !== undefined) return holder;
      holders.set(passport, call, untilMs, nowMs);
      return call;
    },
  };
}
