// Which numbers a list of TNEntries covers, prepared once so that a call asks in well under a microsecond.
// Numbers of different length never meet: 0044 and 44 are different numbers here.

import { isDiallable, type TelephoneNumber } from './telephone-number.ts';
import type { NumberRange, Spc, TnEntry } from './tn-entry.ts';

export interface NumberCover {
  readonly entries: readonly TnEntry[];
  readonly spcs: ReadonlySet<Spc>;
  /** Whether a range or a single number of the list names it. SPC entries name no number. */
  coversNumber(number: TelephoneNumber): boolean;
  /** Whether each number (or the SPC) of `entry` is in the list (RFC 9060 Section 4, "encompassed"). */
  coversEntry(entry: TnEntry): boolean;
}

interface Interval {
  readonly first: number;
  last: number;
}

export function createNumberCover(entries: readonly TnEntry[]): NumberCover {
  const spcs = new Set<Spc>();
  const singles = new Set<TelephoneNumber>();
  const ranges: NumberRange[] = [];
  for (const entry of entries) {
    if (entry.kind === 'spc') spcs.add(entry.spc);
    else if (entry.kind === 'range') ranges.push(entry);
    else singles.add(entry.number);
  }
  const byLength = mergeByLength(ranges, singles);
  const inRange = (digits: number, first: number, last: number): boolean => {
    const found = intervalAtOrBelow(byLength.get(digits), first);
    return found !== undefined && last <= found.last;
  };
  const coversNumber = (number: TelephoneNumber): boolean => {
    if (singles.size > 0 && singles.has(number)) return true;
    const value = Number(number);
    return Number.isInteger(value) && inRange(number.length, value, value);
  };
  return {
    entries,
    spcs,
    coversNumber,
    coversEntry(entry) {
      if (entry.kind === 'spc') return spcs.has(entry.spc);
      if (entry.kind === 'one') return coversNumber(entry.number);
      return inRange(entry.start.length, Number(entry.start), Number(entry.start) + entry.count - 1);
    },
  };
}

/** How many different numbers the entries name. SPC entries count none. */
export function countNumbers(entries: readonly TnEntry[]): number {
  const ranges = entries.filter((entry) => entry.kind === 'range');
  const singles = new Set(entries.flatMap((entry) => (entry.kind === 'one' ? [entry.number] : [])));
  let count = [...singles].filter((number) => !isDiallable(number)).length;
  for (const intervals of mergeByLength(ranges, singles).values())
    for (const { first, last } of intervals) count += last - first + 1;
  return count;
}

function mergeByLength(
  ranges: readonly NumberRange[],
  singles: ReadonlySet<TelephoneNumber>,
): Map<number, Interval[]> {
  const byLength = new Map<number, Interval[]>();
  const add = (digits: number, first: number, last: number) => {
    const intervals = byLength.get(digits);
    if (intervals === undefined) byLength.set(digits, [{ first, last }]);
    else intervals.push({ first, last });
  };
  for (const { start, count } of ranges) add(start.length, Number(start), Number(start) + count - 1);
  for (const number of singles) if (isDiallable(number)) add(number.length, Number(number), Number(number));
  for (const [digits, intervals] of byLength) byLength.set(digits, merge(intervals));
  return byLength;
}

function merge(intervals: Interval[]): Interval[] {
  intervals.sort((a, b) => a.first - b.first);
  const merged: Interval[] = [];
  for (const next of intervals) {
    const previous = merged.at(-1);
    if (previous !== undefined && next.first <= previous.last + 1)
      previous.last = Math.max(previous.last, next.last);
    else merged.push(next);
  }
  return merged;
}

function intervalAtOrBelow(intervals: readonly Interval[] | undefined, value: number): Interval | undefined {
  let low = 0;
  let high = (intervals?.length ?? 0) - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (intervals![middle]!.first <= value) low = middle + 1;
    else high = middle - 1;
  }
  return intervals?.[high];
}
