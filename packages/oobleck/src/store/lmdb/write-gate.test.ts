// What was told to be written is there, whoever opens the store meanwhile. Without the gate one in some eighty openings cost
// a transaction.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { type LmdbEnvironment, openLmdbFolder } from './lmdb-folder.ts';

const path = mkdtempSync(join(tmpdir(), 'oobleck-gate-'));
afterAll(() => rmSync(path, { recursive: true }));

const KEY = Buffer.from('count');

/** Adds one, again and again; each time it finds what it wrote before. @returns how many */
async function countUntil(environment: LmdbEnvironment, isOver: () => boolean): Promise<number> {
  const table = environment.table('counter');
  let expected = 0;
  for (; !isOver(); expected++) {
    const found = await environment.run(() => {
      const count = table.get(KEY)?.readUInt32BE() ?? 0;
      const next = Buffer.alloc(4);
      next.writeUInt32BE(count + 1);
      table.put(KEY, next);
      return count;
    });
    expect(found).toBe(expected);
  }
  return expected;
}

it('no transaction is lost while another process opens and closes the store', async () => {
  const folder = openLmdbFolder(path);
  const opener = fork(new URL('../../../test/lmdb-opener.ts', import.meta.url), [path]);
  const exit = once(opener, 'exit');
  try {
    await once(opener, 'message');
    const endMs = performance.now() + 6_000;
    const isOver = () => performance.now() > endMs;
    const written = await Promise.all([folder.durable, folder.live].map((one) => countUntil(one, isOver)));
    opener.send('stop');
    const [opened] = (await once(opener, 'message')) as [number];
    process.stdout.write(`${written.join(' and ')} transactions beside ${opened} openings\n`);
    expect(Math.min(...written)).toBeGreaterThan(0);
  } finally {
    opener.kill();
    await exit;
    await folder.close();
  }
}, 30_000);
