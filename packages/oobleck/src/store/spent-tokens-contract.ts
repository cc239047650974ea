// What every record of spent tokens has to do, whatever it stands on. Each adapter's test calls it.

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { SpendableToken, SpentTokens } from '../issuer/index.ts';

export interface SpentTokensUnderTest {
  readonly spent: SpentTokens;
  /** A second view of the same record, as another worker has it. */
  readonly other: SpentTokens;
  close?(): Promise<void>;
}

/** Told from others by its nonce. */
export function spentTokenOf(name: string, acceptUntil: number): SpendableToken {
  return { keyId: 'key', nonce: new Uint8Array(createHash('sha256').update(name).digest()), acceptUntil };
}

const token = spentTokenOf;

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
        expect(await spent.spend([token('a', end)], 'digest')).toEqual({ state: 'new', spentAt: start });
        clock.now += 5;
        expect(await other.spend([token('a', end)], 'digest')).toEqual({ state: 'same', spentAt: start });
        expect(await other.spend([token('a', end)], 'another')).toEqual({ state: 'other', spentAt: start });
        expect(await spent.spend([token('b', end)], 'digest')).toEqual({ state: 'new', spentAt: start + 5 });
        expect(await spent.spend([token('a', end)], 'digest')).toEqual({ state: 'same', spentAt: start });
      }));

    it('spends nothing that is no longer accepted: its record may be gone', () =>
      run(async ({ spent, other }, clock) => {
        expect(await spent.spend([token('a', start + 2)], 'first')).toMatchObject({ state: 'new' });
        clock.now = start + 1.999;
        expect(await other.spend([token('a', start + 2)], 'second')).toMatchObject({ state: 'other' });
        clock.now = start + 2;
        for (const digest of ['second', 'third', 'first'])
          expect(await other.spend([token('b', end), token('a', start + 2)], digest)).toEqual({
            state: 'late',
            spentAt: start + 2,
          });
        expect(await spent.spend([token('b', end)], 'fourth')).toMatchObject({ state: 'new' });
      }));

    it('one nonce under two keys is two tokens', () =>
      run(async ({ spent, other }) => {
        const [one, two] = ['one', 'two'].map((keyId) => ({ ...token('a', end), keyId }));
        expect((await spent.spend([one!], 'first')).state).toBe('new');
        expect((await other.spend([two!], 'second')).state).toBe('new');
        expect((await other.spend([one!, two!], 'first')).state).toBe('other');
        expect((await other.spend([one!], 'first')).state).toBe('same');
      }));

    it('lets one of many win a race', () =>
      run(async ({ spent, other }) => {
        const attempts = Array.from({ length: 50 }, (_, i) =>
          (i % 2 === 0 ? spent : other).spend([token('raced', end)], `request ${i}`),
        );
        const states = (await Promise.all(attempts)).map(({ state }) => state);
        expect(states.filter((state) => state === 'new')).toHaveLength(1);
        expect(states.filter((state) => state === 'other')).toHaveLength(49);
      }));

    it('lets one of many repetitions be the first', () =>
      run(async ({ spent, other }) => {
        const attempts = Array.from({ length: 50 }, (_, i) =>
          (i % 2 === 0 ? spent : other).spend([token('raced', end)], 'request'),
        );
        const states = (await Promise.all(attempts)).map(({ state }) => state);
        expect(states.filter((state) => state === 'new')).toHaveLength(1);
        expect(states.filter((state) => state === 'same')).toHaveLength(49);
      }));

    it('spends all tokens of a request or none: what is refused for one leaves the others', () =>
      run(async ({ spent, other }) => {
        expect((await spent.spend([token('late', end)], 'first')).state).toBe('new');
        const three = [token('a', end), token('late', end), token('b', end)];
        expect(await other.spend(three, 'second')).toEqual({ state: 'other', spentAt: start });
        expect((await spent.spend([token('b', end), token('a', end)], 'third')).state).toBe('new');
      }));

    it('a repetition spends what an interrupted one did not, and tells the time of the first', () =>
      run(async ({ spent, other }, clock) => {
        await spent.spend([token('a', end)], 'digest');
        clock.now += 5;
        const both = [token('a', end), token('b', end)];
        expect(await other.spend(both, 'digest')).toEqual({ state: 'same', spentAt: start });
        expect(await spent.spend([token('b', end)], 'another')).toEqual({
          state: 'other',
          spentAt: start + 5,
        });
      }));

    it('lets at most one of many requests that share tokens win', () =>
      run(async ({ spent, other }) => {
        const attempts = Array.from({ length: 20 }, (_, i) => {
          const shared = i % 2 === 0 ? ['x', 'y'] : ['y', 'x'];
          const tokens = [`own ${i}`, ...shared].map((key) => token(key, end));
          return (i % 3 === 0 ? spent : other).spend(tokens, `request ${i}`);
        });
        const states = (await Promise.all(attempts)).map(({ state }) => state);
        expect(states.filter((state) => state === 'new').length).toBeLessThanOrEqual(1);
        expect(states.filter((state) => state === 'other').length).toBeGreaterThanOrEqual(19);
      }));

    it('remembers until the token is no longer accepted, whatever else expires', () =>
      run(async ({ spent }, clock) => {
        await spent.spend([token('early', start + 100)], 'digest');
        await spent.spend([token('late', end)], 'digest');
        clock.now = start + 99;
        expect((await spent.spend([token('early', start + 100)], 'other')).state).toBe('other');
        clock.now = end - 1;
        expect((await spent.spend([token('late', end)], 'other')).state).toBe('other');
        expect((await spent.spend([token('late', end + 500)], 'other')).state).toBe('other');
      }));
  });
}
