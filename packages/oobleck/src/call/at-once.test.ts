import { describe, expect, it } from 'vitest';
import { andThen, unlessDown } from './at-once.ts';

describe('andThen', () => {
  it('goes on at once with what is there, and waits for what is not', async () => {
    expect(andThen(1, (one) => one + 1)).toBe(2);
    const later = andThen(Promise.resolve(1), (one) => one + 1);
    expect(later).toBeInstanceOf(Promise);
    expect(await later).toBe(2);
  });
});

describe('unlessDown', () => {
  it('is what was answered, at once or later, and nothing where whoever is asked fails', async () => {
    expect(unlessDown(() => 1)).toBe(1);
    expect(await unlessDown(() => Promise.resolve(1))).toBe(1);
    expect(
      unlessDown(() => {
        throw new Error('down');
      }),
    ).toBeUndefined();
    expect(await unlessDown(() => Promise.reject(new Error('down')))).toBeUndefined();
  });
});
