// The called side's encryption keys in memory: after a restart, calls sealed to the old key stay unverifiable until
// callers know the new one.

import type { KeyStore, StoredKey } from '../../verification/index.ts';

export function createMemoryMailboxKeys(): KeyStore {
  let kept: readonly StoredKey[] = [];
  return {
    load: () => kept,
    save(keys) {
      kept = keys;
    },
  };
}
