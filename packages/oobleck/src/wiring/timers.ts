// Work that comes round: each task again some time after it has ended, never twice at once, none after `close`.

import { afterInput } from '../call/index.ts';

export interface Timers {
  /** Runs `action` once, later. @returns what calls it off */
  schedule(action: () => void, delayMs: number): () => void;
  /** The same for the end of a wait: what has arrived by then is read first. */
  deadline(action: () => void, delayMs: number): () => void;
  /** Runs `task`, then again after what it gives back, in ms. Its failures are handed to `onError`. */
  repeat(task: () => Promise<number> | number, firstDelayMs: number, onError: (error: unknown) => void): void;
  close(): void;
}

const AFTER_ERROR_MS = 5_000;

export function createTimers(): Timers {
  const running = new Set<NodeJS.Timeout>();
  let isClosed = false;
  const schedule = (action: () => void, delayMs: number): (() => void) => {
    if (isClosed) return () => undefined;
    const timer = setTimeout(() => {
      running.delete(timer);
      action();
    }, delayMs);
    running.add(timer);
    return () => {
      running.delete(timer);
      clearTimeout(timer);
    };
  };
  return {
    schedule,
    deadline(action, delayMs) {
      let callOffEnd = (): void => undefined;
      const dueAtMs = performance.now() + delayMs;
      const callOff = schedule(() => {
        callOffEnd = afterInput(() => {
          if (!isClosed) action();
        }, dueAtMs);
      }, delayMs);
      return () => {
        callOff();
        callOffEnd();
      };
    },
    repeat(task, firstDelayMs, onError) {
      const run = async (): Promise<void> => {
        const delayMs = await Promise.resolve()
          .then(task)
          .catch((error: unknown) => {
            onError(error);
            return AFTER_ERROR_MS;
          });
        schedule(() => void run(), delayMs);
      };
      schedule(() => void run(), firstDelayMs);
    },
    close() {
      isClosed = true;
      for (const timer of running) clearTimeout(timer);
      running.clear();
    },
  };
}
