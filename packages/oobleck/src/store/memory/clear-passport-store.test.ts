import { expect, it } from 'vitest';
import { MAXIMUM_SETS } from '../../cps/profiles/atis/index.ts';
import { testClearPassportStore } from '../clear-passport-store-contract.ts';
import { createMemoryClearPassportStore } from './clear-passport-store.ts';

testClearPassportStore('memory', async () => {
  const store = createMemoryClearPassportStore();
  return { store, other: store };
});

const setOf = (passport: string, expiresAtMs: number, publishedAtMs = 0) => ({
  passports: [passport],
  digest: passport,
  publisher: '1234',
  publishedAtMs,
  expiresAtMs,
});

it('is bounded altogether: what does not fit is refused, and there is room again once something has ended', () => {
  const store = createMemoryClearPassportStore(1_000);
  for (let i = 0; i < 10; i++) expect(store.add(`place ${i}`, setOf('x'.repeat(100), 5_000))).toBe('stored');
  expect(store.add('another', setOf('y', 5_000))).toBe('full');
  expect(store.add('place 0', setOf('x'.repeat(100), 9_000))).toBe('stored');
  expect(store.add('another', setOf('y', 9_000, 5_000))).toBe('stored');
  expect(store.letters).toBe(101);
});

it('forgets what has ended', () => {
  const store = createMemoryClearPassportStore();
  for (let i = 0; i < 100; i++) store.add(`place ${i % 7}`, setOf(`passport ${i}`, 1_000 + i));
  store.sweep(1_000);
  expect(store.letters).toBeGreaterThan(0);
  store.sweep(3_000);
  expect(store.letters).toBe(0);
  expect(store.list('place 0', 0)).toEqual([]);
});

it('forgets a place once: what lies there anew stays, whatever of before would have ended later', () => {
  const store = createMemoryClearPassportStore();
  store.add('place', setOf('long', 60_000));
  for (let i = 0; i < MAXIMUM_SETS; i++) store.add('place', setOf(`passport ${i}`, 5_000));
  store.sweep(5_000);
  expect(store.letters).toBe(0);
  store.add('place', setOf('anew', 90_000, 6_000));
  store.sweep(60_000);
  expect(store.list('place', 60_000).map(({ digest }) => digest)).toEqual(['anew']);
});
