// Files that commands write: whole or not at all, since a half-written key is worse than none.

import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { CommandFault } from './command-fault.ts';
import { EXIT } from './exit-code.ts';

/** For its owner only. What is there already stays, unless `isForced`. @throws CommandFault */
export function writeSecret(path: string, content: string, isForced: boolean): void {
  write(path, content, 0o600, isForced);
}

function write(path: string, content: string, mode: number, isReplaced: boolean): void {
  const draft = `${path}.${process.pid}.new`;
  try {
    writeFileSync(draft, content, { mode, flag: 'wx', flush: true });
    // A link never replaces what is there, a rename always does.
    if (isReplaced) renameSync(draft, path);
    else linkSync(draft, path);
  } catch (cause) {
    throw unwritable(path, cause);
  } finally {
    rmSync(draft, { force: true });
  }
}

function unwritable(path: string, cause: unknown): CommandFault {
  const { code = 'unknown error' } = cause as NodeJS.ErrnoException;
  if (code === 'EEXIST') return new CommandFault(`${path}: is there already; --force replaces it`);
  const isUsage = code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR' || code === 'ENOTDIR';
  return new CommandFault(`${path}: cannot be written (${code})`, isUsage ? EXIT.usage : EXIT.unavailable);
}
