// One call gets one answer: while it is being found, and for as long as the call can be asked about again
// (RFC 8816 Section 7.4). Keyed by a hash of the call; bounded.

import type { AtOnceOrLater } from './at-once.ts';
import { createFading } from './fading.ts';

/** @typeParam A how it is found: some answers are there at once */
export interface Answers<T, A extends AtOnceOrLater<T> = Promise<T>> {
  /** The answer of this call: the one given before, the one being found, or a new one. */
  once(call: string, find: () => A): A;
}

/**
 * @param keepMs how long an answer is given again
 * @param maximum calls remembered; the oldest give way
 */
export function createAnswers<T, A extends AtOnceOrLater<T> = Promise<T>>(
  now: () => number,
  keepMs: number,
  maximum: number,
): Answers<T, A> {
  const byCall = createFading<A>(maximum);
  return {
    once(call, find) {
      const nowMs = now();
      const known = byCall.get(call, nowMs);
      if (known !== undefined) return known;
      const answer = find();
      byCall.set(call, answer, nowMs + keepMs, nowMs);
      return answer;
    },
  };
}
