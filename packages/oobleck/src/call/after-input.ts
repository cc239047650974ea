// The end of a wait, after what has arrived by then was read. A process that stood still (a long collection of garbage, a
// machine without time for it) finds the answer and the end of the wait at once, and an answer that is there is not late.
// One whose turns take long puts the end off by one of them, not by all: who waits has waited long enough.

/** Turns of the event loop: one reads the bytes, the others hand on what they say (HTTP/2 may end a body in a turn of its own). */
const TURNS = 3;
/** So long after the end was due the first turn has to do. */
const OVERDUE_MS = 50;

/** @param dueAtMs when the wait was to end, as `performance.now()` counts @returns what calls it off */
export function afterInput(action: () => void, dueAtMs: number): () => void {
  let left = TURNS;
  const turn = (): void => {
    if (--left === 0 || performance.now() - dueAtMs >= OVERDUE_MS) action();
    else next = setImmediate(turn);
  };
  let next = setImmediate(turn);
  return () => clearImmediate(next);
}
