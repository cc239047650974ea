// Files that are there whole and synced, or not at all.

import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Writes a file of mode 0600, replacing what was there; on the disk when it resolves. */
export async function writeSynced(path: string, bytes: Uint8Array, flags: 'w' | 'wx' = 'w'): Promise<void> {
  const file = await open(path, flags, 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A file that was created or renamed in it is there after a crash. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Text that anybody may read, in place of what was there: whole and on the disk when it returns. Written beside under a
 * name of this process, synced, then put in place.
 */
export function replaceSynced(path: string, text: string): void {
  const beside = `${path}.${process.pid}.new`;
  syncing(beside, 'w', (file) => writeFileSync(file, text));
  renameSync(beside, path);
  syncing(dirname(path), 'r', () => undefined);
}

function syncing(path: string, flags: 'r' | 'w', use: (file: number) => void): void {
  const file = openSync(path, flags, 0o644);
  try {
    use(file);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}
