// From a number to whatever is registered over it: single numbers and SPCs by hash, ranges by their first number.
// Ranges of different holders may overlap, so the search walks back as far as the longest range can reach.

import type { NumberRange, Spc, TelephoneNumber, TnEntry } from '@oobleck/stir/number';

export interface NumberLookup<T> {
  add(entries: readonly TnEntry[], value: T): void;
  remove(entries: readonly TnEntry[], value: T): void;
  /** Each value with an entry over `number`, or over the SPC that owns it. */
  find(number: TelephoneNumber, owner: Spc | undefined): readonly T[];
}

interface Span<T> {
  readonly first: number;
  readonly last: number;
  readonly value: T;
}

interface Spans<T> {
  readonly sorted: Span<T>[];
  longest: number;
}

export function createNumberLookup<T>(): NumberLookup<T> {
  const exact = new Map<string, Set<T>>();
  const ranges = new Map<number, Spans<T>>();

  const addRange = (range: NumberRange, value: T): void => {
    const spans = ranges.get(range.start.length) ?? { sorted: [], longest: 0 };
    ranges.set(range.start.length, spans);
    const first = Number(range.start);
    spans.sorted.splice(firstAbove(spans.sorted, first), 0, { first, last: first + range.count - 1, value });
    spans.longest = Math.max(spans.longest, range.count);
  };
  const removeRange = (range: NumberRange, value: T): void => {
    const sorted = ranges.get(range.start.length)?.sorted ?? [];
    const last = Number(range.start) + range.count - 1;
    const at = sorted.findIndex((span) => span.value === value && span.last === last);
    if (at !== -1) sorted.splice(at, 1);
  };
  return {
    add(entries, value) {
      for (const entry of entries) {
        if (entry.kind === 'range') addRange(entry, value);
        else exact.set(nameOf(entry), (exact.get(nameOf(entry)) ?? new Set()).add(value));
      }
    },
    remove(entries, value) {
      for (const entry of entries) {
        if (entry.kind === 'range') removeRange(entry, value);
        else if (exact.get(nameOf(entry))?.delete(value) && exact.get(nameOf(entry))!.size === 0)
          exact.delete(nameOf(entry));
      }
    },
    find(number, owner) {
      const found = new Set(exact.get(`one ${number}`));
      if (owner !== undefined) for (const value of exact.get(`spc ${owner}`) ?? []) found.add(value);
      for (const value of over(ranges.get(number.length), Number(number))) found.add(value);
      return [...found];
    },
  };
}

function* over<T>(spans: Spans<T> | undefined, number: number): Generator<T> {
  if (spans === undefined || Number.isNaN(number)) return;
  for (let at = firstAbove(spans.sorted, number) - 1; at >= 0; at--) {
    const span = spans.sorted[at]!;
    if (span.first <= number - spans.longest) return;
    if (span.last >= number) yield span.value;
  }
}

/** Index of the first span that begins above `number`. */
function firstAbove<T>(sorted: readonly Span<T>[], number: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]!.first <= number) low = middle + 1;
    else high = middle;
  }
  return low;
}

function nameOf(entry: Exclude<TnEntry, NumberRange>): string {
  return entry.kind === 'spc' ? `spc ${entry.spc}` : `one ${entry.number}`;
}
