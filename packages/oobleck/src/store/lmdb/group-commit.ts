// Writes of one turn of the event loop as one transaction, and, where they must outlast a power failure, of the time one
// flush to the disk takes: the next transaction begins when the last one is flushed, with everything asked for since.
// A transaction is synchronous, on the lock that all processes share, and is either written whole or not at all.

import { type RootDatabase, TransactionFlags } from 'lmdb';
import type { StoreObserver } from '../store-observer.ts';

export type TransactionRun = <T>(work: () => T) => Promise<T>;

interface Job {
  readonly work: () => unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

/** Committed when `transactionSync` returns, flushed later (`flushed` tells). */
export const COMMIT_THEN_FLUSH =
  TransactionFlags.ABORTABLE | TransactionFlags.SYNCHRONOUS_COMMIT | TransactionFlags.NO_SYNC_FLUSH;

/**
 * @param isFlushed resolve when what was written is on the disk, else when it is committed
 * @param transact does work in a transaction of `root`
 */
export function createGroupCommit(
  root: RootDatabase,
  isFlushed: boolean,
  observer: StoreObserver,
  transact: (work: () => unknown[]) => unknown[],
): TransactionRun {
  let waiting: Job[] = [];
  let isScheduled = false;
  const next = (): void => {
    isScheduled = waiting.length > 0;
    if (isScheduled) setImmediate(() => void commit());
  };
  const commit = async (): Promise<void> => {
    const jobs = waiting;
    waiting = [];
    const startedMs = performance.now();
    try {
      const results = transact(() => jobs.map(({ work }) => work()));
      if (isFlushed) await root.flushed;
      observer.answered(performance.now() - startedMs);
      for (const [at, { resolve }] of jobs.entries()) resolve(results[at] as never);
    } catch (error) {
      observer.failed();
      for (const { reject } of jobs) reject(error);
    }
    next();
  };
  return (work) =>
    new Promise((resolve, reject) => {
      waiting.push({ work, resolve, reject });
      if (!isScheduled) next();
    });
}
