// What every store of PASSporTs in clear has to do, whatever it stands on. Each adapter's test calls it.

import { describe, expect, it } from 'vitest';
import { type ClearPassportStore, MAXIMUM_SETS, type PublishedSet } from '../cps/profiles/atis/index.ts';

export interface ClearPassportStoreUnderTest {
  readonly store: ClearPassportStore;
  /** A second view of the same store, as another worker has it. */
  readonly other: ClearPassportStore;
  close?(): Promise<void>;
}

/** @param create an empty store */
export function testClearPassportStore(
  name: string,
  create: () => Promise<ClearPassportStoreUnderTest>,
): void {
  describe(`${name}: PASSporTs in clear`, () => {
    const start = 1_800_000_000_000;
    const setOf = (passport: string, more: Partial<PublishedSet> = {}): PublishedSet => ({
      passports: [passport],
      digest: (more.passports ?? [passport]).join(),
      publisher: '1234',
      publishedAtMs: start,
      expiresAtMs: start + 15_000,
      ...more,
    });
    const run = async (play: (subject: ClearPassportStoreUnderTest) => Promise<void>) => {
      const subject = await create();
      try {
        await play(subject);
      } finally {
        await subject.close?.();
      }
    };
    const textsIn = async (store: ClearPassportStore, place: string, nowMs: number) =>
      (await store.list(place, nowMs)).map(({ passports }) => passports.join());

    it('calls between the same two parties lie side by side, the newest first', () =>
      run(async ({ store, other }) => {
        expect(await store.add('b/a', setOf('first'))).toBe('stored');
        await other.add(
          'b/a',
          setOf('second', { publishedAtMs: start + 1, passports: ['second', 'diverted'] }),
        );
        await store.add('c/a', setOf('elsewhere'));
        expect(await textsIn(store, 'b/a', start + 2)).toEqual(['second,diverted', 'first']);
        expect(await textsIn(other, 'c/a', start + 2)).toEqual(['elsewhere']);
        expect(await textsIn(store, 'a/b', start + 2)).toEqual([]);
      }));

    it('the same PASSporTs again are one set, with the later end', () =>
      run(async ({ store }) => {
        await store.add('b/a', setOf('same', { expiresAtMs: start + 20_000 }));
        await store.add('b/a', setOf('newer'));
        await store.add('b/a', setOf('same', { expiresAtMs: start + 10_000 }));
        // It came last, so it comes first.
        expect(await textsIn(store, 'b/a', start + 1)).toEqual(['same', 'newer']);
        expect(await textsIn(store, 'b/a', start + 19_999)).toEqual(['same']);
      }));

    it('each set is seen until its own end, and not a millisecond longer', () =>
      run(async ({ store }) => {
        await store.add('b/a', setOf('short', { expiresAtMs: start + 5_000 }));
        await store.add('b/a', setOf('long'));
        expect(await textsIn(store, 'b/a', start + 4_999)).toEqual(['long', 'short']);
        expect(await textsIn(store, 'b/a', start + 5_000)).toEqual(['long']);
        expect(await textsIn(store, 'b/a', start + 15_000)).toEqual([]);
      }));

    it('what has ended and is published anew is there until its new end', () =>
      run(async ({ store, other }) => {
        await store.add('b/a', setOf('again', { expiresAtMs: start + 1_000 }));
        const anew = { publishedAtMs: start + 2_000, expiresAtMs: start + 3_000.5 };
        await other.add('b/a', setOf('again', anew));
        expect(await store.list('b/a', start + 3_000)).toEqual([setOf('again', anew)]);
        expect(await textsIn(store, 'b/a', start + 3_001)).toEqual([]);
      }));

    it('in a crowded place what has ended gives way first, and the same again takes no more room', () =>
      run(async ({ store }) => {
        await store.add('b/a', setOf('ended', { publisher: '1111', expiresAtMs: start + 1_000 }));
        for (let i = 1; i < MAXIMUM_SETS; i++) await store.add('b/a', setOf(`set ${i}`));
        const late = { publishedAtMs: start + 1_000 };
        await store.add('b/a', setOf('late', late));
        await store.add('b/a', setOf('set 1', late));
        const texts = await textsIn(store, 'b/a', start + 1_000);
        const others = Array.from({ length: MAXIMUM_SETS - 2 }, (_, i) => `set ${MAXIMUM_SETS - 1 - i}`);
        expect(texts).toEqual(['set 1', 'late', ...others]);
      }));

    it('sets that come at once all lie there', () =>
      run(async ({ store, other }) => {
        const names = Array.from({ length: MAXIMUM_SETS }, (_, i) => `set ${i}`);
        await Promise.all(names.map(async (one, i) => (i % 2 ? store : other).add('b/a', setOf(one))));
        expect((await textsIn(store, 'b/a', start)).toSorted()).toEqual(names.toSorted());
      }));

    it('nobody pushes out what others published', () =>
      run(async ({ store }) => {
        await store.add('b/a', setOf('honest', { publisher: '1111' }));
        for (let i = 0; i < MAXIMUM_SETS + 20; i++) await store.add('b/a', setOf(`flood ${i}`));
        const texts = await textsIn(store, 'b/a', start + 1);
        expect(texts).toHaveLength(MAXIMUM_SETS);
        expect(texts.at(-1)).toBe('honest');
        expect(texts[0]).toBe(`flood ${MAXIMUM_SETS + 19}`);
        expect(texts).not.toContain('flood 0');
      }));
  });
}
