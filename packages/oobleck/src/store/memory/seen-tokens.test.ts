import { expect, it } from 'vitest';
import { testSeenTokens } from '../seen-tokens-contract.ts';
import { createMemorySeenTokens } from './seen-tokens.ts';

testSeenTokens('memory', async () => {
  const seen = createMemorySeenTokens();
  return { seen, other: seen };
});

it('a full record takes nothing more until something in it has ended, and forgets nothing before', () => {
  const seen = createMemorySeenTokens(100);
  for (let i = 0; i < 100; i++) seen.see(`id ${i}`, i < 10 ? 2_000 : 60_000, 0);
  expect(seen.see('one more', 60_000, 1_999)).toBe('full');
  expect(seen.see('id 0', 60_000, 1_999)).toBe('seen');
  expect(seen.see('one more', 60_000, 2_000)).toBe('new');
  expect(seen.see('id 99', 60_000, 2_000)).toBe('seen');
});
