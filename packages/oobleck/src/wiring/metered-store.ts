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
  gauge('store_fullness_ratio', 'The fuller of the two, 1 where nothing more is taken', () =>
    fullness(deposits, spent),
  );
}

/** 0 to 1 of the fullest. */
export function fullness(...stores: readonly Pick<Measured, 'usedBytes' | 'maximumBytes'>[]): number {
  return Math.max(...stores.map(({ usedBytes, maximumBytes }) => usedBytes / maximumBytes));
}
