// Spent tokens in memory: for one process whose issuers' keys end with it. Tokens of one key expire together, so they
// lie in one map per expiry and are dropped by the map.

import type { Spend, SpentTokens } from '../../issuer/index.ts';

interface SpentRecord {
  readonly digest: string;
  readonly spentAt: number;
}

/** @param now Unix seconds */
export function createMemorySpentTokens(now: () => number): SpentTokens {
  const byExpiry = new Map<number, Map<string, SpentRecord>>();
  const find = (key: string): SpentRecord | undefined => {
    for (const records of byExpiry.values()) {
      const record = records.get(key);
      if (record !== undefined) return record;
    }
    return undefined;
  };
  return {
    async spend(key, requestDigest, expiresAt): Promise<Spend> {
      const spentAt = now();
      for (const expiry of byExpiry.keys()) if (expiry <= spentAt) byExpiry.delete(expiry);
      const before = find(key);
      if (before !== undefined)
        return { state: before.digest === requestDigest ? 'same' : 'other', spentAt: before.spentAt };
      const records = byExpiry.get(expiresAt) ?? new Map<string, SpentRecord>();
      byExpiry.set(expiresAt, records.set(key, { digest: requestDigest, spentAt }));
      return { state: 'new', spentAt };
    },
  };
}
