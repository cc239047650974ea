// What every record of PASSporTs in use has to do, whatever it stands on. Each adapter's test calls it.

import { describe, expect, it } from 'vitest';
import type { UsedPassports } from '../verification/index.ts';

export interface UsedPassportsUnderTest {
  readonly used: UsedPassports;
  /** A second view of the same record, as another node has it. */
  readonly other: UsedPassports;
  close?(): Promise<void>;
}

/** @param create an empty record */
export function testUsedPassports(name: string, create: () => Promise<UsedPassportsUnderTest>): void {
  describe(`${name}: used PASSporTs`, () => {
    const start = 1_800_000_000_000;
    const until = start + 60_000;
    const run = async (play: (subject: UsedPassportsUnderTest) => Promise<void>) => {
      const subject = await create();
      try {
        await play(subject);
      } finally {
        await subject.close?.();
      }
    };

    it('gives a PASSporT to the first call and names it to every other', () =>
      run(async ({ used, other }) => {
        expect(await used.take('p', 'first', until, start)).toBe('first');
        expect(await other.take('p', 'second', until, start + 1)).toBe('first');
        expect(await other.take('p', 'first', until, start + 2)).toBe('first');
        expect(await used.take('q', 'second', until, start + 3)).toBe('second');
      }));

    it('keeps it until its end, and not a millisecond longer', () =>
      run(async ({ used }) => {
        await used.take('p', 'first', until, start);
        expect(await used.take('p', 'second', until + 60_000, until - 1)).toBe('first');
        expect(await used.take('p', 'second', until + 60_000, until)).toBe('second');
        expect(await used.take('p', 'third', until + 60_000, until + 59_999)).toBe('second');
      }));

    it('what a refused call asks for does not lengthen it', () =>
      run(async ({ used }) => {
        await used.take('p', 'first', until, start);
        await used.take('p', 'second', until + 500_000, start);
        expect(await used.take('p', 'third', until + 60_000, until)).toBe('third');
      }));

    it('one of many that race has it, and all are told which', () =>
      run(async ({ used, other }) => {
        const takes = Array.from({ length: 50 }, (_, i) =>
          (i % 2 === 0 ? used : other).take('p', `call ${i}`, until, start),
        );
        const holders = new Set(await Promise.all(takes));
        expect(holders.size).toBe(1);
        expect(await used.take('p', 'late', until, start)).toBe([...holders][0]);
      }));

    it('others that end do not take it along', () =>
      run(async ({ used }) => {
        await used.take('long', 'first', start + 100_000, start);
        await used.take('short', 'first', start + 1_000, start);
        await used.take('another', 'second', start + 90_000, start + 50_000);
        expect(await used.take('long', 'second', until, start + 50_000)).toBe('first');
      }));
  });
}
