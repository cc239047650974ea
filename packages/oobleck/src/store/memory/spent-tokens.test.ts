import { describe, expect, it } from 'vitest';
import { spentTokenOf, testSpentTokens } from '../spent-tokens-contract.ts';
import { createMemorySpentTokens } from './spent-tokens.ts';

testSpentTokens('memory', async (now) => {
  const spent = createMemorySpentTokens(now);
  return { spent, other: spent };
});

describe('room', () => {
  const name = (fill: number) => Buffer.alloc(32, fill).toString('base64url');
  const token = (at: number) => spentTokenOf(`token ${at}`, START + 600);
  const START = 1_700_000_000;

  it('keeps the time of a spending to the millisecond, also after a clock that went back', () => {
    const clock = { now: START + 0.123 };
    const spent = createMemorySpentTokens(() => clock.now);
    const spend = (fill: number) => spent.spend([token(fill)], name(9));
    expect(spend(1)).toEqual({ state: 'new', spentAt: START + 0.123 });
    clock.now = START + 7.5;
    expect(spend(1)).toEqual({ state: 'same', spentAt: START + 0.123 });
    clock.now = START - 5;
    expect(spend(2).state).toBe('new');
    expect(spend(2)).toEqual({ state: 'same', spentAt: START + 0.123 });
  });

  it('is bounded: what does not fit is not spent, what was spent stays so', () => {
    const clock = { now: START };
    const spent = createMemorySpentTokens(() => clock.now, { maximumBytes: 200_000 });
    let count = 0;
    const fill = () => {
      for (;;) spent.spend([token(count++)], 'request');
    };
    expect(fill).toThrow('full');
    expect(spent.size).toBe(count - 1);
    expect(spent.usedBytes).toBeLessThanOrEqual(spent.maximumBytes);
    expect(spent.spend([token(0)], 'request').state).toBe('same');
    expect(spent.spend([token(0), token(count)], 'another').state).toBe('other');
    expect(() => spent.spend([token(0), token(count)], 'request')).toThrow('full');
    clock.now = START + 600;
    expect(spent.spend([{ ...token(-1), acceptUntil: START + 900 }], 'request').state).toBe('new');
    expect(spent.size).toBe(1);
  });
});
