// Statistics of what an observer of a CPS sees. Running sums only, so that ten thousand replies of 16 KiB fit.

/** Mean and variance as they come (Welford). */
export interface Sample {
  readonly count: number;
  readonly mean: number;
  readonly variance: number;
  add(value: number): void;
}

export function createSample(): Sample {
  let count = 0;
  let mean = 0;
  let squares = 0;
  return {
    get count() {
      return count;
    },
    get mean() {
      return mean;
    },
    get variance() {
      return count < 2 ? 0 : squares / (count - 1);
    },
    add(value) {
      count++;
      const from = value - mean;
      mean += from / count;
      squares += from * (value - mean);
    },
  };
}

/** Welch's t of two samples: of equal ones, over 4.5 in size once in 150,000. */
export function welch(a: Sample, b: Sample): number {
  const error = Math.sqrt(a.variance / a.count + b.variance / b.count);
  if (error === 0) return a.mean === b.mean ? 0 : Number.POSITIVE_INFINITY;
  return (a.mean - b.mean) / error;
}

/** Chi-square of counts against equal ones, as standard deviations from what chance gives. */
export function chiSquareDeviation(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  const freedom = counts.length - 1;
  return (chiSquare - freedom) / Math.sqrt(2 * freedom);
}
