// What every store of live deposits has to do, whatever it stands on. Each adapter's test calls it.

import { describe, expect, it, vi } from 'vitest';
import type { MailboxStore, StoredBlob } from '../cps/index.ts';

export interface MailboxStoreUnderTest {
  readonly store: MailboxStore;
  /** A second view of the same store, as another worker has it. */
  readonly other: MailboxStore;
  close?(): Promise<void>;
}

/** Milliseconds since 1970. */
export const START_MS = 1_800_000_000_000;

/** A blob with defaults; `id` names it. */
export function blobOf(id: string, more: Partial<StoredBlob> = {}): StoredBlob {
  return {
    id,
    bytes: new TextEncoder().encode(`bytes of ${id}`),
    hash: new TextEncoder().encode(`hash of ${id}`.padEnd(32)),
    depositedAtMs: START_MS,
    expiresAtMs: START_MS + 30_000,
    stake: 0,
    retractHash: `retract ${id}`,
    ...more,
  };
}

const PATIENCE = { timeout: 10_000, interval: 5 };

/**
 * A subscription may take its time between processes: adds until one arrives.
 * @returns the ids that were added
 */
async function untilWatching(store: MailboxStore, box: string, told: readonly string[]): Promise<string[]> {
  const added: string[] = [];
  await vi.waitFor(async () => {
    const id = `probe ${told.length} ${added.length}`;
    added.push(id);
    await store.add(`${box}/9`, blobOf(id));
    expect(added.some((one) => told.includes(one))).toBe(true);
  }, PATIENCE);
  await vi.waitFor(() => expect(told).toContain(added.at(-1)), PATIENCE);
  return added;
}

