// What the stores of a CPS hold, for whoever watches the process.

import type { Meter } from '../operate/index.ts';

/** Of a store that bounds what it takes. */
export interface Measured {
  readonly size: number;
  readonly usedBytes: number;
  readonly maximumBytes: number;
}

export function showStore(meter: Meter, deposits: Measured, spent: Measured): void {
  const gauge = (name: string, help: string, read: () => number): void => meter.gauge({ name, help }, read);
  gauge(
    'store_deposits',
    'Deposits kept, those included that have expired a moment ago',
    () => deposits.size,
  );
  gauge('store_spent_tokens', 'Spent tokens remembered', () => spent.size);
  gauge('store_bytes', 'Memory of deposits and spent tokens', () => deposits.usedBytes + spent.usedBytes);
  gauge('store_fullness_ratio', 'Of the memory that both may take, 1 where nothing more is taken', () =>
    fullness(deposits, spent),
  );
}

/** Deposits are refused from here on, so that those under way still fit. */
const FULL = 0.98;

export function isFull(deposits: Measured, spent: Measured): boolean {
  return fullness(deposits, spent) >= FULL;
}

/** 0 to 1 of the memory that the two share. */
function fullness(deposits: Measured, spent: Measured): number {
  return (deposits.usedBytes + spent.usedBytes) / deposits.maximumBytes;
}
