// How long a call is kept waiting for a decision: until its deadline, and after some that ran into it not at all. While
// decisions are suspended, a call now and then is decided behind its own back, so that it shows when they come again.

import type { Breaker } from '../../call/index.ts';

export interface BoundedWait {
  /**
   * What `decide` comes to, or `instead` at the deadline. Never rejects.
   * @param instead what the call gets otherwise
   */
  run<T>(
    breaker: Breaker,
    deadlineMs: number,
    decide: () => Promise<T>,
    instead: (why: 'deadline' | 'suspended' | 'internal') => T,
  ): Promise<T>;
}

type Waited<T> = { readonly value: T } | { readonly why: 'deadline' | 'internal' };

/** @param schedule runs an action once, later; what it gives back calls that off */
export function createBoundedWait(
  schedule: (action: () => void, delayMs: number) => () => void,
  onFault: (error: unknown) => void,
): BoundedWait {
  const wait = <T>(breaker: Breaker, deadlineMs: number, decide: () => Promise<T>): Promise<Waited<T>> =>
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
      decide().then(
        (value) => finish({ value }),
        (error: unknown) => {
          onFault(error);
          finish({ why: 'internal' });
        },
      );
    });
  return {
    async run(breaker, deadlineMs, decide, instead) {
      if (breaker.isOpen()) {
        if (breaker.takeProbe()) void wait(breaker, deadlineMs, decide);
        return instead('suspended');
      }
      const waited = await wait(breaker, deadlineMs, decide);
      return 'value' in waited ? waited.value : instead(waited.why);
    },
  };
}
