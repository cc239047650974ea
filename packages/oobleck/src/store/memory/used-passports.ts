// Which call holds which PASSporT, for one process.

import type { UsedPassports } from '../../verification/index.ts';

/** @param maximum records kept; over it the oldest give way */
export function createMemoryUsedPassports(maximum = 1_000_000): UsedPassports {
  const holders = new Map<string, { readonly call: string; readonly untilMs: number }>();
  const forgetOld = (nowMs: number): void => {
    for (const [passport, { untilMs }] of holders) {
      if (untilMs > nowMs && holders.size < maximum) return; // roughly oldest first
      holders.delete(passport);
    }
  };
  return {
    take(passport, call, untilMs, nowMs) {
      const present = holders.get(passport);
      if (present !== undefined && present.untilMs > nowMs) return present.call;
      forgetOld(nowMs);
      holders.set(passport, { call, untilMs });
      return call;
    },
  };
}
