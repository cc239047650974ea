// Issuer keys in memory: for one process whose tokens may end with it, such as the lab.

import type { IssuerKeyStore } from '../../issuer/index.ts';

export function createMemoryIssuerKeys(): IssuerKeyStore {
  const keys = new Map<number, Uint8Array>();
  return {
    load: async (day) => keys.get(day),
    async save(day, pkcs8) {
      const kept = keys.get(day) ?? pkcs8;
      keys.set(day, kept);
      return kept;
    },
  };
}
