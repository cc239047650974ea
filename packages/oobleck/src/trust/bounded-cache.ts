// A map that keeps a bounded number of entries, each until its time, and gives up the least recently used first.

export interface BoundedCache<V> {
  get(key: string, nowMs: number): V | undefined;
  set(key: string, value: V, expiresAtMs: number): void;
}

export function createBoundedCache<V>(capacity: number): BoundedCache<V> {
  const entries = new Map<string, { readonly value: V; readonly expiresAtMs: number }>();
  /** The one used last stands last already: the chain of the trunk that is busy now. */
  let latest: string | undefined;
  return {
    get(key, nowMs) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      if (key === latest && entry.expiresAtMs > nowMs) return entry.value;
      entries.delete(key);
      if (entry.expiresAtMs <= nowMs) return undefined;
      entries.set(key, entry);
      latest = key;
      return entry.value;
    },
    set(key, value, expiresAtMs) {
      entries.delete(key);
      entries.set(key, { value, expiresAtMs });
      latest = key;
      if (entries.size > capacity) entries.delete(entries.keys().next().value!);
    },
  };
}
