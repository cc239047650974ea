// Spent tokens in memory: for one process whose issuers' keys end with it. Tokens of one key expire together, so they
// lie in one map per expiry and are dropped by the map.

import type { Spend, SpendableToken, SpentTokens } from '../../issuer/index.ts';

interface SpentRecord {
  readonly digest: string;
  readonly spentAt: number;
}

export interface MemorySpentTokens extends SpentTokens {
  spend(tokens: readonly SpendableToken[], requestDigest: string): Spend;
}

/** @param now Unix seconds */
export function createMemorySpentTokens(now: () => number): MemorySpentTokens {
  const byExpiry = new Map<number, Map<string, SpentRecord>>();
  const find = (key: string): SpentRecord | undefined => {
    for (const records of byExpiry.values()) {
      const record = records.get(key);
      if (record !== undefined) return record;
    }
    return undefined;
  };
  const record = ({ spentKey, acceptUntil }: SpendableToken, spent: SpentRecord): void => {
    const records = byExpiry.get(acceptUntil) ?? new Map<string, SpentRecord>();
    byExpiry.set(acceptUntil, records.set(spentKey, spent));
  };
  return {
    spend(tokens, digest): Spend {
      const spentAt = now();
      for (const expiry of byExpiry.keys()) if (expiry <= spentAt) byExpiry.delete(expiry);
      const found = tokens.map((token) => ({ token, before: find(token.spentKey) }));
      const before = found.flatMap((one) => one.before ?? []);
      const other = before.find((one) => one.digest !== digest);
      if (other !== undefined) return { state: 'other', spentAt: other.spentAt };
      for (const one of found) if (one.before === undefined) record(one.token, { digest, spentAt });
      if (before.length === 0) return { state: 'new', spentAt };
      return { state: 'same', spentAt: Math.min(...before.map((one) => one.spentAt)) };
    },
  };
}
