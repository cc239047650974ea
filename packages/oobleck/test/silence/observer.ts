// Whoever watches a CPS and compares: every reply is filed under what was going on at the time (its class), and in the
// end whatever tells one class from another is a finding. It sees what anybody may see: status, fields, bytes, time.

import { chiSquareDeviation, createSample, type Sample, welch } from './statistics.ts';

export interface Observation {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Against others asked at about the same time, milliseconds. */
  readonly timeMs: number;
}

export type Finding = 'status or fields' | 'length' | 'bytes' | 'repetition' | 'time';

interface ClassRecord {
  readonly outsides: Set<string>;
  readonly lengths: Set<number>;
  readonly times: Sample;
  readonly byteCounts: number[];
  /** Sum of the values at each position. */
  readonly sums: Float64Array;
  count: number;
}

export interface Observer {
  see(name: string, observation: Observation): void;
  findings(): readonly Finding[];
  /** The largest |t| of the times of any two classes. */
  largestT(): number;
}

const MAXIMUM_BYTES = 65_536;
const MAXIMUM_T = 4.5;
/** So far chance goes once in many millions of runs. */
const MAXIMUM_DEVIATION = 8;
/** Of one uniform byte. */
const BYTE_VARIANCE = (256 ** 2 - 1) / 12;
/** The top bit of an X25519 key (RFC 7748 Section 5) is zero in every reply, whatever it answers. */
const KEY_TOP_BYTE = 31;
const BLOCK = 16;

export function createObserver(): Observer {
  const classes = new Map<string, ClassRecord>();
  const blocks = new Set<string>();
  let hasRepetition = false;
  const recordOf = (name: string): ClassRecord => {
    const known = classes.get(name) ?? emptyRecord();
    classes.set(name, known);
    return known;
  };
  const noteBlocks = (body: Uint8Array): void => {
    for (const at of [0, 32, 8_192, body.length - BLOCK]) {
      const block = Buffer.from(body.subarray(at, at + BLOCK)).toString('latin1');
      hasRepetition ||= blocks.has(block);
      blocks.add(block);
    }
  };
  const largestT = (): number =>
    Math.max(...pairs([...classes.values()]).map(([a, b]) => Math.abs(welch(a.times, b.times))));
  return {
    see(name, { status, headers, body, timeMs }) {
      const record = recordOf(name);
      const { date: _, ...fields } = headers;
      record.outsides.add(JSON.stringify([status, fields]));
      record.lengths.add(body.length);
      record.times.add(timeMs);
      record.count++;
      countBytes(record, body);
      noteBlocks(body);
    },
    findings() {
      const all = [...classes.values()];
      const found: Finding[] = [];
      if (differ(all.map(({ outsides }) => outsides))) found.push('status or fields');
      if (differ(all.map(({ lengths }) => lengths))) found.push('length');
      if (all.some(isSkewed) || pairs(all).some(([a, b]) => differAtSomePlace(a, b))) found.push('bytes');
      if (hasRepetition) found.push('repetition');
      if (!(largestT() < MAXIMUM_T)) found.push('time');
      return found;
    },
    largestT,
  };
}

function emptyRecord(): ClassRecord {
  return {
    outsides: new Set(),
    lengths: new Set(),
    times: createSample(),
    byteCounts: new Array(256).fill(0),
    sums: new Float64Array(MAXIMUM_BYTES),
    count: 0,
  };
}

function countBytes({ byteCounts, sums }: ClassRecord, body: Uint8Array): void {
  for (let at = 0; at < body.length; at++) {
    const value = body[at]!;
    sums[at]! += value;
    if (at !== KEY_TOP_BYTE) byteCounts[value]!++;
  }
}

function differ(sets: readonly ReadonlySet<string | number>[]): boolean {
  return new Set(sets.flatMap((one) => [...one])).size > 1;
}

function isSkewed({ byteCounts }: ClassRecord): boolean {
  return Math.abs(chiSquareDeviation(byteCounts)) > MAXIMUM_DEVIATION;
}

/** A byte that stands for something has another mean in one class than in another. */
function differAtSomePlace(a: ClassRecord, b: ClassRecord): boolean {
  const error = Math.sqrt(BYTE_VARIANCE / a.count + BYTE_VARIANCE / b.count);
  return a.sums.some(
    (sum, at) => Math.abs(sum / a.count - b.sums[at]! / b.count) > MAXIMUM_DEVIATION * error,
  );
}

function pairs<T>(all: readonly T[]): [T, T][] {
  return all.flatMap((a, i) => all.slice(i + 1).map((b): [T, T] => [a, b]));
}
