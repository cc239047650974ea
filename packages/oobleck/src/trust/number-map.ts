// Which provider owns which numbers: operators' licensed data, `start,count,spc` rows in CSV. Rows may nest, and the
// narrower one wins: a number ported out of a block is a row of its own. A loaded map is a few typed arrays of
// disjoint intervals; a question is one binary search.

import { StirError } from '@oobleck/stir';
import type { NumberMap } from '@oobleck/stir/certificate';
import {
  createNumberRange,
  isSpc,
  isTelephoneNumber,
  type Spc,
  type TelephoneNumber,
} from '@oobleck/stir/number';
import { type Intervals, layIntervals } from './intervals.ts';

const MAXIMUM_ROWS = 5_000_000;
const HEADER = 'start,count,spc';

/** A map that answers from whichever was given last. */
export interface ReplaceableNumberMap extends NumberMap {
  replace(map: NumberMap): void;
}

export function createReplaceableNumberMap(first: NumberMap): ReplaceableNumberMap {
  let current = first;
  return {
    spcOf: (number) => current.spcOf(number),
    spcOfRange: (range) => current.spcOfRange(range),
    knowsSpc: (spc) => current.knowsSpc(spc),
    replace(map) {
      current = map;
    },
  };
}

/**
 * Reads the CSV: rows in any order, a header line or none, `#` before comments, at most 5,000,000 rows.
 * @throws StirError ERR_TN_ENTRY_FORMAT, naming the line
 */
export function parseNumberMap(text: string): NumberMap {
  const rows = readRows(text);
  const { firsts, lasts, owners } = layIntervals(rows.intervals);
  const spcs = rows.spcs;
  const known = new Set(Array.from(new Set(owners), (owner) => spcs[owner]!));
  const ownerOf = (first: number, last: number): Spc | undefined => {
    const at = lastAtOrBelow(firsts, first);
    return at >= 0 && last <= lasts[at]! ? spcs[owners[at]!] : undefined;
  };
  return {
    spcOf(number) {
      const key = keyOf(number);
      return ownerOf(key, key);
    },
    spcOfRange({ start, count }) {
      const key = keyOf(start);
      return ownerOf(key, key + count - 1);
    },
    knowsSpc: (spc) => known.has(spc),
  };
}

function readRows(text: string): { intervals: Intervals; spcs: readonly Spc[] } {
  const intervals: { first: number; last: number; owner: number; line: number }[] = [];
  const ownerBySpc = new Map<Spc, number>();
  let line = 0;
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf('\n', from);
    const row = text.slice(from, end === -1 ? text.length : end).trim();
    from = end === -1 ? text.length : end + 1;
    line++;
    if (row === '' || row.startsWith('#') || (intervals.length === 0 && row.toLowerCase() === HEADER))
      continue;
    if (intervals.length === MAXIMUM_ROWS) throw refusal(line, 'more than 5000000 rows');
    const { first, last, spc } = readRow(row, line);
    const owner = ownerBySpc.get(spc) ?? ownerBySpc.size;
    ownerBySpc.set(spc, owner);
    intervals.push({ first, last, owner, line });
  }
  return { intervals, spcs: [...ownerBySpc.keys()] };
}

function readRow(row: string, line: number): { first: number; last: number; spc: Spc } {
  const cells = row.length > 100 ? [] : row.split(',').map((cell) => cell.trim());
  const [start = '', count = '', spc] = cells;
  if (cells.length !== 3) throw refusal(line, 'not start,count,spc');
  if (!isTelephoneNumber(start) || !/^[0-9]+$/.test(start))
    throw refusal(line, 'start is no telephone number');
  if (!isSpc(spc)) throw refusal(line, 'spc is no service provider code');
  if (!/^[1-9][0-9]{0,14}$/.test(count)) throw refusal(line, 'count is no positive integer');
  const first = keyOf(start);
  return { first, last: first + countOf(start, Number(count), line) - 1, spc };
}

function countOf(start: TelephoneNumber, count: number, line: number): number {
  if (count === 1) return 1;
  try {
    return createNumberRange(start, count).count;
  } catch (cause) {
    throw refusal(line, 'the range runs into numbers of another length', cause);
  }
}

/** A `1` before the digits: numbers of one length stay neighbours, numbers of different length never meet. */
function keyOf(number: TelephoneNumber): number {
  return Number(`1${number}`);
}

function lastAtOrBelow(firsts: Float64Array, value: number): number {
  let low = 0;
  let high = firsts.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (firsts[middle]! <= value) low = middle + 1;
    else high = middle - 1;
  }
  return high;
}

function refusal(line: number, what: string, cause?: unknown): StirError {
  return new StirError('ERR_TN_ENTRY_FORMAT', `number map, line ${line}: ${what}`, { cause });
}
