// From a number to whatever is registered over it: single numbers and SPCs by hash, ranges by their first number.
// Ranges of different holders may overlap, so the search walks back as far as the longest range can reach.

import type { NumberRange, Spc, TelephoneNumber, TnEntry } from '@oobleck/stir/number';

export interface NumberLookup<T> {
  /** To be called once for a value. */
  add(entries: readonly TnEntry[], value: T): void;
  /** Everything that was added for the value. */
  remove(value: T): void;
  /** Each value with an entry over `number`, or over the SPC that owns it. */
  find(number: TelephoneNumber, owner: Spc | undefined): readonly T[];
  /** Each value with an entry over one of the 10,000 numbers that are `prefix` and 4 more digits. */
  findPrefix(prefix: string): readonly T[];
}

interface Span<T> {
  readonly first: number;
  readonly last: number;
  /** Spans lie in the order of `first`, then of `ordinal`: each has one place, found by halving. */
  readonly ordinal: number;
  readonly digits: number;
  readonly value: T;
}

interface Spans<T> {
  readonly sorted: Span<T>[];
  longest: number;
}

/** What has to go when a value goes. */
interface Held<T> {
  readonly names: string[];
  readonly spans: Span<T>[];
}

const SUFFIX_DIGITS = 4;

export function createNumberLookup<T>(): NumberLookup<T> {
  const exact = new Map<string, Set<T>>();
  const ranges = new Map<number, Spans<T>>();
  const held = new Map<T, Held<T>>();
  let ordinals = 0;

  const addRange = (range: NumberRange, value: T): Span<T> => {
    const digits = range.start.length;
    const spans = ranges.get(digits) ?? { sorted: [], longest: 0 };
    ranges.set(digits, spans);
    const first = Number(range.start);
    const span = { first, last: first + range.count - 1, ordinal: ordinals++, digits, value };
    spans.sorted.splice(firstAbove(spans.sorted, first), 0, span);
    spans.longest = Math.max(spans.longest, range.count);
    return span;
  };
  const removeSpan = (span: Span<T>): void => {
    const sorted = ranges.get(span.digits)!.sorted;
    sorted.splice(firstAbove(sorted, span.first, span.ordinal) - 1, 1);
  };
  const addName = (name: string, value: T): string => {
    exact.set(name, (exact.get(name) ?? new Set()).add(value));
    return name;
  };
  const removeName = (name: string, value: T): void => {
    const values = exact.get(name);
    values?.delete(value);
    if (values?.size === 0) exact.delete(name);
  };
  return {
    add(entries, value) {
      const names = new Set(entries.flatMap((entry) => (entry.kind === 'range' ? [] : namesOf(entry))));
      const spans = entries.flatMap((entry) => (entry.kind === 'range' ? [addRange(entry, value)] : []));
      held.set(value, { names: [...names].map((name) => addName(name, value)), spans });
    },
    remove(value) {
      const gone = held.get(value);
      held.delete(value);
      gone?.spans.forEach(removeSpan);
      for (const name of gone?.names ?? []) removeName(name, value);
    },
    find(number, owner) {
      const named = exact.get(`one ${number}`);
      const owned = owner === undefined ? undefined : exact.get(`spc ${owner}`);
      const spans = ranges.get(number.length);
      if (named === undefined && owned === undefined && spans === undefined) return [];
      const found = new Set(named);
      for (const value of owned ?? []) found.add(value);
      const at = Number(number);
      for (const value of over(spans, at, at)) found.add(value);
      return [...found];
    },
    findPrefix(prefix) {
      const found = new Set(exact.get(`prefix ${prefix}`));
      const first = Number(prefix) * 10 ** SUFFIX_DIGITS;
      const last = first + 10 ** SUFFIX_DIGITS - 1;
      for (const value of over(ranges.get(prefix.length + SUFFIX_DIGITS), first, last)) found.add(value);
      return [...found];
    },
  };
}

/** The values whose spans have a number from `first` to `last`. */
function* over<T>(spans: Spans<T> | undefined, first: number, last: number): Generator<T> {
  if (spans === undefined || Number.isNaN(first)) return;
  for (let at = firstAbove(spans.sorted, last) - 1; at >= 0; at--) {
    const span = spans.sorted[at]!;
    if (span.first <= first - spans.longest) return;
    if (span.last >= first) yield span.value;
  }
}

/** Index of the first span that begins above `number`, or at it with a higher ordinal. */
function firstAbove<T>(sorted: readonly Span<T>[], number: number, ordinal = Infinity): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const span = sorted[middle]!;
    if (span.first < number || (span.first === number && span.ordinal <= ordinal)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function namesOf(entry: Exclude<TnEntry, NumberRange>): string[] {
  if (entry.kind === 'spc') return [`spc ${entry.spc}`];
  return [`one ${entry.number}`, `prefix ${entry.number.slice(0, -SUFFIX_DIGITS)}`];
}
