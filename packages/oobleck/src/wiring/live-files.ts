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
  const files: { readonly file: LiveFile; seen: string }[] = [];
  return {
    add(file) {
      files.push({ file, seen: stampOf(file) });
    },
    poll() {
      for (const one of files) {
        const stamp = stampOf(one.file);
        if (stamp === one.seen) continue;
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

function faultsOf({ load }: LiveFile): readonly string[] {
  try {
    load();
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
}

function stampOf({ paths }: LiveFile): string {
  return paths.map(stampOfPath).join(' ');
}

/** A file that is away for a moment, while it is replaced, has not changed yet. */
function stampOfPath(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? '-' : `${found.ino}:${found.size}:${found.mtimeMs}`;
}
