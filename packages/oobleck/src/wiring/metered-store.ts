// What the stores of a process hold and how they answer, for whoever watches it.

import type { SpentTokens } from '../issuer/index.ts';
import { type Meter, NO_METER } from '../operate/index.ts';
import type { StoreObserver } from '../store/store-observer.ts';
import type { Stores } from './stores.ts';

/** Of a store that bounds what it takes. */
export interface Measured {
  readonly size: number;
  readonly usedBytes: number;
  readonly maximumBytes: number;
}

/** What a store knows of itself without looking. */
export interface StoreFigures {
  /** Deposits kept, those included that have expired a moment ago. */
  readonly deposits: () => number;
  readonly spentTokens: () => number;
  /** Of memory or disk. */
  readonly bytes: () => number;
}

/** One store may serve several processes, each of which sees all of it. */
export function showStore(meter: Meter, { figures, measured, isReady }: Stores): void {
  const gauge = (name: string, help: string, read: () => number): void =>
    meter.gauge({ name, help, together: 'max' }, read);
  gauge('store_away', '1 while the store cannot be reached', () => Number(!isReady()));
  if (figures !== undefined) {
    gauge('store_deposits', 'Deposits kept, those included that have expired a moment ago', figures.deposits);
    gauge('store_spent_tokens', 'Spent tokens remembered', figures.spentTokens);
    gauge('store_bytes', 'Memory or disk space of the store', figures.bytes);
  }
  if (measured === undefined) return;
  const { deposits, spent } = measured;
  gauge('store_fullness_ratio', 'Of the memory that both may take, 1 where nothing more is taken', () =>
    fullness(deposits, spent),
  );
}

export function observeStore(meter: Meter): StoreObserver {
  const duration = meter.duration({
    name: 'store_operation_seconds',
    help: 'Of a command to Redis or a transaction of LMDB, until it was answered or written',
  });
  const failures = meter
    .counter({ name: 'store_failures_total', help: 'Commands and transactions that failed' })
    .at([]);
  const unreplicated = meter
    .counter({ name: 'store_unreplicated_total', help: 'Times that a master had too few replicas' })
    .at([]);
  return { answered: duration.observe, failed: failures.add, unreplicated: unreplicated.add };
}

const SPENDS = ['new', 'same', 'other', 'late', 'failed'] as const;

/** Tells how many tokens were spent, or refused since another request had them. */
export function countSpends(meter: Meter, spent: SpentTokens): SpentTokens {
  if (meter === NO_METER) return spent;
  const help =
    'Requests to spend tokens: new, the same again, spent on another request, no longer accepted, failed';
  const counter = meter.counter({ name: 'token_spends_total', help, labels: { state: SPENDS } });
  const counts = Object.fromEntries(SPENDS.map((state) => [state, counter.at([state])]));
  return {
    spend(tokens, digest) {
      const outcome = spent.spend(tokens, digest);
      if (!(outcome instanceof Promise)) {
        counts[outcome.state]!.add();
        return outcome;
      }
      outcome.then(
        ({ state }) => counts[state]!.add(),
        () => counts.failed!.add(),
      );
      return outcome;
    },
  };
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
