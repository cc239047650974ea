import { setImmediate as immediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { AT_A_STRETCH, createWorkBatch, STRETCHES_LEFT } from './work-batch.ts';

it('works off what came in one turn, once, in order, and what comes meanwhile in the next', async () => {
  const done: string[] = [];
  const take = createWorkBatch((one: string) => {
    done.push(one);
    if (one === 'b') take('d');
  });
  for (const one of ['a', 'b', 'c']) take(one);
  expect(done).toEqual([]);
  await immediate();
  expect(done).toEqual(['a', 'b', 'c']);
  await immediate();
  expect(done).toEqual(['a', 'b', 'c', 'd']);
  take('e');
  await immediate();
  expect(done.at(-1)).toBe('e');
});

it('does each stage for all before the next, also for what an earlier stage adds, in the next turn', async () => {
  const done: string[] = [];
  const take = createWorkBatch(
    (one: string) => {
      done.push(`1${one}`);
      if (one === 'a') take('c');
    },
    (one) => {
      done.push(`2${one}`);
    },
  );
  take('a');
  take('b');
  await immediate();
  expect(done).toEqual(['1a', '1b', '2a', '2b']);
  await immediate();
  expect(done.slice(4)).toEqual(['1c', '2c']);
});

it('of more than a stretch holds, the rest has its turn behind what else there is, still in order', async () => {
  const done: string[] = [];
  const take = createWorkBatch(
    (one: number) => done.push(`1:${one}`),
    (one) => done.push(`2:${one}`),
  );
  for (let one = 0; one <= AT_A_STRETCH; one++) take(one);
  await immediate();
  expect(done.length).toBe(2 * AT_A_STRETCH);
  expect([done[0], done[AT_A_STRETCH], done.at(-1)]).toEqual(['1:0', '2:0', `2:${AT_A_STRETCH - 1}`]);
  take(AT_A_STRETCH + 1);
  await immediate();
  const rest = [AT_A_STRETCH, AT_A_STRETCH + 1];
  expect(done.slice(2 * AT_A_STRETCH)).toEqual([
    ...rest.map((at) => `1:${at}`),
    ...rest.map((at) => `2:${at}`),
  ]);
});

it('however much comes each turn, what waits does not grow: more goes at a stretch', async () => {
  const done: number[] = [];
  const take = createWorkBatch((one: number) => done.push(one));
  const most = STRETCHES_LEFT * AT_A_STRETCH;
  let came = 0;
  for (let turn = 0; turn < 100; turn++) {
    for (let one = 0; one < 3 * AT_A_STRETCH; one++) take(came++);
    await immediate();
    expect(came - done.length).toBeLessThanOrEqual(most);
  }
  expect(came - done.length).toBe(most);
  expect(done).toEqual(Array.from({ length: done.length }, (_, at) => at));
});
