// What a row is and how it is measured: work against the bare work it cannot do without, both in CPU seconds per
// operation, both in the same run. They are sampled in turn, several times, and the medians are compared, so that a
// machine that slows down for a while slows both.

/** What one operation costs. */
export interface Cost {
  /** CPU seconds per operation, measured over about `seconds` of CPU time. */
  sample(seconds: number): Promise<number>;
}

/** A row, opened: whatever it needs is prepared. */
export interface Subject {
  readonly work: Cost;
  /** The parts of the bare work; their costs add up. */
  readonly limit: readonly Cost[];
  close?(): Promise<void>;
}

export interface Benchmark {
  readonly name: string;
  open(): Promise<Subject>;
}

export interface Row {
  readonly name: string;
  readonly opsPerCpuSecond: number;
  /** Operations per CPU second if there were nothing but the bare work. */
  readonly limit: number;
  readonly ratio: number;
}

const ROUNDS = 5;
/** Times the length of a measurement: what a server runs for days is measured as compiled as it then is. */
const WARM_UP = 4;

/** @param seconds of CPU time for each part, after the warm-up */
export async function measure({ name, open }: Benchmark, seconds: number): Promise<Row> {
  const subject = await open();
  try {
    const costs = [subject.work, ...subject.limit];
    for (const cost of costs) await cost.sample(WARM_UP * seconds);
    const samples: number[][] = costs.map(() => []);
    for (let round = 0; round < ROUNDS; round++)
      for (const [at, cost] of costs.entries()) samples[at]!.push(await cost.sample(seconds / ROUNDS));
    const [work, ...parts] = samples.map(median);
    return rowOf(name, work!, parts);
  } finally {
    await subject.close?.();
  }
}

/** The cost of synchronous work in this process. */
export function costOf(operation: () => unknown): Cost {
  return { sample: async (seconds) => sampleSynchronous(operation, seconds) };
}

/** CPU time of this process since it began, all its threads. */
export function ownCpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Operations between two looks at the clock, which cost tens of microseconds themselves. */
const BATCH = 256;

/**
 * What comes first is not counted: while another process was measured, this one idled, and tidied up its memory and
 * lost its caches for that.
 */
const LEAD_IN = 0.2;

function sampleSynchronous(operation: () => unknown, seconds: number): number {
  runFor(operation, LEAD_IN * seconds);
  return runFor(operation, seconds);
}

function runFor(operation: () => unknown, seconds: number): number {
  const start = ownCpuSeconds();
  for (let count = BATCH; ; count += BATCH) {
    for (let at = 0; at < BATCH; at++) operation();
    const used = ownCpuSeconds() - start;
    if (used >= seconds) return used / count;
  }
}

function rowOf(name: string, work: number, parts: readonly number[]): Row {
  const limit = parts.reduce((sum, part) => sum + part, 0);
  return {
    name,
    opsPerCpuSecond: Math.round(1 / work),
    limit: Math.round(1 / limit),
    ratio: Math.round((1000 * limit) / work) / 1000,
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
