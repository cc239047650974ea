// Key credentials in LMDB, flushed before their owner is told, and shared by all processes of a machine: each keeps its
// own index and follows what the others change.

import type { CredentialStore } from '../../directory/index.ts';
import { createChangeLog } from './change-log.ts';
import { keyOfText, type LmdbEnvironment } from './lmdb-folder.ts';

const CHANGES_KEPT = 10_000;
const CHANGES_READ = 256;

export function createLmdbCredentialStore(durable: LmdbEnvironment): CredentialStore {
  const table = durable.table('credentials');
  const changes = createChangeLog(durable.table('credential-changes'), CHANGES_KEPT);
  const change = (slot: string): void => {
    changes.append(Buffer.from(slot));
    changes.trim(CHANGES_READ);
  };
  return {
    all() {
      durable.refresh();
      return [...table.getRange()].map(({ value }) => value.toString());
    },
    save: (slot, credential) =>
      durable.run(() => {
        table.put(keyOfText(slot), Buffer.from(credential));
        change(slot);
      }),
    remove: (slot) =>
      durable.run(() => {
        if (!table.doesExist(keyOfText(slot))) return;
        table.remove(keyOfText(slot));
        change(slot);
      }),
    follow(receive) {
      durable.refresh();
      let read = changes.newest;
      return () => {
        durable.refresh();
        for (const { number, entry } of changes.since(read, CHANGES_READ)) {
          read = number;
          const slot = entry.toString();
          receive(slot, table.get(keyOfText(slot))?.toString());
        }
      };
    },
  };
}
