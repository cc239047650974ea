import { describe, expect, it } from 'vitest';
import { createHolderPace } from './holder-pace.ts';

describe('the pace of a provider', () => {
  it('is so many a second and as many at once, whatever the others do', () => {
    const pace = createHolderPace(2);
    expect([pace.admits('a', 0), pace.admits('a', 0), pace.admits('a', 0)]).toEqual([true, true, false]);
    expect(pace.admits('b', 0)).toBe(true);
    expect([pace.admits('a', 500), pace.admits('a', 500)]).toEqual([true, false]);
    expect([pace.admits('a', 9_000), pace.admits('a', 9_000), pace.admits('a', 9_000)]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('earns nothing by a clock that was set back', () => {
    const pace = createHolderPace(1);
    expect([pace.admits('a', 5_000), pace.admits('a', 1_000), pace.admits('a', 1_999)]).toEqual([
      true,
      false,
      false,
    ]);
    expect(pace.admits('a', 2_999)).toBe(true);
  });

  it('is kept of so many providers: beyond, all begin anew', () => {
    const pace = createHolderPace(1);
    pace.admits('a', 0);
    for (let i = 1; i < 100_000; i++) pace.admits(`holder ${i}`, 0);
    expect(pace.admits('a', 0)).toBe(false);
    pace.admits('one more', 0);
    expect(pace.admits('a', 0)).toBe(true);
  });
});
