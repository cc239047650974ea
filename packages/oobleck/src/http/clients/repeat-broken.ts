// The same request again where its connection broke: for requests that may be repeated without harm. A connection that is
// kept for many calls ends now and then just as one of them uses it.

import { HttpFailure } from '../index.ts';

const ATTEMPTS = 3;

/**
 * @param attempt with what is left of the deadline
 * @throws what the last attempt did; HttpFailure `deadline` where no time is left
 */
export async function repeatBroken<T>(
  deadlineMs: number,
  attempt: (leftMs: number) => Promise<T>,
): Promise<T> {
  const endsAtMs = performance.now() + deadlineMs;
  for (let left = ATTEMPTS; ; left--) {
    try {
      return await attempt(endsAtMs - performance.now());
    } catch (error) {
      const isBroken = error instanceof HttpFailure && error.code === 'protocol';
      if (!isBroken || left === 1 || performance.now() >= endsAtMs) throw error;
    }
  }
}
