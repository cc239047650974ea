// How a bare client waits. A client that sleeps until the next answer makes the server pay for waking it, here on one machine,
// and the slower the server is, the more often it sleeps: then a server would be charged for its own slowness twice. So a client
// blocks for a while and then takes all the answers there are. Real clients are on other machines and wake by themselves.

import { setImmediate as takeWhatIsThere } from 'node:timers/promises';

/** @param forMs for which this process does nothing between two looks */
export async function lookNowAndThen(isDone: () => boolean, forMs: number): Promise<void> {
  while (!isDone()) {
    Atomics.wait(NOBODY, 0, 0, forMs);
    await takeWhatIsThere();
  }
}

/** Never changes: whoever waits for it blocks, and is not to be woken by a socket. */
const NOBODY = new Int32Array(new SharedArrayBuffer(4));
