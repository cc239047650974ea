// Port: where published PASSporTs lie, in clear. What an adapter must promise stands here; the contract suite in
// `store/` holds each adapter to it.

/** The PASSporTs of one publication, in their order. */
export interface PublishedSet {
  readonly passports: readonly string[];
  /** Of the list: two sets with one digest are the same PASSporTs. */
  readonly digest: string;
  /** Whose certificate published them. */
  readonly publisher: string;
  /** Milliseconds since 1970. */
  readonly publishedAtMs: number;
  /** Milliseconds since 1970; from then on nobody sees them. */
  readonly expiresAtMs: number;
}

/** Sets that lie at one place. */
export const MAXIMUM_SETS = 32;

export interface ClearPassportStore {
  /**
   * Adds a set to a place, never instead of another: calls between the same two parties lie side by side. The same
   * PASSporTs again are one set, with the later end. Over `MAXIMUM_SETS` the oldest set of the publisher that has the
   * most gives way (see `chooseReplaced`). Rejects only where nothing was stored.
   * @returns `full` where there is no room for more at all, and nothing was stored
   */
  add(place: string, set: PublishedSet): Promise<'stored' | 'full'> | 'stored' | 'full';
  /** What lies there now, the newest first; an unknown place is empty. */
  list(place: string, nowMs: number): Promise<readonly PublishedSet[]> | readonly PublishedSet[];
}

/** Of sets in the order they came: nobody pushes the PASSporTs of others out by publishing many. */
export function chooseReplaced(sets: readonly PublishedSet[]): PublishedSet {
  const counts = new Map<string, number>();
  for (const { publisher } of sets) counts.set(publisher, (counts.get(publisher) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return sets.find(({ publisher }) => counts.get(publisher) === most)!;
}
