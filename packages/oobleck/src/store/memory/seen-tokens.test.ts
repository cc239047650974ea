import { expect, it } from 'vitest';
import { testSeenTokens } from '../seen-tokens-contract.ts';
import { createMemorySeenTokens } from './seen-tokens.ts';

testSeenTokens('memory', async () => {
  const seen = createMemorySeenTokens();
  return { seen, other: seen };
});

it('forgets what has ended, a few at each question, and nothing before', () => {
  const seen = createMemorySeenTokens();
  for (let i = 0; i < 100; i++) seen.see(`id ${i}`, i < 50 ? 5_000 : 60_000, 0);
  expect(seen.size).toBe(100);
  for (let i = 50; i < 100; i++) expect(seen.see(`id ${i}`, 60_000, 5_000)).toBe('seen');
  expect(seen.size).toBe(50);
  expect(seen.see('id 0', 60_000, 5_000)).toBe('new');
});

it('knows what ends between two seconds until then', () => {
  const seen = createMemorySeenTokens();
  seen.see('id', 5_400, 0);
  expect(seen.see('id', 5_400, 5_399)).toBe('seen');
  expect(seen.see('id', 60_000, 6_000)).toBe('new');
});

it('a full record takes nothing more until something in it has ended, and forgets nothing before', () => {
  const seen = createMemorySeenTokens(100);
  for (let i = 0; i < 100; i++) seen.see(`id ${i}`, i < 10 ? 2_000 : 60_000, 0);
  expect(seen.see('one more', 60_000, 1_999)).toBe('full');
  expect(seen.see('id 0', 60_000, 1_999)).toBe('seen');
  expect(seen.see('one more', 60_000, 2_000)).toBe('new');
  expect(seen.see('id 99', 60_000, 2_000)).toBe('seen');
});
