import { testSpentTokens } from '../spent-tokens-contract.ts';
import { createMemorySpentTokens } from './spent-tokens.ts';

testSpentTokens('memory', async (now) => {
  const spent = createMemorySpentTokens(now);
  return { spent, other: spent };
});
