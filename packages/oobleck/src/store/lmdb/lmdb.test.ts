import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { MAXIMUM_SETS } from '../../cps/profiles/atis/index.ts';
import { testClearPassportStore } from '../clear-passport-store-contract.ts';
import { testCredentialStore } from '../credential-store-contract.ts';
import { testIssuerRecords } from '../issuer-records-contract.ts';
import { blobOf, START_MS, testMailboxStore } from '../mailbox-store-contract.ts';
import { testSeenTokens } from '../seen-tokens-contract.ts';
import { spentTokenOf, testSpentTokens } from '../spent-tokens-contract.ts';
import { testUsedPassports } from '../used-passports-contract.ts';
import { createLmdbClearPassportStore } from './clear-passport-store.ts';
import { createLmdbCredentialStore } from './credential-store.ts';
import { createLmdbIssuerKeys, createLmdbIssuerQuota } from './issuer-records.ts';
import { openLmdbFolder } from './lmdb-folder.ts';
import { createLmdbMailboxStore } from './mailbox-store.ts';
import { createLmdbSeenTokens } from './seen-tokens.ts';
import { createLmdbSpentTokens } from './spent-tokens.ts';
import { createLmdbUsedPassports } from './used-passports.ts';

const folders: string[] = [];
const freshFolder = (): string => {
  folders.push(mkdtempSync(join(tmpdir(), 'oobleck-lmdb-')));
  return folders.at(-1)!;
};
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

testMailboxStore('lmdb', async () => {
  const { live, close } = openLmdbFolder(freshFolder());
  return { store: createLmdbMailboxStore(live), other: createLmdbMailboxStore(live), close };
});

testSpentTokens('lmdb', async (now) => {
  const { durable, close } = openLmdbFolder(freshFolder());
  return { spent: createLmdbSpentTokens(durable, now), other: createLmdbSpentTokens(durable, now), close };
});

testUsedPassports('lmdb', async () => {
  const { live, close } = openLmdbFolder(freshFolder());
  return { used: createLmdbUsedPassports(live), other: createLmdbUsedPassports(live), close };
});

testCredentialStore('lmdb', async () => {
  const { durable, close } = openLmdbFolder(freshFolder());
  return { store: createLmdbCredentialStore(durable), other: createLmdbCredentialStore(durable), close };
});

testIssuerRecords('lmdb', async () => {
  const { durable, close } = openLmdbFolder(freshFolder());
  const create = () => ({ keys: createLmdbIssuerKeys(durable), quota: createLmdbIssuerQuota(durable) });
  return { records: create(), other: create(), close };
});

testClearPassportStore('lmdb', async () => {
  const { live, close } = openLmdbFolder(freshFolder());
  return { store: createLmdbClearPassportStore(live), other: createLmdbClearPassportStore(live), close };
});

testSeenTokens('lmdb', async () => {
  const { live, close } = openLmdbFolder(freshFolder());
  return { seen: createLmdbSeenTokens(live), other: createLmdbSeenTokens(live), close };
});

