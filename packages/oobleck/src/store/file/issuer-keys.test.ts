import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IssuerKeyStore } from '../../issuer/index.ts';
import { createMemoryIssuerKeys } from '../memory/issuer-keys.ts';
import { createFileIssuerKeys } from './issuer-keys.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'issuer-keys-'));
});
afterAll(() => rm(folder, { recursive: true }));

const stores: [string, () => IssuerKeyStore][] = [
  ['memory', createMemoryIssuerKeys],
  ['file', () => createFileIssuerKeys(join(folder, 'keys'))],
];

describe.each(stores)('%s issuer keys', (_, create) => {
  it('keep the first key of a day', async () => {
    const store = create();
    expect(await store.load(19_000)).toBeUndefined();
    const saved = await Promise.all([1, 2, 3].map((i) => store.save(19_000, Uint8Array.of(i, 9))));
    const kept = await store.load(19_000);
    expect(kept).toHaveLength(2);
    for (const key of saved) expect(key).toEqual(kept);
    expect(await store.load(19_001)).toBeUndefined();
    expect(await store.save(19_001, Uint8Array.of(7))).toEqual(Uint8Array.of(7));
  });
});

describe('file issuer keys', () => {
  it('outlive the process, readable by their owner only, without drafts left behind', async () => {
    const path = join(folder, 'private');
    await createFileIssuerKeys(path).save(5, Uint8Array.of(1, 2, 3));
    expect(await createFileIssuerKeys(path).load(5)).toEqual(Uint8Array.of(1, 2, 3));
    expect(await readdir(path)).toEqual(['issuer-key-5.der']);
    expect((await stat(join(path, 'issuer-key-5.der'))).mode & 0o777).toBe(0o600);
    expect((await stat(path)).mode & 0o777).toBe(0o700);
  });
});
