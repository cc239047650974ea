// Replies leave on a beat, so that when one leaves tells only when its question came. A question waits for the next
// tick; there it is worked on after all replies then due have left; its own reply leaves so many ticks after that. So no
// work, neither its own nor another question's, moves a reply, as long as it takes less than those beats
// (RFC 8816 Section 6.2, R-04).

export interface BeatClock {
  /** Milliseconds from any origin, never backwards. */
  now(): number;
  /** About so many milliseconds later, as timers go: a millisecond early or late. */
  schedule(action: () => void, delayMs: number): void;
  /** As soon as what was just sent has been handed on, and what has come was looked at. */
  defer(action: () => void): void;
  /** Nothing happens for so long, exactly. */
  pause(ms: number): void;
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

/** From the call to `leave` or `fail` it takes what is left of a beat, and the beats for the work. */
export type ReplyBeat = (task: BeatTask) => void;

/** A question that is worked on, or whose reply waits for its tick. */
interface Started {
  readonly task: BeatTask;
  readonly dueTick: number;
  isMade: boolean;
  fault?: { readonly error: unknown };
}

/** Timers count whole milliseconds from where they were set, which work moves: the last of them are waited for exactly. */
const EXACT_MS = 2.5;
/** What comes meanwhile is looked at after this. */
const PAUSE_MS = 0.5;
/** Where looking took so long, there was something to do, and there may be more: no pause then. */
const BUSY_MS = 0.05;

const NEVER_NOTIFIED = new Int32Array(new SharedArrayBuffer(4));

const SYSTEM: BeatClock = {
  now: () => performance.now(),
  schedule: (action, delayMs) => void setTimeout(action, Math.floor(delayMs)),
  defer: setImmediate,
  pause: (ms) => void Atomics.wait(NEVER_NOTIFIED, 0, 0, ms),
};

/** @param workBeats from the tick at which the work on a question begins to that at which its reply leaves, at least 1 */
export function createReplyBeat(beatMs: number, workBeats = 1, clock: BeatClock = SYSTEM): ReplyBeat {
  let asked: { readonly tick: number; readonly task: BeatTask }[] = [];
  /** In the order asked, in which those that are made leave, too: which was made first would tell what there was to make. */
  let started: Started[] = [];
  let open = 0;
  let next = 0;
  let isLate = false;
  let pausedUntilMs = 0;

  const tickNow = (): number => Math.floor(clock.now() / beatMs);
  const schedule = (): void => {
    next = tickNow() + 1;
    const leftMs = next * beatMs - clock.now();
    if (leftMs > EXACT_MS) clock.schedule(approach, leftMs - EXACT_MS);
    else clock.defer(approach);
  };
  /** To the tick, in pauses; whatever comes is looked at between them. */
  const approach = (): void => {
    const nowMs = clock.now();
    const leftMs = next * beatMs - nowMs;
    if (leftMs <= 0) {
      tick();
      return;
    }
    if (nowMs - pausedUntilMs < BUSY_MS) clock.pause(Math.min(leftMs, PAUSE_MS));
    pausedUntilMs = clock.now();
    clock.defer(approach);
  };
  /** One that work held up is none, so that the work does not show; but only once. */
  const isTick = (now: number): boolean => {
    const wasLate = isLate;
    isLate = now > next && !wasLate;
    return !isLate;
  };
  const tick = (): void => {
    const now = tickNow();
    if (isTick(now)) turn(now);
    if (open > 0) schedule();
  };
  const start = (one: Started): void => {
    const done = (): void => {
      one.isMade = true;
    };
    const failed = (error: unknown): void => {
      one.fault = { error };
      done();
    };
    try {
      const making = one.task.make();
      if (making instanceof Promise) making.then(done, failed);
      else done();
    } catch (error) {
      failed(error);
    }
  };
  const turn = (now: number): void => {
    const isLeaving = ({ isMade, dueTick }: Started): boolean => isMade && dueTick <= now;
    const leaving = started.filter(isLeaving);
    const starting = asked
      .filter((one) => one.tick < now)
      .map(({ task }): Started => ({ task, dueTick: now + workBeats, isMade: false }));
    started = started.filter((one) => !isLeaving(one)).concat(starting);
    asked = asked.filter((one) => one.tick >= now);
    open -= leaving.length;
    for (const { task, fault } of leaving) fault === undefined ? task.leave() : task.fail(fault.error);
    clock.defer(() => {
      for (const one of starting) start(one);
    });
  };

  return (task) => {
    asked.push({ tick: tickNow(), task });
    if (open++ === 0) schedule();
  };
}