describe('what ends', () => {
  it('deposits are forgotten in slices, and may then be added again', async () => {
    const { live, close } = openLmdbFolder(freshFolder());
    const store = createLmdbMailboxStore(live);
    const early = { expiresAtMs: START_MS + 10_000 };
    for (let i = 0; i < 30; i++) await store.add(`box/${i % 3}`, blobOf(`early ${i}`, early));
    await store.add('box/0', blobOf('late'));
    expect(store.sweep(START_MS + 9_999, 20)).toBe(true);
    expect(store.sweep(START_MS + 10_000, 20)).toBe(false);
    expect(store.sweep(START_MS + 10_000, 20)).toBe(true);
    const again = blobOf('early 0', { depositedAtMs: START_MS + 11_000, expiresAtMs: START_MS + 41_000 });
    await store.add('box/0', again);
    const { blobs } = await store.list('box/0', START_MS + 11_000);
    expect(blobs.map(({ id }) => id).sort()).toEqual(['early 0', 'late']);
    expect(store.sweep(START_MS + 60_000)).toBe(true);
    expect(await store.list('box/0', START_MS)).toEqual({ blobs: [], isFlooded: false });
    await close();
  });

  it('spent tokens are forgotten when they are no longer accepted, in slices', async () => {
    const clock = { now: 1_700_000_000 };
    const { durable, close } = openLmdbFolder(freshFolder());
    const spent = createLmdbSpentTokens(durable, () => clock.now);
    const tokens = Array.from({ length: 8 }, (_, i) => spentTokenOf(`t${i}`, clock.now + 100));
    await spent.spend(tokens, 'digest');
    const late = spentTokenOf('late', clock.now + 101);
    await spent.spend([late], 'digest');
    clock.now += 99;
    expect(spent.sweep(5)).toBe(true);
    expect((await spent.spend([tokens[0]!], 'other')).state).toBe('other');
    clock.now += 1;
    expect(spent.sweep(5)).toBe(false);
    expect(spent.sweep(5)).toBe(true);
    expect((await spent.spend([late], 'other')).state).toBe('other');
    await close();
  });
});

const setOf = (passport: string, expiresAtMs: number, publishedAtMs = START_MS) => ({
  passports: [passport],
  digest: passport,
  publisher: '1234',
  publishedAtMs,
  expiresAtMs,
});

describe('PASSporTs in clear', () => {
  it('are forgotten in slices, and what lies there anew under the same key stays', async () => {
    const { live, close } = openLmdbFolder(freshFolder());
    const store = createLmdbClearPassportStore(live);
    await store.add('place', setOf('long', START_MS + 60_000));
    for (let i = 1; i <= MAXIMUM_SETS; i++) await store.add('place', setOf(`${i}`, START_MS + 5_000));
    expect(store.list('place', START_MS).map(({ digest }) => digest)).not.toContain('long');
    expect(store.sweep(START_MS + 4_999, 20)).toBe(true);
    expect(store.sweep(START_MS + 5_000, 20)).toBe(false);
    expect(store.sweep(START_MS + 5_000, 20)).toBe(true);
    expect(store.usedBytes).toBe(0);
    await store.add('place', setOf('long', START_MS + 90_000, START_MS + 31_000));
    expect(store.sweep(START_MS + 60_000)).toBe(true);
    expect(store.list('place', START_MS + 60_000).map(({ digest }) => digest)).toEqual(['long']);
    await close();
  });

  it('are bounded altogether: what does not fit is refused, and there is room again once something has ended', async () => {
    const { live, close } = openLmdbFolder(freshFolder());
    const store = createLmdbClearPassportStore(live, 1_000);
    const passport = 'x'.repeat(100);
    const end = START_MS + 5_000;
    const added = [];
    for (let i = 0; i < 8; i++) added.push(await store.add(`place ${i}`, setOf(passport, end)));
    expect(added.filter((one) => one === 'full').length).toBeGreaterThan(0);
    expect(added[0]).toBe('stored');
    expect(await store.add('place 0', setOf(passport, end + 1))).toBe('stored');
    expect(await store.add('another', setOf(passport, end + 5_000, end + 1))).toBe('stored');
    expect(store.list('another', end + 1)).toHaveLength(1);
    await close();
  });

  it('outlive the process, and a set added by one process is seen by another at once', async () => {
    const path = freshFolder();
    const before = openLmdbFolder(path);
    await createLmdbClearPassportStore(before.live).add('place', setOf('kept', START_MS + 60_000));
    expect(await createLmdbSeenTokens(before.live).see('id', START_MS + 60_000, START_MS)).toBe('new');
    await before.close();
    const after = openLmdbFolder(path);
    expect(createLmdbClearPassportStore(after.live).list('place', START_MS)).toHaveLength(1);
    expect(await createLmdbSeenTokens(after.live).see('id', START_MS + 60_000, START_MS)).toBe('seen');
    await after.close();
  });
});

