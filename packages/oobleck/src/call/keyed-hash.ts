// HalfSipHash-2-4 with 32 bits out, over whole 32-bit words: where a key goes in a table of this process. Whoever
// chooses keys does not know the secret, so nobody can aim many keys at one place. No fingerprint: tables compare keys.

/** @returns an unsigned 32-bit number for `count` words from `start` on */
export type KeyedHash = (words: Uint32Array, start: number, count: number) => number;

/** @param secret two random 32-bit words */
export function createKeyedHash([k0, k1]: readonly [number, number]): KeyedHash {
  return (words, start, count) => {
    let v0 = k0;
    let v1 = k1;
    let v2 = 0x6c796765 ^ k0;
    let v3 = 0x74656462 ^ k1;
    // After the words comes a block with the length in bytes, and then the finish: four rounds after another constant.
    for (let at = 0; at <= count + 1; at++) {
      const isFinish = at > count;
      const word = at < count ? words[start + at]! : isFinish ? 0 : count << 26;
      if (isFinish) v2 ^= 0xff;
      v3 ^= word;
      for (let round = isFinish ? 4 : 2; round > 0; round--) {
        v0 = (v0 + v1) | 0;
        v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
        v0 = (v0 << 16) | (v0 >>> 16);
        v2 = (v2 + v3) | 0;
        v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
        v0 = (v0 + v3) | 0;
        v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
        v2 = (v2 + v1) | 0;
        v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
        v2 = (v2 << 16) | (v2 >>> 16);
      }
      v0 ^= word;
    }
    return (v1 ^ v3) >>> 0;
  };
}

/** With a secret made here. */
export function createRandomHash(random: (words: Uint32Array<ArrayBuffer>) => unknown): KeyedHash {
  const secret = new Uint32Array(2);
  random(secret);
  return createKeyedHash([secret[0]!, secret[1]!]);
}
