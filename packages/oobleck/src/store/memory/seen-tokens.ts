// Access tokens that were used, for one process. A bounded record that is full takes no more: what it forgot early could
// be used again.

import type { SeenTokens } from '../../cps/profiles/atis/index.ts';

const SWEEP_MS = 1_000;

/** @param maximum ids kept */
export function createMemorySeenTokens(maximum = 1_000_000): SeenTokens {
  const untilById = new Map<string, number>();
  /** Ids by the second in which they end. */
  const endings = new Map<number, string[]>();
  let sweptMs = 0;
  const sweep = (nowMs: number): void => {
    sweptMs = nowMs;
    for (const [second, ids] of endings) {
      if (second * 1000 > nowMs) continue;
      endings.delete(second);
      for (const id of ids) if (untilById.get(id)! <= nowMs) untilById.delete(id);
    }
  };
  return {
    see(id, untilMs, nowMs) {
      if (nowMs - sweptMs >= SWEEP_MS || untilById.size >= maximum) sweep(nowMs);
      if ((untilById.get(id) ?? 0) > nowMs) return 'seen';
      if (untilById.size >= maximum) return 'full';
      untilById.set(id, untilMs);
      const second = Math.ceil(untilMs / 1000);
      const ids = endings.get(second);
      if (ids === undefined) endings.set(second, [id]);
      else ids.push(id);
      return 'new';
    },
  };
}
