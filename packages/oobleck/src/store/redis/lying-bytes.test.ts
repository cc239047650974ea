import { expect, it } from 'vitest';
import { createLyingBytes } from './lying-bytes.ts';

it('lets no more lie than there may, until what came before has ended', () => {
  const { admits } = createLyingBytes(1_000);
  expect(admits(600, 5_500, 0)).toBe(true);
  expect(admits(400, 9_000, 1_000)).toBe(true);
  expect(admits(1, 9_000, 2_000)).toBe(false);
  expect(admits(1, 9_000, 5_999)).toBe(false);
  expect(admits(600, 8_000, 6_000)).toBe(true);
  expect(admits(1, 9_000, 7_999)).toBe(false);
  expect(admits(1_000, 20_000, 9_000)).toBe(true);
});
