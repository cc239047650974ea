// What is known for a while: bounded, the oldest given up first, each entry no longer than its time. Entries end in about the
// order in which they came. The walk from the oldest goes on where it stopped: one that begins anew at every call passes by
// all that a Map has forgotten and not yet tidied up, which may be half a million entries.

export interface Fading<V> {
  /** `undefined` where there is none, or its time has come. */
  get(name: string, nowMs: number): V | undefined;
  /** Forgets what has ended, and the oldest where there is no room. */
  set(name: string, value: V, untilMs: number, nowMs: number): void;
}

interface Entry<V> {
  readonly value: V;
  readonly untilMs: number;
}

/** @param maximum entries kept */
export function createFading<V>(maximum: number): Fading<V> {
  const entries = new Map<string, Entry<V>>();
  let walk = entries.entries();
  let oldest = walk.next();
  const forgetOld = (nowMs: number): void => {
    for (;;) {
      if (oldest.done) {
        walk = entries.entries();
        oldest = walk.next();
        if (oldest.done) return;
      }
      const [name, entry] = oldest.value;
      const isCurrent = entries.get(name) === entry;
      if (isCurrent && entry.untilMs > nowMs && entries.size < maximum) return;
      if (isCurrent) entries.delete(name);
      oldest = walk.next();
    }
  };
  return {
    get(name, nowMs) {
      const entry = entries.get(name);
      return entry !== undefined && entry.untilMs > nowMs ? entry.value : undefined;
    },
    set(name, value, untilMs, nowMs) {
      forgetOld(nowMs);
      entries.delete(name);
      entries.set(name, { value, untilMs });
    },
  };
}
