// What every store of key credentials has to do, whatever it stands on. Each adapter's test calls it.

import { describe, expect, it } from 'vitest';
import type { CredentialStore } from '../directory/index.ts';

export interface CredentialStoreUnderTest {
  readonly store: CredentialStore;
  /** A second view of the same store, as another process has it. */
  readonly other: CredentialStore;
  close?(): Promise<void>;
}

/** @param create an empty store that processes share */
export function testCredentialStore(name: string, create: () => Promise<CredentialStoreUnderTest>): void {
  describe(`${name}: credential store`, () => {
    const run = async (play: (subject: CredentialStoreUnderTest) => Promise<void>) => {
      const subject = await create();
      try {
        await play(subject);
      } finally {
        await subject.close?.();
      }
    };

    it('keeps the last credential of each slot', () =>
      run(async ({ store, other }) => {
        expect(await store.all()).toEqual([]);
        await store.save('a', 'first');
        await other.save('b', 'second');
        await other.save('a', 'third');
        expect([...(await store.all())].sort()).toEqual(['second', 'third']);
        await store.remove('a');
        await store.remove('a');
        await store.remove('never');
        expect(await other.all()).toEqual(['second']);
      }));

    it('takes slots and credentials of any length', () =>
      run(async ({ store, other }) => {
        const slot = `${'s'.repeat(4_000)}.key`;
        await store.save(slot, 'c'.repeat(100_000));
        await store.save(`${slot}2`, 'short');
        expect((await other.all()).map(({ length }) => length).sort()).toEqual([100_000, 5].sort());
      }));

    it('tells each process what the others change, by the time the change is done', () =>
      run(async ({ store, other }) => {
        await store.save('before', 'untold');
        const told = new Map<string, string | undefined>();
        const catchUp = await other.follow!((slot, credential) => void told.set(slot, credential));
        const isTold = async (slot: string, credential: string | undefined) =>
          expect
            .poll(() => {
              catchUp();
              return told.has(slot) && told.get(slot) === credential;
            })
            .toBe(true);
        await store.save('a', 'first');
        await isTold('a', 'first');
        await store.save('a', 'second');
        await store.save('b', 'third');
        await isTold('a', 'second');
        await isTold('b', 'third');
        await store.remove('a');
        await isTold('a', undefined);
        expect(told.has('before')).toBe(false);
      }));
  });
}
