// What every record of used access tokens has to do, whatever it stands on. Each adapter's test calls it.

import { describe, expect, it } from 'vitest';
import type { SeenTokens } from '../cps/profiles/atis/index.ts';

export interface SeenTokensUnderTest {
  readonly seen: SeenTokens;
  /** A second view of the same record, as another worker has it. */
  readonly other: SeenTokens;
  close?(): Promise<void>;
}

/** @param create an empty record */
export function testSeenTokens(name: string, create: () => Promise<SeenTokensUnderTest>): void {
  describe(`${name}: used access tokens`, () => {
    const start = 1_800_000_000_000;
    const until = start + 60_000;
    const run = async (play: (subject: SeenTokensUnderTest) => Promise<void>) => {
      const subject = await create();
      try {
        await play(subject);
      } finally {
        await subject.close?.();
      }
    };

    it('knows an id again, whoever asks', () =>
      run(async ({ seen, other }) => {
        expect(await seen.see('a', until, start)).toBe('new');
        expect(await other.see('a', until, start + 1)).toBe('seen');
        expect(await seen.see('b', until, start + 1)).toBe('new');
        expect(await seen.see('b', until + 5_000, start + 2)).toBe('seen');
      }));

    it('keeps it until its end, whatever ends before', () =>
      run(async ({ seen }) => {
        await seen.see('short', start + 2_000, start);
        await seen.see('long', until, start);
        expect(await seen.see('other', until, start + 30_000)).toBe('new');
        expect(await seen.see('long', until, until - 1)).toBe('seen');
        expect(await seen.see('long', until + 60_000, until + 1_000)).toBe('new');
      }));

    it('one of many that race is the first', () =>
      run(async ({ seen, other }) => {
        const attempts = Array.from({ length: 50 }, (_, i) =>
          (i % 2 === 0 ? seen : other).see('raced', until, start),
        );
        const states = await Promise.all(attempts);
        expect(states.filter((state) => state === 'new')).toHaveLength(1);
        expect(states.filter((state) => state === 'seen')).toHaveLength(49);
      }));
  });
}
