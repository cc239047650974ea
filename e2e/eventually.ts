// Waits for something to become true by asking again, up to a limit.

import { setTimeout as delay } from 'node:timers/promises';

const ASK_AGAIN_MS = 50;

/**
 * @param ask gives `undefined` or `false` as long as it is not so
 * @throws Error naming `what` after `limitMs`
 */
export async function eventually<T>(
  what: string,
  limitMs: number,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> {
  for (const endMs = Date.now() + limitMs; ; await delay(ASK_AGAIN_MS)) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > endMs) throw new Error(`not within ${limitMs} ms: ${what}`);
  }
}
