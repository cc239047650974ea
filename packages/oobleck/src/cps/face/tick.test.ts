import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startTicking, type TickClock } from './tick.ts';

/** Time that passes only by work and by waiting; timers fire up to `lateMs` late or a little early. */
function createPlay(jitter: () => number = () => 0) {
  let nowMs = 1_000;
  let pending: { atMs: number; action: () => void } | undefined;
  const clock: TickClock = {
    now: () => nowMs,
    schedule(action, delayMs) {
      const mine = { atMs: nowMs + Math.max(0, delayMs) + jitter(), action };
      pending = mine;
      return () => {
        if (pending === mine) pending = undefined;
      };
    },
  };
  return {
    clock,
    work: (ms: number) => {
      nowMs += ms;
    },
    run(untilMs: number): void {
      while (pending !== undefined && pending.atMs < untilMs) {
        const { atMs, action } = pending;
        pending = undefined;
        nowMs = Math.max(nowMs, atMs);
        action();
      }
    },
  };
}

function departures(cadenceMs: number, ticks: number, work: (tick: number) => number): number[] {
  const play = createPlay();
  const left: number[] = [];
  let made = 0;
  const stop = startTicking(
    { prepare: () => play.work(work(made++)), send: () => left.push(play.clock.now() - 1_000) },
    cadenceMs,
    play.clock,
  );
  play.run(1_000 + cadenceMs * (ticks + 0.5));
  stop();
  return left;
}

describe('ticks of a stream', () => {
  it('come at multiples of the cadence, whatever the work for them was', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 5_000 }),
        fc.array(fc.double({ min: 0, max: 19, noNaN: true }), { minLength: 5, maxLength: 30 }),
        (cadenceMs, works) => {
          const left = departures(cadenceMs, works.length, (tick) => works[tick] ?? 0);
          expect(left).toEqual(works.map((_, tick) => (tick + 1) * cadenceMs));
          expect(left).toEqual(departures(cadenceMs, works.length, () => 0));
        },
      ),
    ));

  it('that were missed are not made up for, and the next is at its own time', () => {
    const left = departures(100, 10, (tick) => (tick === 2 ? 350 : 0));
    expect(left).toEqual([100, 200, 630, 700, 800, 900, 1_000]);
  });

  it('do not come early though timers do, and do not drift though timers are late', () => {
    const jitters = [-0.7, 3, 0, -0.2, 1];
    let at = 0;
    const play = createPlay(() => jitters[at++ % jitters.length]!);
    const left: number[] = [];
    startTicking(
      { prepare: () => undefined, send: () => left.push(play.clock.now() - 1_000) },
      100,
      play.clock,
    );
    play.run(1_000 + 5_050);
    expect(left).toHaveLength(50);
    left.forEach((ms, tick) => {
      expect(ms).toBeGreaterThanOrEqual((tick + 1) * 100);
      expect(ms).toBeLessThan((tick + 1) * 100 + 8);
    });
  });

  it('end when they are told to, within their own work too', () => {
    const play = createPlay();
    let sent = 0;
    const stop = startTicking(
      { prepare: () => void (sent === 2 && stop()), send: () => void sent++ },
      100,
      play.clock,
    );
    play.run(5_000);
    expect(sent).toBe(2);
  });

  it('the system’s clock will do', async () => {
    const startedMs = performance.now();
    const tickedMs = await new Promise<number>((resolve) => {
      const stop = startTicking(
        {
          prepare: () => undefined,
          send: () => {
            stop();
            resolve(performance.now());
          },
        },
        100,
      );
    });
    expect(tickedMs - startedMs).toBeGreaterThanOrEqual(99.9);
  });
});