/** @param create an empty store that takes 256 live blobs a shard */
export function testMailboxStore(name: string, create: () => Promise<MailboxStoreUnderTest>): void {
  describe(`${name}: mailbox store`, () => {
    const run = async (play: (subject: MailboxStoreUnderTest) => Promise<void>) => {
      const subject = await create();
      try {
        await play(subject);
      } finally {
        await subject.close?.();
      }
    };
    const idsIn = async (store: MailboxStore, shard: string, nowMs = START_MS) =>
      (await store.list(shard, nowMs)).blobs.map(({ id }) => id).sort();

    it('gives back what was added, to that shard only', () =>
      run(async ({ store, other }) => {
        const blob = blobOf('a', { stake: 3 });
        await store.add('box/0', blob);
        expect(await other.list('box/0', START_MS)).toEqual({ blobs: [blob], isFlooded: false });
        for (const shard of ['box/1', 'box', 'other/0', ''])
          expect(await other.list(shard, START_MS)).toEqual({ blobs: [], isFlooded: false });
      }));

    it('brings what is chosen by stake, hash and length, in the order chosen', () =>
      run(async ({ store, other }) => {
        for (const count of [5, 40]) {
          const shard = `box/${count}`;
          const added = Array.from({ length: count }, (_, i) => {
            const bytes = new Uint8Array(i % 2 === 0 ? 2_048 : 8_192).fill(i);
            return blobOf(`id ${i}`, { stake: i % 3, bytes, hash: new Uint8Array(32).fill(i) });
          });
          await Promise.all(added.map((blob) => store.add(shard, blob)));
          const seen: number[] = [];
          const { blobs, isFlooded } = await other.list(shard, START_MS, (heads) => {
            const inOrder = [...heads].sort((a, b) => a.hash[0]! - b.hash[0]!);
            seen.push(...inOrder.flatMap(({ hash, stake, length }) => [hash[0]!, stake, length]));
            return [inOrder[4]!, inOrder[1]!];
          });
          expect(seen).toEqual(added.flatMap(({ stake, bytes }, i) => [i, stake, bytes.length]));
          expect([blobs, isFlooded]).toEqual([[added[4], added[1]], false]);
          expect((await store.list(shard, START_MS, () => [])).blobs).toEqual([]);
          expect((await store.list(shard, START_MS)).blobs).toHaveLength(count);
        }
      }));

    it('is a set: the same id again changes nothing, whatever it brings', () =>
      run(async ({ store, other }) => {
        const first = blobOf('a');
        await store.add('box/0', first);
        await other.add('box/0', blobOf('a', { expiresAtMs: START_MS + 60_000, stake: 7 }));
        expect((await store.list('box/0', START_MS)).blobs).toEqual([first]);
        await store.add('box/0', blobOf('b'));
        expect(await idsIn(store, 'box/0')).toEqual(['a', 'b']);
      }));

    it('the same id may lie in two shards', () =>
      run(async ({ store }) => {
        await store.add('box/0', blobOf('a'));
        await store.add('box/1', blobOf('a'));
        expect(await idsIn(store, 'box/0')).toEqual(['a']);
        expect(await idsIn(store, 'box/1')).toEqual(['a']);
      }));

    it('shows nothing from the moment it expires', () =>
      run(async ({ store }) => {
        await store.add('box/0', blobOf('short', { expiresAtMs: START_MS + 10_000 }));
        await store.add('box/0', blobOf('long', { expiresAtMs: START_MS + 60_000 }));
        expect(await idsIn(store, 'box/0', START_MS + 9_999)).toEqual(['long', 'short']);
        expect(await idsIn(store, 'box/0', START_MS + 10_000)).toEqual(['long']);
        expect(await idsIn(store, 'box/0', START_MS + 60_000)).toEqual([]);
      }));

    it('takes back by hash, wherever it lies, for good', () =>
      run(async ({ store, other }) => {
        await store.add('box/0', blobOf('a', { retractHash: 'shared' }));
        await store.add('box/1', blobOf('b', { retractHash: 'shared' }));
        await store.add('box/1', blobOf('c'));
        await store.add('box/2', blobOf('d'));
        await other.retract(['shared', 'unknown', 'retract d']);
        expect(await idsIn(store, 'box/0')).toEqual([]);
        expect(await idsIn(store, 'box/1')).toEqual(['c']);
        expect(await idsIn(store, 'box/2')).toEqual([]);
        await store.add('box/0', blobOf('a', { retractHash: 'shared' }));
        expect(await idsIn(store, 'box/0')).toEqual([]);
        await other.retract(['shared']);
        await other.retract([]);
        expect(await idsIn(store, 'box/1')).toEqual(['c']);
      }));

    it('keeps 256 in a shard; beyond, one of the lowest stake gives way and does not come back', () =>
      run(async ({ store }) => {
        for (let i = 0; i < 255; i++) await store.add('box/0', blobOf(`plain ${i}`));
        await store.add('box/0', blobOf('staked', { stake: 1 }));
        expect((await store.list('box/0', START_MS)).isFlooded).toBe(false);
        const added = Array.from({ length: 40 }, (_, i) => blobOf(`more ${i}`, { stake: i < 20 ? 1 : 0 }));
        for (const blob of added) await store.add('box/0', blob);
        const { blobs, isFlooded } = await store.list('box/0', START_MS);
        expect(blobs).toHaveLength(256);
        expect(isFlooded).toBe(true);
        expect(blobs.filter(({ stake }) => stake === 1)).toHaveLength(21);
        const before = await idsIn(store, 'box/0');
        for (let i = 0; i < 255; i++) await store.add('box/0', blobOf(`plain ${i}`));
        expect(await idsIn(store, 'box/0')).toEqual(before);
        expect((await store.list('box/1', START_MS)).isFlooded).toBe(false);
      }));

    it('which one gives way is chance: neither the oldest nor the newest has the better of it', () =>
      run(async ({ store }) => {
        const [room, arrivals, shards, parts] = [256, 512, 4, 4];
        const survived = new Array<number>(parts).fill(0);
        const partOf = (at: number): number => Math.floor((at * parts) / arrivals);
        for (let shard = 0; shard < shards; shard++) {
          for (let at = 0; at < arrivals; at++) await store.add(`box/${shard}`, blobOf(String(at)));
          const { blobs } = await store.list(`box/${shard}`, START_MS);
          expect(blobs).toHaveLength(room);
          for (const { id } of blobs) survived[partOf(Number(id))]!++;
        }
        const chances = Array.from({ length: arrivals }, (_, at) => {
          // Each arrival beyond the room, one's own included, drops one of 257.
          const draws = arrivals - Math.max(at, room);
          return (room / (room + 1)) ** draws;
        });
        for (const [part, count] of survived.entries()) {
          const own = chances.filter((_, at) => partOf(at) === part);
          const expected = shards * own.reduce((sum, chance) => sum + chance, 0);
          const variance = shards * own.reduce((sum, chance) => sum + chance * (1 - chance), 0);
          expect(Math.abs(count - expected), `part ${part}`).toBeLessThan(5 * Math.sqrt(variance));
        }
      }));

    it('what has expired or was retracted takes no room', () =>
      run(async ({ store }) => {
        for (let i = 0; i < 256; i++)
          await store.add(
            'box/0',
            blobOf(`old ${i}`, { expiresAtMs: START_MS + (i < 128 ? 10_000 : 30_000) }),
          );
        await store.retract(Array.from({ length: 64 }, (_, i) => `retract old ${128 + i}`));
        const later = { depositedAtMs: START_MS + 10_000, expiresAtMs: START_MS + 40_000 };
        for (let i = 0; i < 192; i++) await store.add('box/0', blobOf(`new ${i}`, later));
        const { blobs, isFlooded } = await store.list('box/0', START_MS + 10_000);
        expect([blobs.length, isFlooded]).toEqual([256, false]);
      }));

    it('says for a minute that a shard is flooded', () =>
      run(async ({ store }) => {
        const lasting = { expiresAtMs: START_MS + 60_000 };
        for (let i = 0; i < 257; i++) await store.add('box/0', blobOf(`blob ${i}`, lasting));
        expect((await store.list('box/0', START_MS + 59_999)).isFlooded).toBe(true);
        expect((await store.list('box/0', START_MS + 60_000)).isFlooded).toBe(false);
      }));

    it('tells who watches a mailbox of each blob once, through whichever worker it was added', () =>
      run(async ({ store, other }) => {
        await store.add('box/0', blobOf('earlier'));
        const told: { shard: number; blob: StoredBlob }[] = [];
        const again: string[] = [];
        const end = store.watch('box', (shard, blob) => void told.push({ shard, blob }));
        const endAgain = store.watch('box', (_shard, blob) => void again.push(blob.id));
        const watching = await untilWatching(other, 'box', again);
        const blob = blobOf('a', { stake: 2 });
        await other.add('box/0', blob);
        await other.add('box/0', blob);
        await store.add('box/0', blobOf('earlier'));
        await store.add('box/65535', blobOf('a', { hash: new Uint8Array(32).fill(1) }));
        for (const shard of ['other/0', 'bo/0', 'box2/0']) await other.add(shard, blobOf('b'));
        await other.add('box/3', blobOf('last'));
        await vi.waitFor(() => expect(told.at(-1)!.blob.id).toBe('last'), PATIENCE);
        const news = told.filter((one) => !watching.includes(one.blob.id));
        expect(news).toEqual([
          { shard: 0, blob },
          { shard: 65_535, blob: blobOf('a', { hash: new Uint8Array(32).fill(1) }) },
          { shard: 3, blob: blobOf('last') },
        ]);
        await vi.waitFor(() => expect(again.at(-1)).toBe('last'), PATIENCE);
        endAgain();
        endAgain();
        await other.add('box/0', blobOf('one more'));
        await vi.waitFor(() => expect(told.at(-1)!.blob.id).toBe('one more'), PATIENCE);
        end();
        await other.add('box/0', blobOf('unheard'));
        const final = store.watch('box', (_shard, { id }) => void again.push(id));
        await untilWatching(other, 'box', again);
        final();
        expect(told.at(-1)!.blob.id).toBe('one more');
        expect(again).not.toContain('one more');
        expect(again).not.toContain('unheard');
      }));

    it('many at once all arrive', () =>
      run(async ({ store, other }) => {
        const adds = Array.from({ length: 200 }, (_, i) =>
          (i % 2 === 0 ? store : other).add('box/0', blobOf(`blob ${i % 100}`)),
        );
        await Promise.all(adds);
        expect(await idsIn(store, 'box/0')).toHaveLength(100);
      }));
  });
}
