import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { blobOf, START_MS } from '../mailbox-store-contract.ts';
import { createLmdbCredentialStore } from './credential-store.ts';
import { openLmdbFolder } from './lmdb-folder.ts';
import type { LmdbStep } from './lmdb-schema.ts';
import { tableOf } from './lmdb-table.ts';
import { createLmdbMailboxStore } from './mailbox-store.ts';

const folders: string[] = [];
const freshFolder = (): string => {
  folders.push(mkdtempSync(join(tmpdir(), 'oobleck-lmdb-')));
  return folders.at(-1)!;
};
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const RECORDS = 20;
const texts = Array.from({ length: RECORDS }, (_, at) => `credential ${at}`).sort();

/** A folder of version 1, as if that had kept credentials in base64 and in a table of another name. */
async function writeOld(): Promise<string> {
  const path = freshFolder();
  const { durable, close } = openLmdbFolder(path);
  const table = durable.table('old-credentials');
  await durable.run(() => {
    for (const text of texts) table.put(Buffer.from(text), Buffer.from(btoa(text)));
  });
  await close();
  return path;
}

/** @param breakAfter records, what a step fails at */
const decode =
  (breakAfter = RECORDS): LmdbStep =>
  (root) => {
    const [old, credentials] = [tableOf(root, 'old-credentials'), tableOf(root, 'credentials')];
    for (const [at, { key, value }] of [...old.getRange()].entries()) {
      if (at === breakAfter) throw new Error('broken off');
      credentials.put(key, Buffer.from(atob(value.toString())));
      old.remove(key);
    }
  };

const decodeNothing: LmdbStep = () => undefined;
const fail: LmdbStep = () => {
  throw new Error('broken off');
};

describe('the schema of an LMDB folder', () => {
  it('is upgraded: what an older version stored is what this one reads, and once only', async () => {
    const path = await writeOld();
    for (const _ of ['first', 'second']) {
      const { durable, close } = openLmdbFolder(path, { steps: { durable: [decode()] } });
      expect([...(await createLmdbCredentialStore(durable).all())].sort()).toEqual(texts);
      await close();
    }
  });

  it('steps are taken in order, those only that are left', async () => {
    const path = freshFolder();
    await openLmdbFolder(path).close();
    const done: string[] = [];
    const steps: LmdbStep[] = [() => void done.push('1 to 2'), () => void done.push('2 to 3')];
    await openLmdbFolder(path, { steps: { durable: steps.slice(0, 1) } }).close();
    expect(done).toEqual(['1 to 2']);
    await openLmdbFolder(path, { steps: { durable: steps } }).close();
    await openLmdbFolder(path, { steps: { durable: steps } }).close();
    expect(done).toEqual(['1 to 2', '2 to 3']);
  });

  it('a step that fails halfway leaves version and records as they were, what the step before it did too', async () => {
    const path = await writeOld();
    for (const steps of [[decode(RECORDS / 2)], [decode(), decodeNothing, fail]]) {
      const from = steps.length;
      const open = () => openLmdbFolder(path, { steps: { durable: steps } });
      expect(open).toThrow(`the upgrade from schema version ${from} to ${from + 1} failed`);
      expect(open).toThrow(expect.objectContaining({ cause: new Error('broken off') }));
      const { durable, close } = openLmdbFolder(path); // of version 1, so it still has it
      const old = [...durable.table('old-credentials').getRange()];
      expect(old.map(({ value }) => atob(value.toString())).sort()).toEqual(texts);
      expect(await createLmdbCredentialStore(durable).all()).toEqual([]);
      await close();
    }
    const { durable, close } = openLmdbFolder(path, { steps: { durable: [decode()] } });
    expect([...(await createLmdbCredentialStore(durable).all())].sort()).toEqual(texts);
    await close();
  });

  it('of what is live has a version of its own: deposits are upgraded, or stay with the older program', async () => {
    const path = freshFolder();
    const before = openLmdbFolder(path);
    await createLmdbMailboxStore(before.live).add('box/0', blobOf('a'));
    await before.close();
    /** As if the next version named shards otherwise. */
    const rename: LmdbStep = (root) => {
      const blobs = tableOf(root, 'blobs');
      for (const { key, value } of [...blobs.getRange()]) {
        blobs.put(Buffer.from(key.toString().replace('box/', 'mailbox/')), value);
        blobs.remove(key);
      }
    };
    expect(() => openLmdbFolder(path, { steps: { live: [rename, fail] } })).toThrow('version 2 to 3 failed');
    const same = openLmdbFolder(path);
    expect((await createLmdbMailboxStore(same.live).list('box/0', START_MS)).blobs).toHaveLength(1);
    await same.close();
    const after = openLmdbFolder(path, { steps: { live: [rename] } });
    expect((await createLmdbMailboxStore(after.live).list('mailbox/0', START_MS)).blobs).toHaveLength(1);
    await after.close();
    expect(() => openLmdbFolder(path)).toThrow('the store has schema version 2, this program knows up to 1');
  });

  it('is upgraded once by processes that start at once', async () => {
    const path = freshFolder();
    const { durable, close } = openLmdbFolder(path);
    await createLmdbCredentialStore(durable).save('slot', 'credential');
    await close();
    const child = new URL('../../../test/lmdb-upgrade-worker.ts', import.meta.url);
    const workers = [fork(child, [path]), fork(child, [path])];
    const exits = workers.map((worker) => once(worker, 'exit'));
    await Promise.all(workers.map((worker) => once(worker, 'message')));
    const read = workers.map((worker) => once(worker, 'message'));
    for (const worker of workers) worker.send('open');
    expect((await Promise.all(read)).map(([text]) => text)).toEqual(Array(2).fill('credential, upgraded'));
    await Promise.all(exits);
  });

  it('of a newer program is refused and left as it is', async () => {
    const path = freshFolder();
    const steps: LmdbStep[] = [() => undefined, () => undefined];
    await openLmdbFolder(path, { steps: { durable: steps } }).close();
    expect(() => openLmdbFolder(path)).toThrow('the store has schema version 3, this program knows up to 1');
    await openLmdbFolder(path, { steps: { durable: steps } }).close();
  });
});
