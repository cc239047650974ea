import { describe, expect, it } from 'vitest';
import { testUsedPassports } from '../used-passports-contract.ts';
import { createMemoryUsedPassports } from './used-passports.ts';

testUsedPassports('memory', async () => {
  const used = createMemoryUsedPassports();
  return { used, other: used };
});

describe('its size', () => {
  it('is bounded: the oldest give way, the newest stay', () => {
    const used = createMemoryUsedPassports(100);
    for (let i = 0; i < 150; i++) used.take(`p${i}`, 'first', 1_000_000, i);
    expect(used.take('p149', 'second', 1_000_000, 200)).toBe('first');
    expect(used.take('p60', 'second', 1_000_000, 200)).toBe('first');
    expect(used.take('p0', 'second', 1_000_000, 200)).toBe('second');
  });
});
