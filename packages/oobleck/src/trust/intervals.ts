// Lays nested intervals flat: disjoint, sorted, neighbours of one owner joined, the narrowest owner on top.

import { StirError } from '@oobleck/stir';

/** Both ends included. `line` is for the message where two rows contradict each other. */
export type Intervals = {
  readonly first: number;
  readonly last: number;
  readonly owner: number;
  readonly line: number;
}[];

export interface FlatIntervals {
  readonly firsts: Float64Array;
  readonly lasts: Float64Array;
  readonly owners: Uint32Array;
}

/** Sorts `rows` in place. @throws StirError where two of them overlap without one holding the other, or are one with two owners */
export function layIntervals(rows: Intervals): FlatIntervals {
  rows.sort((a, b) => a.first - b.first || b.last - a.last);
  const flat = createFlat(2 * rows.length);
  const open: Intervals = [];
  let next = 0;
  const closeBefore = (first: number) => {
    for (let top = open.at(-1); top !== undefined && top.last < first; top = open.at(-1)) {
      flat.add(next, top.last, top.owner);
      next = Math.max(next, top.last + 1);
      open.pop();
    }
  };
  for (const row of rows) {
    closeBefore(row.first);
    const around = open.at(-1);
    if (around !== undefined) {
      checkNested(row, around);
      flat.add(next, row.first - 1, around.owner);
    }
    next = row.first;
    open.push(row);
  }
  closeBefore(Number.POSITIVE_INFINITY);
  return flat.finish();
}

function checkNested(inner: Intervals[number], outer: Intervals[number]): void {
  const isSame = inner.first === outer.first && inner.last === outer.last;
  if (inner.last > outer.last || (isSame && inner.owner !== outer.owner))
    throw new StirError(
      'ERR_TN_ENTRY_FORMAT',
      `number map, line ${inner.line}: contradicts line ${outer.line}`,
    );
}

function createFlat(capacity: number) {
  const firsts = new Float64Array(capacity);
  const lasts = new Float64Array(capacity);
  const owners = new Uint32Array(capacity);
  let size = 0;
  return {
    add(first: number, last: number, owner: number): void {
      if (first > last) return;
      const isJoined = size > 0 && owners[size - 1] === owner && lasts[size - 1] === first - 1;
      if (!isJoined) {
        firsts[size] = first;
        owners[size++] = owner;
      }
      lasts[size - 1] = last;
    },
    finish: (): FlatIntervals => ({
      firsts: firsts.slice(0, size),
      lasts: lasts.slice(0, size),
      owners: owners.slice(0, size),
    }),
  };
}
