// What has come in one turn of the event loop, worked off together once all of it is there. Between two requests that are
// worked off one by one, the processor runs through sockets, parsers and timers, and has lost from its caches what the next
// one needs; behind each other they find it there. A request that comes alone waits for no other.

/** Takes one more. It is worked off before the event loop waits again, in the order in which all came. */
export type WorkBatch<T> = (one: T) => void;

/** @param work never throws */
export function createWorkBatch<T>(work: (one: T) => void): WorkBatch<T> {
  let waiting: T[] = [];
  const workOff = (): void => {
    const batch = waiting;
    waiting = [];
    for (const one of batch) work(one);
  };
  return (one) => {
    if (waiting.push(one) === 1) setImmediate(workOff);
  };
}
