// Whether a peer is still worth waiting for. After so many time-outs in a row nobody waits for it any more; while that
// lasts, one probe at a time finds out whether it is back. Whoever asks keeps time and sends the probes.

export interface Breaker {
  /** Whether nobody is to wait for the peer now. */
  isOpen(): boolean;
  /** While open: whether a probe is due. True once for each interval. */
  takeProbe(): boolean;
  /** The peer answered in time, whatever it said. */
  succeed(): void;
  /** The peer did not answer in time. @returns whether that opened the breaker */
  fail(): boolean;
}

export interface BreakerOptions {
  /** Time-outs in a row, default 5. */
  readonly failures?: number;
  /** Between two probes, default 2000. */
  readonly probeMs?: number;
  /** Told each time it opens. */
  readonly onOpen?: () => void;
}

/** @param now in ms, of any clock that does not go back */
export function createBreaker(now: () => number, options: BreakerOptions = {}): Breaker {
  const { failures = 5, probeMs = 2_000, onOpen } = options;
  let inRow = 0;
  let probeAtMs = 0;
  return {
    isOpen: () => inRow >= failures,
    takeProbe() {
      if (inRow < failures || now() < probeAtMs) return false;
      probeAtMs = now() + probeMs;
      return true;
    },
    succeed() {
      inRow = 0;
    },
    fail() {
      inRow++;
      if (inRow !== failures) return false;
      probeAtMs = now() + probeMs;
      onOpen?.();
      return true;
    },
  };
}
