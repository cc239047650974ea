import { describe, expect, it } from 'vitest';
import { createRandomIds } from './random-id.ts';

describe('random ids', () => {
  it('are UUIDs of version 4, each another, past what is drawn at once', () => {
    const next = createRandomIds();
    const ids = Array.from({ length: 2_000 }, next);
    for (const id of ids)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('every digit takes every value it may have', () => {
    const next = createRandomIds();
    const seen = Array.from({ length: 36 }, () => new Set<string>());
    for (let count = 0; count < 2_000; count++)
      for (const [at, digit] of [...next()].entries()) seen[at]!.add(digit);
    const fixed = new Map([[14, 1], [19, 4], ...[8, 13, 18, 23].map((at): [number, number] => [at, 1])]);
    expect(seen.map(({ size }) => size)).toEqual(seen.map((_, at) => fixed.get(at) ?? 16));
  });
});