describe('used access tokens', () => {
  it('are forgotten in slices when they have ended', async () => {
    const { live, close } = openLmdbFolder(freshFolder());
    const seen = createLmdbSeenTokens(live);
    await Promise.all(Array.from({ length: 30 }, (_, i) => seen.see(`id ${i}`, START_MS + 5_000, START_MS)));
    await seen.see('late', START_MS + 5_001, START_MS);
    expect(seen.sweep(START_MS + 4_999, 20)).toBe(true);
    expect(seen.size).toBe(31);
    expect(seen.sweep(START_MS + 5_000, 20)).toBe(false);
    expect(seen.sweep(START_MS + 5_000, 20)).toBe(true);
    expect(seen.size).toBe(1);
    expect(await seen.see('late', START_MS + 9_000, START_MS + 5_000)).toBe('seen');
    await close();
  });

  it('a full record takes nothing more until something in it has ended, and forgets nothing before', async () => {
    const { live, close } = openLmdbFolder(freshFolder());
    const seen = createLmdbSeenTokens(live, 20);
    const first = Array.from({ length: 25 }, (_, i) =>
      seen.see(`id ${i}`, START_MS + (i < 10 ? 2_000 : 60_000), START_MS),
    );
    const states = await Promise.all(first);
    expect(states.map((state) => state === 'new')).toEqual(states.map((_, i) => i < 20));
    expect(states.slice(20)).toEqual(Array(5).fill('full'));
    expect(await seen.see('id 0', START_MS + 60_000, START_MS + 1_999)).toBe('seen');
    expect(await seen.see('more', START_MS + 60_000, START_MS + 2_000)).toBe('new');
    expect(await seen.see('id 19', START_MS + 60_000, START_MS + 2_000)).toBe('seen');
    await close();
  });
});

describe('the folder', () => {
  it('keeps what is durable over a start of the machine, and begins anew with what is live', async () => {
    const path = freshFolder();
    const before = openLmdbFolder(path, { bootId: 'first' });
    await createLmdbMailboxStore(before.live).add('box/0', blobOf('a'));
    await createLmdbCredentialStore(before.durable).save('slot', 'text');
    await before.close();
    const same = openLmdbFolder(path, { bootId: 'first' });
    expect((await createLmdbMailboxStore(same.live).list('box/0', START_MS)).blobs).toHaveLength(1);
    await same.close();
    const after = openLmdbFolder(path, { bootId: 'second' });
    expect((await createLmdbMailboxStore(after.live).list('box/0', START_MS)).blobs).toEqual([]);
    expect(await createLmdbCredentialStore(after.durable).all()).toEqual(['text']);
    expect(readdirSync(path).filter((name) => name.includes('first'))).toEqual([]);
    await after.close();
  });
});

describe('processes that share a folder', () => {
  const child = new URL('../../../test/lmdb-worker.ts', import.meta.url);

  it('spend each token once, and see and watch what the others add', async () => {
    const path = freshFolder();
    const { live, close } = openLmdbFolder(path);
    const store = createLmdbMailboxStore(live);
    const seen = new Set<string>();
    const end = store.watch('box', (_shard, { id }) => void seen.add(id));
    const workers = ['one', 'two'].map((name) => fork(child, [path, name]));
    const exits = workers.map((worker) => once(worker, 'exit'));
    const answers = await Promise.all(workers.map((worker) => once(worker, 'message')));
    const won = answers.flatMap(([message]) => message as string[]);
    expect(won.sort()).toEqual(Array.from({ length: 500 }, (_, i) => `token ${i}`).sort());
    expect((await store.list('box/0', START_MS)).blobs).toHaveLength(200);
    await expect.poll(() => seen.size, { timeout: 5_000 }).toBe(200);
    end();
    await Promise.all(exits);
    await close();
  });
});
