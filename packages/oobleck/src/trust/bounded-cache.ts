// A map that keeps a bounded number of entries, each until its time, and gives up the least recently used first.

export interface BoundedCache<V> {
  get(key: string, nowMs: number): V | undefined;
  set(key: string, value: V, expiresAtMs: number): void;
}

export function createBoundedCache<V>(capacity: number): BoundedCache<V> {
  const entries = new Map<string, { readonly value: V; readonly expiresAtMs: number }>();
  return {
    get(key, nowMs) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      entries.delete(key);
      if (entry.expiresAtMs <= nowMs) return undefined;
      entries.set(key, entry);
      return entry.value;
    },
    set(key, value, expiresAtMs) {
      entries.delete(key);
      entries.set(key, { value, expiresAtMs });
      if (entries.size > capacity) entries.delete(entries.keys().next().value!);
    },
  };
}
