// Replies leave on a beat, so that when one leaves tells only when its question came. A question waits for the next
// tick; there it is worked on after all replies then due have left; its own reply leaves on the tick after that. So no
// work, neither its own nor another question's, moves a reply, as long as the work of one tick takes less than a beat.

export interface BeatClock {
  /** Milliseconds from any origin, never backwards. */
  now(): number;
  /** About so many milliseconds later; a little early or late does no harm. */
  schedule(action: () => void, delayMs: number): void;
  /** As soon as what was just sent has been handed on. */
  defer(action: () => void): void;
}

/** Resolves with what `make` gives, one to two beats after the call; rejects likewise. */
export type ReplyBeat = <T>(make: () => Promise<T>) => Promise<T>;

const SYSTEM: BeatClock = {
  now: () => performance.now(),
  schedule: (action, delayMs) => void setTimeout(action, delayMs),
  defer: setImmediate,
};

export function createReplyBeat(beatMs: number, clock: BeatClock = SYSTEM): ReplyBeat {
  let asked: { readonly tick: number; start(): void }[] = [];
  let made: (() => void)[] = [];
  let open = 0;
  let next = 0;
  let isLate = false;

  const tickNow = (): number => Math.floor(clock.now() / beatMs);
  const schedule = (): void => {
    next = tickNow() + 1;
    clock.schedule(tick, Math.ceil(beatMs - (clock.now() % beatMs)));
  };
  /** An early timer makes no tick, and neither does one that work held up, so that the work does not show; but only once. */
  const isTick = (now: number): boolean => {
    const wasLate = isLate;
    isLate = now > next && !wasLate;
    return now >= next && !isLate;
  };
  const tick = (): void => {
    const now = tickNow();
    if (isTick(now)) turn(now);
    if (open > 0) schedule();
  };
  const turn = (now: number): void => {
    const leaving = made;
    const starting = asked.filter((one) => one.tick < now);
    made = [];
    asked = asked.filter((one) => one.tick >= now);
    open -= leaving.length;
    for (const leave of leaving) leave();
    clock.defer(() => {
      for (const { start } of starting) start();
    });
  };

  return (make) =>
    new Promise((resolve, reject) => {
      const start = (): void => {
        make().then(
          (reply) => made.push(() => resolve(reply)),
          (error) => made.push(() => reject(error)),
        );
      };
      asked.push({ tick: tickNow(), start });
      if (open++ === 0) schedule();
    });
}
