// One call gets one answer: while it is being found, and for as long as the call can be asked about again
// (RFC 8816 Section 7.4). Keyed by a hash of the call; bounded.

/** What needs nobody's answer is there at once: no promise, no timer. */
export type AtOnceOrLater<T> = T | Promise<T>;

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
  const byCall = new Map<string, Kept<A>>();
  // Oldest first, from `first` on. A Map walked from its beginning passes by every call it has forgotten.
  let order: (Kept<A> | undefined)[] = [];
  let first = 0;
  const forgetOld = (nowMs: number): void => {
    for (; first < order.length; first++) {
      const oldest = order[first]!;
      if (oldest.untilMs > nowMs && order.length - first < maximum) break;
      if (byCall.get(oldest.call) === oldest) byCall.delete(oldest.call);
      order[first] = undefined;
    }
    if (first < maximum && first < order.length) return;
    order = order.slice(first);
    first = 0;
  };
  return {
    once(call, find) {
      const nowMs = now();
      const known = byCall.get(call);
      if (known !== undefined && known.untilMs > nowMs) return known.answer;
      forgetOld(nowMs);
      const kept = { call, answer: find(), untilMs: nowMs + keepMs };
      byCall.set(call, kept);
      order.push(kept);
      return kept.answer;
    },
  };
}

interface Kept<A> {
  readonly call: string;
  readonly answer: A;
  readonly untilMs: number;
}
