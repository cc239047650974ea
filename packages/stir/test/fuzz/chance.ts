// Chance that repeats: the same seed gives the same input, on every machine.

export interface Chance {
  /** 0 to `limit` - 1. */
  below(limit: number): number;
  /** True once in `n` times. */
  oneIn(n: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** `minimum` to `maximum` things, fewer more often. */
  some<T>(minimum: number, maximum: number, make: () => T): T[];
  bytes(length: number): Uint8Array;
}

/** @param seed a whole number of 32 bits */
export function createChance(seed: number): Chance {
  const next = mulberry32(seed);
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    oneIn: (n) => below(n) === 0,
    pick: (list) => list[below(list.length)]!,
    some(minimum, maximum, make) {
      const count = minimum + Math.floor(next() ** 2 * (maximum - minimum + 1));
      return Array.from({ length: count }, make);
    },
    bytes: (length) => Uint8Array.from({ length }, () => below(256)),
  };
}

/** The generator of that name by Tommy Ettinger: 32 bits of state, fine for tests and nothing else. */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
