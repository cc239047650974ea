// How long a call is kept waiting for a decision: until its deadline, and after some that ran into it not at all. While
// decisions are suspended, a call now and then is decided behind its own back, so that it shows when they come again.

import type { Breaker } from '../../call/index.ts';

export interface BoundedWait {
  /**
   * What `decide` comes to, or `instead` at the deadline. Never rejects or throws. What is decided at once is given back at
   * once: no timer is set for it.
   * @param instead what the call gets otherwise
   */
  run<T>(
    breaker: Breaker,
    deadlineMs: number,
    decide: () => T | Promise<T>,
    instead: (why: 'deadline' | 'suspended' | 'internal') => T,
  ): T | Promise<T>;
}

type Waited<T> = { readonly value: T } | { readonly why: 'deadline' | 'internal' };

/** @param schedule runs an action once, later; what it gives back calls that off */
export function createBoundedWait(
  schedule: (action: () => void, delayMs: number) => () => void,
  onFault: (error: unknown) => void,
): BoundedWait {
  const wait = <T>(breaker: Breaker, deadlineMs: number, decided: Promise<T>): Promise<Waited<T>> =>
    new Promise((resolve) => {
      let isLate = false;
      const cancel = schedule(() => {
        isLate = true;
        breaker.fail();
        resolve({ why: 'deadline' });
      }, deadlineMs);
      const finish = (waited: Waited<T>): void => {
        if (isLate) return;
        cancel();
        breaker.succeed();
        resolve(waited);
      };
      decided.then(
        (value) => finish({ value }),
        (error: unknown) => {
          onFault(error);
          finish({ why: 'internal' });
        },
      );
    });
  /** A fault is one of either kind: nothing was decided. */
  const begin = <T>(breaker: Breaker, deadlineMs: number, decide: () => T | Promise<T>) => {
    let waited: Waited<T>;
    try {
      const decided = decide();
      if (decided instanceof Promise) return wait<T>(breaker, deadlineMs, decided);
      waited = { value: decided };
    } catch (error) {
      onFault(error);
      waited = { why: 'internal' };
    }
    breaker.succeed();
    return waited;
  };
  return {
    run(breaker, deadlineMs, decide, instead) {
      if (breaker.isOpen()) {
        if (breaker.takeProbe()) void begin(breaker, deadlineMs, decide);
        return instead('suspended');
      }
      const settled = (waited: Waited<ReturnType<typeof instead>>) =>
        'value' in waited ? waited.value : instead(waited.why);
      const waited = begin(breaker, deadlineMs, decide);
      return waited instanceof Promise ? waited.then(settled) : settled(waited);
    },
  };
}
