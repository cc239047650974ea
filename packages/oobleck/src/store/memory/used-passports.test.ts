import { describe, expect, it } from 'vitest';
import { testUsedPassports } from '../used-passports-contract.ts';
import { createMemoryUsedPassports } from './used-passports.ts';

testUsedPassports('memory', async () => {
  const used = createMemoryUsedPassports();
  return { used, other: used };
});

describe('its size', () => {
  it('is bounded: what is full takes nothing more, and forgets nothing early', async () => {
    const used = createMemoryUsedPassports(100);
    for (let i = 0; i < 100; i++) used.take(`p${i}`, 'first', 300_000 + i, i);
    await expect(used.take('p100', 'first', 300_000, 200)).rejects.toThrow('full');
    for (const name of ['p0', 'p60', 'p99']) expect(used.take(name, 'second', 300_000, 200)).toBe('first');
    expect(used.take('p100', 'second', 600_000, 300_000)).toBe('second');
  });

  it('those that last for hours take no place of the others', async () => {
    const used = createMemoryUsedPassports(10);
    for (let i = 0; i < 10; i++) used.take(`diverted ${i}`, 'first', 10_800_000, 0);
    await expect(used.take('diverted 10', 'first', 10_800_000, 0)).rejects.toThrow('full');
    for (let i = 0; i < 1000; i++)
      expect(used.take(`p${i}`, 'first', i * 10_000 + 60_000, i * 10_000)).toBe('first');
    expect(used.take('diverted 0', 'second', 10_800_000, 10_000_000)).toBe('first');
  });
});
