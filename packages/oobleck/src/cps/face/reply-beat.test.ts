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

/** When the reply to each question leaves. */
async function departures(questions: readonly Question[]): Promise<number[]> {
  const { clock, at, work, run } = createPlay();
  const beat = asking(createReplyBeat(BEAT_MS, clock));
  const left: number[] = [];
  for (const [index, { atMs, workMs }] of questions.entries())
    at(atMs, () => {
      void beat(async () => work(workMs)).then(() => {
        left[index] = clock.now();
      });
    });
  await run();
  return left;
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
          const left = await departures(questions);
          const idle = await departures(questions.map(({ atMs }) => ({ atMs, workMs: 0 })));
          expect(left.map(tickOf)).toEqual(questions.map(({ atMs }) => tickOf(atMs) + 2));
          expect(left.map(tickOf)).toEqual(idle.map(tickOf));
        },
      ),
      { numRuns: 300 },
    ));

  it('a question timed to the tick is worked on after the replies due then have left', async () => {
    const [patient, hurried] = await departures([
      { atMs: 1, workMs: 0 },
      { atMs: 9.9, workMs: 4 },
    ]);
    expect(patient).toBe(10);
    expect(tickOf(hurried!)).toBe(3);
  });

  it('work of more than a beat leaves with the next tick after it', async () => {
    const [slow] = await departures([{ atMs: 1, workMs: 12 }]);
    expect(tickOf(slow!)).toBe(tickOf(5 + 12) + 1);
  });

  it('a timer that is early does not make a tick of its own', async () => {
    const { clock, at, run } = createPlay();
    let early = true;
    const schedule: BeatClock['schedule'] = (action, delayMs) => {
      clock.schedule(action, early ? delayMs - 0.5 : delayMs);
      early = !early;
    };
    const beat = asking(createReplyBeat(BEAT_MS, { ...clock, schedule }));
    const left: number[] = [];
    for (const atMs of [0.1, 6.1, 11.1])
      at(atMs, () => void beat(async () => {}).then(() => left.push(tickOf(clock.now()))));
    await run();
    expect(left).toEqual([2, 3, 4]);
  });

  it('what fails is told on the beat too, and the beat goes on', async () => {
    const { clock, at, run } = createPlay();
    const beat = asking(createReplyBeat(BEAT_MS, clock));
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
