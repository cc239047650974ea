// The end of a wait, after what has arrived by then was read. A process that stood still (a long collection of garbage, a
// machine without time for it) finds the answer and the end of the wait at once, and an answer that is there is not late.

/** Turns of the event loop: one reads the bytes, the others hand on what they say (HTTP/2 ends a body in a turn of its own). */
const TURNS = 3;

/** @returns what calls it off */
export function afterInput(action: () => void): () => void {
  let left = TURNS;
  const turn = (): void => {
    if (--left === 0) action();
    else next = setImmediate(turn);
  };
  let next = setImmediate(turn);
  return () => clearImmediate(next);
}
