import { describe, expect, it } from 'vitest';
import { createFading } from './fading.ts';

describe('what is known for a while', () => {
  it('ends at its time, and gives way to what is newer where there is no room', () => {
    const fading = createFading<number>(3);
    for (let i = 0; i < 3; i++) fading.set(`n${i}`, i, 100 + i, 0);
    expect([fading.get('n0', 99), fading.get('n0', 100), fading.get('n1', 100)]).toEqual([0, undefined, 1]);
    fading.set('n3', 3, 200, 50);
    expect([0, 1, 2, 3].map((i) => fading.get(`n${i}`, 50))).toEqual([undefined, 1, 2, 3]);
  });

  it('what is set anew is not given up in the place of what it was', () => {
    const fading = createFading<string>(3);
    for (const name of ['a', 'b', 'a', 'c', 'd']) fading.set(name, name, 100, 0);
    expect(['a', 'b', 'c', 'd'].map((name) => fading.get(name, 0))).toEqual(['a', undefined, 'c', 'd']);
  });

  it('keeps the newest, and all of them, when it has been empty in between and has forgotten many', () => {
    const maximum = 1_000;
    const fading = createFading<number>(maximum);
    for (let round = 0; round < 5; round++) {
      const nowMs = round * 1_000;
      const first = round * 3 * maximum;
      for (let i = first; i < first + 3 * maximum; i++) fading.set(`n${i}`, i, nowMs + 500, nowMs);
      const last = first + 3 * maximum;
      for (let i = last - maximum; i < last; i++) expect(fading.get(`n${i}`, nowMs)).toBe(i);
      expect(fading.get(`n${last - maximum - 1}`, nowMs)).toBeUndefined();
    }
  });

  it('takes no longer when it is full than when it is not', () => {
    const maximum = 50_000;
    const fading = createFading<number>(maximum);
    const fill = (from: number): number => {
      const { user } = process.cpuUsage();
      for (let i = from; i < from + maximum; i++) fading.set(`name ${i}`, i, 1, 0);
      return process.cpuUsage().user - user;
    };
    const empty = fill(0);
    const full = Math.min(...[1, 2, 3].map((round) => fill(round * maximum)));
    // A walk from the beginning takes a hundred times as long.
    expect(full).toBeLessThan(20 * empty + 20_000);
  });
});
