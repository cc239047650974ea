// The trunks of a process: by the name an interface gives, else the first of a tenant for the direction.

import type { Trunk } from './trunk.ts';

export interface TrunkTable {
  byName(name: string): Trunk | undefined;
  /** The trunk of calls that name none. */
  ofTenant(tenant: string, direction: 'outgoing' | 'incoming'): Trunk;
}

/** @param make for a tenant without a trunk of that direction */
export function createTrunkTable(trunks: readonly Trunk[], make: (tenant: string) => Trunk): TrunkTable {
  const byName = new Map(trunks.map((trunk) => [trunk.name, trunk]));
  const made = new Map<string, Trunk>();
  return {
    byName: (name) => byName.get(name),
    ofTenant(tenant, direction) {
      const found = trunks.find(
        (one) => one.tenant === tenant && (one.direction === 'both' || one.direction === direction),
      );
      if (found !== undefined) return found;
      const known = made.get(tenant) ?? make(tenant);
      made.set(tenant, known);
      return known;
    },
  };
}
