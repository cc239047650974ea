import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { afterInput } from './after-input.ts';

let nowMs: number;
beforeEach(() => {
  nowMs = 10_000;
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
});
afterEach(() => vi.restoreAllMocks());

/** Turns that pass before the end, each of so many ms. */
async function turnsUntilEnd(dueAtMs: number, turnMs: number): Promise<number> {
  let turns = 0;
  let hasEnded = false;
  afterInput(() => {
    hasEnded = true;
  }, dueAtMs);
  while (!hasEnded && turns < 10) {
    nowMs += turnMs;
    turns++;
    await new Promise(setImmediate);
  }
  return turns;
}

it('puts the end off by three turns where they are short', async () => {
  expect(await turnsUntilEnd(nowMs, 1)).toBe(3);
});

it('puts it off by one turn where it is overdue, or that turn made it so', async () => {
  expect(await turnsUntilEnd(nowMs - 50, 0)).toBe(1);
  expect(await turnsUntilEnd(nowMs - 49, 0)).toBe(3);
  expect(await turnsUntilEnd(nowMs, 100)).toBe(1);
  expect(await turnsUntilEnd(nowMs, 30)).toBe(2);
});

it('does not come to an end that was called off between two turns', async () => {
  let isOver = false;
  const callOff = afterInput(() => {
    isOver = true;
  }, nowMs);
  await new Promise(setImmediate);
  callOff();
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
  expect(isOver).toBe(false);
});
