import { setImmediate as immediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createWorkBatch } from './work-batch.ts';

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
