// Issuer keys as files of one folder, `issuer-key-{day}.der`, readable by their owner only (mode 0600). A key appears
// under its name whole and synced, or not at all; the first process to name a day's key wins.

import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { IssuerKeyStore } from '../../issuer/index.ts';
import { hasCode, syncFolder, writeSynced } from './synced-file.ts';

export function createFileIssuerKeys(folder: string): IssuerKeyStore {
  const pathOf = (day: number) => join(folder, `issuer-key-${day}.der`);
  return {
    load: (day) => readIfThere(pathOf(day)),
    async save(day, pkcs8) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const draft = join(folder, `.issuer-key-${day}-${randomUUID()}`);
      await writeSynced(draft, pkcs8, 'wx');
      try {
        await link(draft, pathOf(day));
        await syncFolder(folder);
      } catch (error) {
        if (!hasCode(error, 'EEXIST')) throw error;
      } finally {
        await unlink(draft);
      }
      return new Uint8Array(await readFile(pathOf(day)));
    },
  };
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
