// What every record of spent tokens has to do, whatever it stands on. Each adapter's test calls it.

import { describe, expect, it } from 'vitest';
import type { SpentTokens } from '../issuer/index.ts';

export interface SpentTokensUnderTest {
  readonly spent: SpentTokens;
  /** A second view of the same record, as another worker has it. */
  readonly other: SpentTokens;
  close?(): Promise<void>;
}

/** @param create a fresh record over a clock of Unix seconds */
export function testSpentTokens(
  name: string,
  create: (now: () => number) => Promise<SpentTokensUnderTest>,
): void {
  describe(`${name}: spent tokens`, () => {
    const start = 1_700_000_000;
    const end = start + 86_400;
    const run = async (play: (subject: SpentTokensUnderTest, clock: { now: number }) => Promise<void>) => {
      const clock = { now: start };
      const subject = await create(() => clock.now);
      try {
        await play(subject, clock);
      } finally {
        await subject.close?.();
      }
    };

    it('spends once, and knows the same request again with the time of the first', () =>
      run(async ({ spent, other }, clock) => {
        expect(await spent.spend('a', 'digest', end)).toEqual({ state: 'new', spentAt: start });
        clock.now += 5;
        expect(await other.spend('a', 'digest', end)).toEqual({ state: 'same', spentAt: start });
        expect(await other.spend('a', 'another', end)).toEqual({ state: 'other', spentAt: start });
        expect(await spent.spend('b', 'digest', end)).toEqual({ state: 'new', spentAt: start + 5 });
        expect(await spent.spend('a', 'digest', end)).toEqual({ state: 'same', spentAt: start });
      }));

    it('lets one of many win a race', () =>
      run(async ({ spent, other }) => {
        const attempts = Array.from({ length: 50 }, (_, i) =>
          (i % 2 === 0 ? spent : other).spend('raced', `request ${i}`, end),
        );
        const states = (await Promise.all(attempts)).map(({ state }) => state);
        expect(states.filter((state) => state === 'new')).toHaveLength(1);
        expect(states.filter((state) => state === 'other')).toHaveLength(49);
      }));

    it('lets one of many repetitions be the first', () =>
      run(async ({ spent, other }) => {
        const attempts = Array.from({ length: 50 }, (_, i) =>
          (i % 2 === 0 ? spent : other).spend('raced', 'request', end),
        );
        const states = (await Promise.all(attempts)).map(({ state }) => state);
        expect(states.filter((state) => state === 'new')).toHaveLength(1);
        expect(states.filter((state) => state === 'same')).toHaveLength(49);
      }));

    it('remembers until the token is no longer accepted, whatever else expires', () =>
      run(async ({ spent }, clock) => {
        await spent.spend('early', 'digest', start + 100);
        await spent.spend('late', 'digest', end);
        clock.now = start + 99;
        expect((await spent.spend('early', 'other', start + 100)).state).toBe('other');
        clock.now = end - 1;
        expect((await spent.spend('late', 'other', end)).state).toBe('other');
        expect((await spent.spend('late', 'other', end + 500)).state).toBe('other');
      }));
  });
}
