// Ticks at a constant pace from the moment it begins, however long the work between them takes: each at its own multiple
// of the cadence, none made up for where the process was held up for longer than one. What a tick sends is made a
// little before it, so that the work of making it does not show in when it leaves.

export interface TickClock {
  /** Milliseconds from any origin, never backwards. */
  now(): number;
  /** @returns what calls it off */
  schedule(action: () => void, delayMs: number): () => void;
}

export interface TickWork {
  prepare(): void;
  send(): void;
}

export const SYSTEM_CLOCK: TickClock = {
  now: () => performance.now(),
  schedule(action, delayMs) {
    const timer = setTimeout(action, delayMs);
    return () => clearTimeout(timer);
  },
};

/** How long before its tick the frames are made, at most a quarter of the cadence. */
const LEAD_MS = 20;

/** @returns what ends it */
export function startTicking(work: TickWork, cadenceMs: number, clock: TickClock = SYSTEM_CLOCK): () => void {
  const startedMs = clock.now();
  const leadMs = Math.min(LEAD_MS, cadenceMs / 4);
  let count = 0;
  let isEnded = false;
  let callOff = (): void => undefined;
  /** Timers may be early: then the rest is waited for. */
  const at = (dueMs: number, action: () => void): void => {
    const isDue = (): boolean => clock.now() >= dueMs;
    const waitMs = Math.max(0, dueMs - clock.now());
    callOff = clock.schedule(() => (isDue() ? action() : at(dueMs, action)), waitMs);
  };
  const next = (): void => {
    if (isEnded) return;
    count = Math.max(count + 1, Math.ceil((clock.now() - startedMs + leadMs) / cadenceMs));
    const dueMs = startedMs + count * cadenceMs;
    at(dueMs - leadMs, () => {
      work.prepare();
      if (!isEnded) at(dueMs, tick);
    });
  };
  const tick = (): void => {
    work.send();
    next();
  };
  next();
  return () => {
    isEnded = true;
    callOff();
  };
}
