// Whether this clock is right, judged by those of others: where the times of many calls (`iat`, Date) are off in one
// direction, it is ours that is wrong, or theirs; either way PASSporTs go stale and somebody should look.

export interface ClockSkew {
  /** The median, positive where others are ahead of us. */
  readonly seconds: number;
  readonly count: number;
}

export interface SkewWatch {
  /** @param seconds the time a call states, less ours */
  observe(seconds: number): void;
}

export interface SkewOptions {
  /** Calls looked back at, default 64; nothing is said before half of them are there. */
  readonly calls?: number;
  /** What counts as off, default 20: a call and its PASSporT take some seconds themselves. */
  readonly toleranceSeconds?: number;
  /** The share of calls that has to be off in one direction, default 0.75. */
  readonly share?: number;
  /** Between two alarms, default 600. */
  readonly quietSeconds?: number;
}

/** @param now in ms */
export function createSkewWatch(
  now: () => number,
  onSkew: (skew: ClockSkew) => void,
  options: SkewOptions = {},
): SkewWatch {
  const { calls = 64, toleranceSeconds = 20, share = 0.75, quietSeconds = 600 } = options;
  const ring: number[] = [];
  const off = { ahead: 0, behind: 0 };
  let next = 0;
  let quietUntilMs = Number.NEGATIVE_INFINITY;
  const count = (seconds: number | undefined, by: 1 | -1): void => {
    if (seconds === undefined) return;
    if (seconds > toleranceSeconds) off.ahead += by;
    if (seconds < -toleranceSeconds) off.behind += by;
  };
  return {
    observe(seconds) {
      if (!Number.isFinite(seconds)) return;
      count(ring[next], -1);
      ring[next] = seconds;
      count(seconds, 1);
      next = (next + 1) % calls;
      const isTelling = ring.length >= calls / 2 && Math.max(off.ahead, off.behind) >= share * ring.length;
      if (!isTelling || now() < quietUntilMs) return;
      quietUntilMs = now() + quietSeconds * 1000;
      onSkew({ seconds: median(ring), count: ring.length });
    },
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
