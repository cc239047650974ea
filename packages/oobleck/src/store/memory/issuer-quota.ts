// What each credential holder drew, in memory: for an issuer of one process. Days gone by are dropped.

import type { IssuerQuota } from '../../issuer/index.ts';

export function createMemoryIssuerQuota(): IssuerQuota {
  const days = new Map<number, Map<string, number>>();
  return {
    async draw(holder, day, count, limit) {
      for (const old of days.keys()) if (old < day - 1) days.delete(old);
      const drawn = days.get(day) ?? new Map<string, number>();
      days.set(day, drawn);
      const total = (drawn.get(holder) ?? 0) + count;
      if (total > limit) return false;
      drawn.set(holder, total);
      return true;
    },
  };
}
