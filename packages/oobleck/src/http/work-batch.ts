// What has come in one turn of the event loop, worked off together once all of it is there, in stages: each stage is done for
// everything before the next begins. Between two requests that are worked off one by one, the processor runs through sockets,
// parsers, ciphers and timers, and has lost from its caches what the next one needs; behind each other, and step by step, they
// find it there. A request that comes alone waits for no other.

/** Takes one more. It is worked off before the event loop waits again, in the order in which all came. */
export type WorkBatch<T> = (one: T) => void;

/** So many go through all stages at a stretch; then sockets and others have their turn. */
export const AT_A_STRETCH = 64;
/** No more than so many stretches are left for later: what comes faster is held up where it comes from, not kept here. */
export const STRETCHES_LEFT = 8;

/**
 * @param stages in this order, each for all of a stretch, and none throws. What one stage has answered or refused, or what waits
 * for something, is shown to the next ones all the same: it is theirs to know by the thing itself that nothing is left to do.
 */
export function createWorkBatch<T>(...stages: readonly ((one: T) => void)[]): WorkBatch<T> {
  let waiting: T[] = [];
  const workOff = (): void => {
    const stretch = waiting;
    const many = Math.max(AT_A_STRETCH, stretch.length - STRETCHES_LEFT * AT_A_STRETCH);
    waiting = stretch.length > many ? stretch.splice(many) : [];
    if (waiting.length > 0) setImmediate(workOff);
    for (const stage of stages) for (const one of stretch) stage(one);
  };
  return (one) => {
    if (waiting.push(one) === 1) setImmediate(workOff);
  };
}
