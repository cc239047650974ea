// How many requests a provider may make: so many a second, and as many at once. Counted once its signature holds, so
// that nobody uses up what is another's.

export interface HolderPace {
  /** Whether one more request of the holder is in time; counts it. */
  admits(holder: string, nowMs: number): boolean;
}

/** Holders that are known are those with a certificate; more than that many at once are not expected. */
const MAXIMUM_HOLDERS = 100_000;

export function createHolderPace(requestsPerSecond: number): HolderPace {
  const left = new Map<string, { requests: number; atMs: number }>();
  return {
    admits(holder, nowMs) {
      const known = left.get(holder);
      if (known === undefined) {
        if (left.size >= MAXIMUM_HOLDERS) left.clear();
        left.set(holder, { requests: requestsPerSecond - 1, atMs: nowMs });
        return true;
      }
      const earned = (Math.max(0, nowMs - known.atMs) / 1000) * requestsPerSecond;
      known.requests = Math.min(requestsPerSecond, known.requests + earned);
      known.atMs = nowMs;
      if (known.requests < 1) return false;
      known.requests--;
      return true;
    },
  };
}
