// One step after another, each of which may have to wait for something: at once where it has not. What a request needs is
// mostly at hand, and a promise for each step of it costs more than the steps.

/** What needs nobody's answer is there at once: no promise, no timer. */
export type AtOnceOrLater<T> = T | Promise<T>;

/** What it throws, and what a promise rejects with, is the caller's. */
export function andThen<T, U>(
  value: AtOnceOrLater<T>,
  next: (value: T) => AtOnceOrLater<U>,
): AtOnceOrLater<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** What is asked for; `undefined` where whoever is asked throws or rejects. */
export function unlessDown<T>(ask: () => AtOnceOrLater<T>): AtOnceOrLater<T | undefined> {
  try {
    const answer = ask();
    return answer instanceof Promise ? answer.catch(() => undefined) : answer;
  } catch {
    return undefined;
  }
}
