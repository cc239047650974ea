// Writes of one turn of the event loop as one transaction, and, where they must outlast a power failure, of the time one
// flush to the disk takes: the next transaction begins when the last one is flushed, with everything asked for since.
// A transaction is synchronous, on the lock that all processes share, and is either written whole or not at all.

import type { StoreObserver } from '../store-observer.ts';

export type TransactionRun = <T>(work: () => T) => Promise<T>;

interface Job {
  readonly work: () => unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * @param transact runs work in a transaction and commits it
 * @param flushed resolve when what was written is on the disk, as this tells; else when it is committed
 */
export function createGroupCommit(
  transact: (work: () => unknown[]) => unknown[],
  flushed: (() => Promise<unknown>) | undefined,
  observer: StoreObserver,
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
      await flushed?.();
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
