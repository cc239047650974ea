import { describe, expect, it } from 'vitest';
import { createEventLog } from './log.ts';
import { createWorkerPool, type WorkerProcess } from './worker-pool.ts';

const log = createEventLog({ level: 'silent' });

function createStage() {
  const started: { end(code: number | null): void; ready(): void; signals: string[] }[] = [];
  const delays: number[] = [];
  let clock = 0;
  let scheduled: (() => void)[] = [];
  const start = (): WorkerProcess => {
    const ready = Promise.withResolvers<readonly string[]>();
    const ended = Promise.withResolvers<number | null>();
    const signals: string[] = [];
    const name = `https://worker-${started.length}`;
    started.push({ end: ended.resolve, ready: () => ready.resolve([name]), signals });
    return {
      ready: ready.promise,
      ended: ended.promise,
      signal(signal) {
        signals.push(signal);
        if (signal === 'SIGTERM' || signal === 'SIGKILL') ended.resolve(0);
      },
    };
  };
  return {
    started,
    delays,
    advance: (ms: number) => (clock += ms),
    async settle() {
      await new Promise(setImmediate);
      const due = scheduled;
      scheduled = [];
      for (const action of due) action();
      await new Promise(setImmediate);
    },
    pool: (count: number) =>
      createWorkerPool({
        count,
        log,
        start,
        now: () => clock,
        schedule: (action, delayMs) => {
          delays.push(delayMs);
          scheduled.push(action);
        },
      }),
  };
}

async function openPool(stage: ReturnType<typeof createStage>, count: number) {
  const pool = stage.pool(count);
  const opened = pool.open();
  stage.started[0]!.ready();
  await stage.settle();
  for (const { ready } of stage.started) ready();
  return { pool, outcome: await opened };
}

describe('worker pool', () => {
  it('starts the others when the first is ready, and gives back what the first said', async () => {
    const stage = createStage();
    const pool = stage.pool(3);
    const opened = pool.open();
    await stage.settle();
    expect(stage.started).toHaveLength(1);
    stage.started[0]!.ready();
    await stage.settle();
    expect(stage.started).toHaveLength(3);
    for (const { ready } of stage.started) ready();
    expect(await opened).toEqual({ origins: ['https://worker-0'] });
  });

  it('starts no other where the first ends before it is ready', async () => {
    const stage = createStage();
    const opened = stage.pool(3).open();
    stage.started[0]!.end(64);
    expect(await opened).toEqual({ exitCode: 64 });
    await stage.settle();
    expect(stage.started).toHaveLength(1);
  });

  it('starts a worker again, later each time it dies soon, at once when it had lived', async () => {
    const stage = createStage();
    await openPool(stage, 2);
    for (let death = 0; death < 4; death++) {
      stage.started.at(-1)!.end(null);
      await stage.settle();
    }
    expect(stage.delays).toEqual([100, 200, 400, 800]);
    stage.advance(60_000);
    stage.started.at(-1)!.end(1);
    await stage.settle();
    expect(stage.delays.at(-1)).toBe(100);
    expect(stage.started).toHaveLength(7);
    for (let death = 0; death < 12; death++) {
      stage.started.at(-1)!.end(1);
      await stage.settle();
    }
    expect(Math.max(...stage.delays)).toBe(30_000);
  });

  it('passes signals to those that live, and starts none again once it closes', async () => {
    const stage = createStage();
    const { pool } = await openPool(stage, 2);
    stage.started[0]!.end(null);
    await stage.settle();
    pool.signal('SIGHUP');
    expect(stage.started.map(({ signals }) => signals)).toEqual([[], ['SIGHUP'], ['SIGHUP']]);
    expect(await pool.close()).toBe(true);
    await stage.settle();
    expect(stage.started.map(({ signals }) => signals.at(-1))).toEqual([undefined, 'SIGTERM', 'SIGTERM']);
    expect(stage.started).toHaveLength(3);
  });
});
