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

/** One question to be answered on the beat. */
export interface BeatTask {
  /** Makes the answer, at the first tick after the question. What it throws, or rejects with, is told to `fail`. */
  make(): Promise<void> | void;
  /** Sends it, at a tick after it was made. */
  leave(): void;
  /** In place of `leave`, at the same time. */
  fail(error: unknown): void;
}

/** One to two beats from the call to `leave` or `fail`. */
export type ReplyBeat = (task: BeatTask) => void;

const SYSTEM: BeatClock = {
  now: () => performance.now(),
  schedule: (action, delayMs) => void setTimeout(action, delayMs),
  defer: setImmediate,
};

export function createReplyBeat(beatMs: number, clock: BeatClock = SYSTEM): ReplyBeat {
  let asked: { readonly tick: number; readonly task: BeatTask }[] = [];
  let made: { readonly task: BeatTask; readonly fault?: { readonly error: unknown } }[] = [];
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
  const start = (task: BeatTask): void => {
    const failed = (error: unknown): void => void made.push({ task, fault: { error } });
    try {
      const making = task.make();
      if (making instanceof Promise) making.then(() => made.push({ task }), failed);
      else made.push({ task });
    } catch (error) {
      failed(error);
    }
  };
  const turn = (now: number): void => {
    const leaving = made;
    const starting = asked.filter((one) => one.tick < now);
    made = [];
    asked = asked.filter((one) => one.tick >= now);
    open -= leaving.length;
    for (const { task, fault } of leaving) fault === undefined ? task.leave() : task.fail(fault.error);
    clock.defer(() => {
      for (const { task } of starting) start(task);
    });
  };

  return (task) => {
    asked.push({ tick: tickNow(), task });
    if (open++ === 0) schedule();
  };
}
