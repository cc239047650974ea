// Ends the program in order. The first SIGTERM or SIGINT runs the closers, last opened first, within one bound;
// a second one meets no handler any more and kills the process.

import type { EventLog } from './log.ts';

export interface ShutdownOptions {
  readonly log: EventLog;
  /** For all closers together, default 10000. */
  readonly boundMs?: number;
  /** Where signals come from, default the process. */
  readonly signals?: Pick<NodeJS.EventEmitter, 'once' | 'off'>;
}

export interface Shutdown {
  /** `role` names the part in the log. Closers run one after the other, the one added last first. */
  add(role: string, close: () => Promise<unknown> | unknown): void;
  /** Closes now, as a signal would; the same promise every time. Resolves false where the bound was met. */
  now(reason: string): Promise<boolean>;
  /** Resolves when everything is closed, or the bound is met. Never rejects. */
  readonly done: Promise<boolean>;
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

export function createShutdown({ log, boundMs = 10_000, signals = process }: ShutdownOptions): Shutdown {
  const closers: { readonly role: string; readonly close: () => Promise<unknown> | unknown }[] = [];
  const { promise: done, resolve } = Promise.withResolvers<boolean>();
  let hasBegun = false;

  const closeAll = async (): Promise<boolean> => {
    for (const { role, close } of closers.toReversed()) {
      try {
        await close();
      } catch (error) {
        log.error('close-failed', { role, error });
      }
    }
    return true;
  };
  const now = (signal: string): Promise<boolean> => {
    if (hasBegun) return done;
    hasBegun = true;
    for (const name of SIGNALS) signals.off(name, now);
    log.info('closing', { role: 'process', signal });
    const timer = setTimeout(() => {
      log.error('close-overdue', { role: 'process' });
      resolve(false);
    }, boundMs);
    void closeAll().then((isClosed) => {
      clearTimeout(timer);
      resolve(isClosed);
    });
    return done;
  };
  for (const name of SIGNALS) signals.once(name, now);
  return { add: (role, close) => void closers.push({ role, close }), now, done };
}
