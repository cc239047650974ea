// Key credentials in memory: gone with the process, and registered again by their owners.

import type { CredentialStore } from '../../directory/index.ts';

export function createMemoryCredentialStore(): CredentialStore {
  const slots = new Map<string, string>();
  return {
    all: () => [...slots.values()],
    save(slot, credential) {
      slots.set(slot, credential);
    },
    remove(slot) {
      slots.delete(slot);
    },
  };
}
