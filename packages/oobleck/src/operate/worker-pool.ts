// Worker processes of one primary, alike and behind one port. One that ends is started again, later each time it fails
// soon after its start; signals reach all of them; closing lets each finish what is in flight. How a process is started
// is given, so that tests play deaths in no time.

import type { EventLog } from './log.ts';

/** A process that was started. */
export interface WorkerProcess {
  /** Resolves with what it said when it was ready; never where it ends before. */
  readonly ready: Promise<readonly string[]>;
  /** Resolves with its exit code, `null` where a signal ended it. Never rejects. */
  readonly ended: Promise<number | null>;
  signal(name: NodeJS.Signals): void;
}

export interface WorkerPoolOptions {
  readonly count: number;
  readonly start: () => WorkerProcess;
  readonly log: EventLog;
  /** Before those that do not end are killed, default 15000. */
  readonly boundMs?: number;
  readonly schedule?: (action: () => void, delayMs: number) => void;
  /** Milliseconds from any origin. */
  readonly now?: () => number;
}

export interface WorkerPool {
  /**
   * Starts the first worker, and the others once it is ready, so that a faulty configuration is told once.
   * @returns what the first said, or the exit code it ended with
   */
  open(): Promise<{ readonly origins: readonly string[] } | { readonly exitCode: number | null }>;
  signal(name: NodeJS.Signals): void;
  /** Resolves when all have ended; false where some had to be killed. */
  close(): Promise<boolean>;
}

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 30_000;
/** Whoever lived so long starts again at once. */
const SETTLED_MS = 10_000;

export function createWorkerPool(options: WorkerPoolOptions): WorkerPool {
  const { count, start, log, boundMs = 15_000 } = options;
  const schedule = options.schedule ?? ((action, delayMs) => void setTimeout(action, delayMs).unref());
  const now = options.now ?? (() => performance.now());
  const running = new Set<WorkerProcess>();
  let isClosing = false;

  const keep = (worker: WorkerProcess, failures = 0): WorkerProcess => {
    const startedAt = now();
    running.add(worker);
    void worker.ended.then(() => {
      running.delete(worker);
      if (isClosing) return;
      const soon = now() - startedAt < SETTLED_MS ? failures : 0;
      const delayMs = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** soon);
      log.error('worker-ended', { role: 'workers', elapsedMs: Math.round(now() - startedAt) });
      schedule(() => {
        if (!isClosing) keep(start(), soon + 1);
      }, delayMs);
    });
    return worker;
  };

  return {
    async open() {
      const first = start();
      const ended = first.ended.then((exitCode) => ({ exitCode }));
      const outcome = await Promise.race([first.ready.then((origins) => ({ origins })), ended]);
      if ('exitCode' in outcome) return outcome;
      keep(first);
      const others = Array.from({ length: count - 1 }, () => keep(start()));
      await Promise.all(others.map(({ ready, ended: over }) => Promise.race([ready, over])));
      return outcome;
    },
    signal(name) {
      for (const worker of running) worker.signal(name);
    },
    async close() {
      isClosing = true;
      let isKilled = false;
      const kill = setTimeout(() => {
        isKilled = true;
        for (const worker of running) worker.signal('SIGKILL');
      }, boundMs);
      for (const worker of running) worker.signal('SIGTERM');
      await Promise.all([...running].map(({ ended }) => ended));
      clearTimeout(kill);
      return !isKilled;
    },
  };
}
