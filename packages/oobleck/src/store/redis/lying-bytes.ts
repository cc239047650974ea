// How many bytes this process has written to a store that forgets by itself, and that still lie there: counted by the second
// in which they end, so that nothing is kept of each. What could not be written, or was written over, counts all the same.

export interface LyingBytes {
  /** Whether so many more may lie until then; if so, they count from now on. */
  admits(bytes: number, untilMs: number, nowMs: number): boolean;
}

export function createLyingBytes(maximum: number): LyingBytes {
  const bySecond = new Map<number, number>();
  let lying = 0;
  const forgetEnded = (nowMs: number): void => {
    for (const [second, bytes] of bySecond)
      if (second * 1000 <= nowMs) {
        bySecond.delete(second);
        lying -= bytes;
      }
  };
  return {
    admits(bytes, untilMs, nowMs) {
      forgetEnded(nowMs);
      if (lying + bytes > maximum) return false;
      const second = Math.ceil(untilMs / 1000);
      bySecond.set(second, (bySecond.get(second) ?? 0) + bytes);
      lying += bytes;
      return true;
    },
  };
}
