// The trunks of a process: by the name an interface gives, else the first of a tenant for the direction. They are replaced
// as a whole while calls go on: a call keeps the trunk it was offered with.

import type { Trunk } from './trunk.ts';

export interface TrunkTable {
  byName(name: string): Trunk | undefined;
  /** The trunk of calls that name none. */
  ofTenant(tenant: string, direction: 'outgoing' | 'incoming'): Trunk;
  /** Those that were given, then those made for tenants that have none. */
  all(): readonly Trunk[];
}

export interface ReplaceableTrunkTable extends TrunkTable {
  /** From the next call on. */
  replace(trunks: readonly Trunk[]): void;
}

/** @param make for a tenant without a trunk of that direction */
export function createTrunkTable(
  first: readonly Trunk[],
  make: (tenant: string) => Trunk,
): ReplaceableTrunkTable {
  let trunks = first;
  let byName = new Map(trunks.map((trunk) => [trunk.name, trunk]));
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
    all: () => [...trunks, ...made.values()],
    replace(others) {
      trunks = others;
      byName = new Map(trunks.map((trunk) => [trunk.name, trunk]));
    },
  };
}
