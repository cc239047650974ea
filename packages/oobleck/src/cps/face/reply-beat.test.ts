import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BeatClock, createReplyBeat, type ReplyBeat } from './reply-beat.ts';

const BEAT_MS = 5;

/** As a promise of the answer. */
const asking =
  (beat: ReplyBeat) =>
  <T>(make: () => Promise<T> | T): Promise<T> =>
    new Promise((resolve, reject) => {
      let answer: T;
      beat({
        make: () => {
          const making = make();
          if (!(making instanceof Promise)) {
            answer = making;
            return;
          }
          return making.then((made) => {
            answer = made;
          });
        },
        leave: () => resolve(answer),
        fail: reject,
      });
    });

/** Time that passes only by work and by waiting; one thing at a time, as in a process. */
function createPlay() {
  let nowMs = 0;
  const due: { atMs: number; action: () => void }[] = [];
  const at = (atMs: number, action: () => void) => {
    const later = due.findIndex((one) => one.atMs > atMs);
    due.splice(later === -1 ? due.length : later, 0, { atMs, action });
  };
  const clock: BeatClock = {
    now: () => nowMs,
    schedule: (action, delayMs) => at(nowMs + delayMs, action),
    defer: (action) => at(nowMs, action),
    pause: (ms) => {
      nowMs += ms;
    },
  };
  return {
    clock,
    at,
    work: (ms: number) => {
      nowMs += ms;
    },
    async run(): Promise<void> {
      for (let next = due.shift(); next !== undefined; next = due.shift()) {
        nowMs = Math.max(nowMs, next.atMs);
        next.action();
        await new Promise(setImmediate);
      }
    },
  };
}

interface Question {
  readonly atMs: number;
  readonly workMs: number;
}

/** When each question was heard, which a pause may put off, and when its reply left. */
async function departures(questions: readonly Question[], workBeats = 1, beatMs = BEAT_MS) {
  const { clock, at, work, run } = createPlay();
  const beat = asking(createReplyBeat(beatMs, workBeats, clock));
  const heard: number[] = [];
  const left: number[] = [];
  for (const [index, { atMs, workMs }] of questions.entries())
    at(atMs, () => {
      heard[index] = clock.now();
      void beat(async () => work(workMs)).then(() => {
        left[index] = clock.now();
      });
    });
  await run();
  return { heard, left };
}

const tickOf = (ms: number) => Math.floor(ms / BEAT_MS);

describe('beat of replies', () => {
  it('a reply leaves on the second tick after its question, whatever the work for it or for others was', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ atMs: fc.double({ min: 0, max: 60, noNaN: true }), share: fc.nat(1_000) }), {
          minLength: 1,
          maxLength: 12,
        }),
        async (plan) => {
          // Together the questions work for less than what a timer leaves of a beat.
          const questions = plan.map(({ atMs, share }) => ({
            atMs,
            workMs: (share / 1_000 / plan.length) * 3.9,
          }));
          const { heard, left } = await departures(questions);
          expect(left).toEqual(heard.map((atMs) => (tickOf(atMs) + 2) * BEAT_MS));
        },
      ),
      { numRuns: 300 },
    ));

  it.each([1, 100])('a beat of %i ms, the shortest and the longest, is kept as well', async (beatMs) => {
    const questions = [0, 0.3, 1, 1.7, 99.9, 100, 217.2, 512].map((atMs) => ({ atMs, workMs: beatMs / 50 }));
    const { heard, left } = await departures(questions, 1, beatMs);
    expect(left).toEqual(heard.map((atMs) => (Math.floor(atMs / beatMs) + 2) * beatMs));
  });

  it('with more beats for the work it leaves so many later, though nothing was to be waited for', async () => {
    const questions = [
      { atMs: 1, workMs: 0 },
      { atMs: 21, workMs: 12 },
      { atMs: 51, workMs: 16 },
    ];
    const { left } = await departures(questions, 3);
    expect(left.map(tickOf)).toEqual([4, 8, 15]);
  });

  it('those of one tick leave in the order asked, whichever was made first', async () => {
    const { clock, at, run } = createPlay();
    const beat = asking(createReplyBeat(BEAT_MS, 3, clock));
    const left: number[] = [];
    for (const [index, takesMs] of [9, 0, 4].entries())
      at(1 + index / 10, () => {
        const make = () => new Promise<void>((made) => at(clock.now() + takesMs, made));
        void beat(make).then(() => left.push(index));
      });
    await run();
    expect(left).toEqual([0, 1, 2]);
  });

  it('a question timed to the tick is worked on after the replies due then have left', async () => {
    const { heard, left } = await departures([
      { atMs: 1, workMs: 0 },
      { atMs: 9.4, workMs: 4 },
    ]);
    expect(tickOf(heard[1]!)).toBe(1);
    expect(left).toEqual([10, 15]);
  });

  it('work of more than a beat leaves with the next tick after it', async () => {
    const { left } = await departures([{ atMs: 1, workMs: 12 }]);
    expect(tickOf(left[0]!)).toBe(tickOf(5 + 12) + 1);
  });

  it.each([0.5, 1.5, -0.9, -2])('a timer that is early or late by %f ms moves no tick', async (earlyMs) => {
    const { clock, at, run } = createPlay();
    const schedule: BeatClock['schedule'] = (action, delayMs) =>
      clock.schedule(action, Math.max(0, delayMs - earlyMs));
    const beat = asking(createReplyBeat(BEAT_MS, 1, { ...clock, schedule }));
    const left: number[] = [];
    for (const atMs of [0.1, 6.1, 11.1])
      at(atMs, () => void beat(async () => {}).then(() => left.push(clock.now())));
    await run();
    expect(left).toEqual([10, 15, 20]);
  });

  it('what fails is told on the beat too, and the beat goes on', async () => {
    const { clock, at, run } = createPlay();
    const beat = asking(createReplyBeat(BEAT_MS, 1, clock));
    const told: unknown[] = [];
    at(
      1,
      () => void beat(() => Promise.reject(new Error('away'))).catch(() => told.push(tickOf(clock.now()))),
    );
    at(31, () => void beat(async () => 'reply').then((reply) => told.push(reply)));
    await run();
    expect(told).toEqual([2, 'reply']);
  });

  it('the system’s clock will do', async () => {
    const beat = asking(createReplyBeat(BEAT_MS));
    const startedMs = performance.now();
    expect(await beat(async () => 'reply')).toBe('reply');
    expect(tickOf(performance.now())).toBeGreaterThanOrEqual(tickOf(startedMs) + 2);
  });
});
