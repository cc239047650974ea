// Whose turn it is to take a PASSporT for a call: candidates are judged beside each other, in band and out of band, and one
// call takes one PASSporT. What a PASSporT serves, and for whom it was taken, is not known here.

/** Attempts to take a PASSporT for one call: one after the other, none after one that succeeded. */
export interface Turns {
  /** At once where nobody is at it and the attempt is decided at once. */
  take(attempt: () => boolean | Promise<boolean>): void | Promise<void>;
}

export function createTurns(): Turns {
  let isTaken = false;
  /** The attempts under way, one behind the other. */
  let running: Promise<void> | undefined;
  const run = (attempt: () => boolean | Promise<boolean>): void | Promise<void> => {
    if (isTaken) return undefined;
    const taken = attempt();
    if (taken instanceof Promise)
      return taken.then((isDone) => {
        isTaken = isDone;
      });
    isTaken = taken;
  };
  return {
    take(attempt) {
      const turn = running === undefined ? run(attempt) : running.then(() => run(attempt));
      if (turn !== undefined) running = turn;
      return turn;
    },
  };
}
