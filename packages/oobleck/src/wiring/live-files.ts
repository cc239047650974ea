// Files that are read again while the process runs: on SIGHUP, and when they have changed on disk. Their times are looked at every few
// seconds, since notices of the file system do not come from every kind of disk. A file that is at fault leaves what there was.

import { statSync } from 'node:fs';
import { ConfigurationError, type EventLog } from '../operate/index.ts';

export interface LiveFile {
  /** Whose it is, for the log. */
  readonly role: string;
  /** Absolute paths; a folder counts as changed when files come or go. */
  readonly paths: readonly string[];
  /** Reads the files and takes what they hold, or throws and leaves everything as it is. */
  readonly load: () => void;
}

export interface LiveFiles {
  /** From now on; what the files hold at this moment is taken already. */
  add(file: LiveFile): void;
  /** Reads what has changed since it was read. Faults are logged. */
  poll(): void;
  /** Reads everything. @throws ConfigurationError with the faults of all files, after those without fault were taken */
  reload(): void;
}

export function createLiveFiles(log: EventLog): LiveFiles {
  const files: { readonly file: LiveFile; seen: string | undefined }[] = [];
  return {
    add(file) {
      files.push({ file, seen: stampOf(file) });
    },
    poll() {
      for (const one of files) {
        const stamp = stampOf(one.file);
        if (stamp === one.seen || stamp === undefined) continue;
        one.seen = stamp;
        const { role } = one.file;
        try {
          one.file.load();
          log.info('reloaded', { role });
        } catch (error) {
          log.error('reload-failed', { role, error });
        }
      }
    },
    reload() {
      const faults: string[] = [];
      for (const one of files) {
        one.seen = stampOf(one.file);
        faults.push(...faultsOf(one.file));
      }
      if (faults.length > 0) throw new ConfigurationError(faults);
    },
  };
}

/** What a library says may quote the file; only its code is told. */
function faultsOf({ role, load }: LiveFile): readonly string[] {
  try {
    load();
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    const { code } = error as NodeJS.ErrnoException;
    return [`${role}: not of the form it must have${code === undefined ? '' : ` (${code})`}`];
  }
}

/** `undefined` while a file is away: whoever replaces it is not done yet. */
function stampOf({ paths }: LiveFile): string | undefined {
  const stamps = paths.map(stampOfPath);
  return stamps.includes(undefined) ? undefined : stamps.join(' ');
}

function stampOfPath(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && `${found.ino}:${found.size}:${found.mtimeMs}`;
}
