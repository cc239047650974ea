import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAXIMUM_BLOBS_PER_SHARD } from '@oobleck/stir/mailbox';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { blobOf, START_MS } from '../mailbox-store-contract.ts';
import type { ChangeLog } from './change-log.ts';
import { type LmdbFolder, openLmdbFolder } from './lmdb-folder.ts';
import { createLmdbMailboxStore } from './mailbox-store.ts';
import { createShardBounds } from './shard-bounds.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function freshFolder(): { path: string; folder: LmdbFolder } {
  const path = mkdtempSync(join(tmpdir(), 'oobleck-lmdb-'));
  folders.push(path);
  return { path, folder: openLmdbFolder(path) };
}

const MOST = 4;
const KEPT = 6;
type Step =
  | {
      readonly by: number;
      readonly adds: readonly number[];
      readonly takes: readonly number[];
      readonly fails: boolean;
    }
  | 'trim';

/** Shards as lists of names, and a log, of which a failed transaction leaves nothing. */
function createWorld() {
  let state = {
    shards: new Map<number, number>(),
    log: [] as { number: number; entry: Buffer }[],
    newest: 0,
  };
  const copy = () => ({ ...state, shards: new Map(state.shards), log: [...state.log] });
  const news: ChangeLog = {
    begin: () => undefined,
    get newest() {
      return state.newest;
    },
    append(entry) {
      state.log.push({ number: ++state.newest, entry });
      return state.newest;
    },
    since: (number, maximum) => state.log.filter((one) => one.number > number).slice(0, maximum),
    trim: () => {
      state.log = state.log.slice(-KEPT);
    },
  };
  const countOf = (shard: number): number => state.shards.get(shard) ?? 0;
  return {
    news,
    countOf,
    change: (shard: number, by: number) => void state.shards.set(shard, Math.max(0, countOf(shard) + by)),
    /** @returns what undoes all that is done from now on */
    mark() {
      const before = copy();
      return () => {
        state = before;
      };
    },
  };
}

describe('the bound of a shard', () => {
  it('is never less than what lies there, whoever adds, takes away and fails, and exact beyond the most', () => {
    const shard = fc.integer({ min: 0, max: 2 });
    const transaction = fc.record({
      by: fc.integer({ min: 0, max: 1 }),
      takes: fc.array(shard, { maxLength: 3 }),
      adds: fc.array(shard, { maxLength: 4 }),
      fails: fc.boolean(),
    });
    const steps: fc.Arbitrary<Step[]> = fc.array(
      fc.oneof({ arbitrary: transaction, weight: 8 }, fc.constant('trim' as const)),
      {
        maxLength: 40,
      },
    );
    fc.assert(
      fc.property(steps, (played) => {
        const world = createWorld();
        const processes = [0, 1].map(() => {
          const count = (name: string) => Math.min(MOST + 1, world.countOf(Number(name)));
          return { bounds: createShardBounds(world.news, MOST, count), isKept: true };
        });
        for (const step of played) {
          if (step === 'trim') {
            world.news.trim(KEPT);
            continue;
          }
          const process = processes[step.by]!;
          const undo = world.mark();
          process.bounds.begin(process.isKept);
          process.isKept = !step.fails;
          for (const one of step.takes) world.change(one, -1);
          for (const one of step.adds) {
            world.change(one, 1);
            const bound = process.bounds.added(`${one}`, world.news.append(Buffer.from(`${one}\0id`)));
            expect(bound).toBeGreaterThanOrEqual(Math.min(MOST + 1, world.countOf(one)));
            if (bound > MOST) expect(world.countOf(one)).toBeGreaterThan(MOST);
          }
          if (step.fails) undo();
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('saves counting: a shard is counted once, and again when it may be full', () => {
    const world = createWorld();
    let counted = 0;
    const bounds = createShardBounds(world.news, 256, (shard) => {
      counted++;
      return world.countOf(Number(shard));
    });
    for (let at = 0; at < 250; at++) {
      bounds.begin(true);
      world.change(0, 1);
      expect(bounds.added('0', world.news.append(Buffer.from('0\0id')))).toBe(at + 1);
    }
    expect(counted).toBe(1);
  });

  it('counted in a transaction that failed is forgotten: the shard takes no more than it may', async () => {
    const { folder } = freshFolder();
    const store = createLmdbMailboxStore(folder.live);
    const add = async (id: string) => store.add('box/0', blobOf(id));
    await Promise.all(Array.from({ length: MAXIMUM_BLOBS_PER_SHARD }, (_, i) => add(`blob ${i}`)));
    // One transaction: all are taken back, one is added to what is then empty, and then it fails.
    const hashes = (await store.list('box/0', START_MS)).blobs.map(({ retractHash }) => retractHash);
    const results = await Promise.allSettled([
      store.retract(hashes),
      add('of the failed one'),
      folder.live.run(() => {
        throw new Error('failed');
      }),
    ]);
    expect(results.map(({ status }) => status)).toEqual(Array(3).fill('rejected'));
    for (let i = 0; i < 20; i++) await add(`more ${i}`);
    expect((await store.list('box/0', START_MS)).blobs).toHaveLength(MAXIMUM_BLOBS_PER_SHARD);
    await folder.close();
  });

  it('holds where several processes flood a shard at once', async () => {
    const { path, folder } = freshFolder();
    const child = new URL('../../../test/lmdb-flood-worker.ts', import.meta.url);
    const workers = ['one', 'two'].map((name) => fork(child, [path, name]));
    const exits = workers.map((worker) => once(worker, 'exit'));
    await Promise.all(workers.map((worker) => once(worker, 'message')));
    const most = workers.map((worker) => once(worker, 'message'));
    for (const worker of workers) worker.send('flood');
    for (const [found] of await Promise.all(most)) expect(found).toBeLessThanOrEqual(MAXIMUM_BLOBS_PER_SHARD);
    const lying = await createLmdbMailboxStore(folder.live).list('box/0', 1_800_000_000_000);
    expect(lying.blobs).toHaveLength(MAXIMUM_BLOBS_PER_SHARD);
    await Promise.all(exits);
    await folder.close();
  });
});
