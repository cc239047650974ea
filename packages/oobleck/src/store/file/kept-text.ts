// One text on disk that must never go back: written beside, synced, then put in place.

import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { KeptText } from '../../trust/index.ts';
import { hasCode } from './synced-file.ts';

/** The folder must exist. */
export function createKeptText(path: string): KeptText {
  return {
    read() {
      try {
        return readFileSync(path, 'utf8');
      } catch (error) {
        if (hasCode(error, 'ENOENT')) return undefined;
        throw error;
      }
    },
    write(text) {
      const beside = `${path}.new`;
      const file = openSync(beside, 'w', 0o600);
      try {
        writeFileSync(file, text);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(beside, path);
    },
  };
}
