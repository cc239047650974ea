// What a spent token is called in the table: the number this table gave the issuer's key, and the token's nonce, word for
// word. Keys are few and known to the CPS beforehand, so a name takes no hash. A name of any other form is its SHA-256. Where
// it goes in the table is keyed: whoever draws tokens chooses their nonces.

import type { KeyedHash } from './keyed-hash.ts';
import { createPackedName, NAME_WORDS } from './packed-name.ts';

export const TOKEN_NAME_WORDS = NAME_WORDS + 1;

/** Stands for the issuer's key of a name that has none. */
const NO_KEY = 0xffffffff;
/** base64url of 32 bytes. */
const HALF = 43;

export interface TokenName {
  /** Overwrites the name before; the same name again takes nothing. */
  pack(spentKey: string): void;
  /** Of the name packed last: its keyed hash. */
  readonly place: number;
  equals(words: Uint32Array, start: number): boolean;
  copyTo(words: Uint32Array, start: number): void;
}

export function createTokenName(hash: KeyedHash): TokenName {
  const name = createPackedName();
  const { words } = name;
  const numbers = new Map<string, number>();
  let packed: string | undefined;
  let place = 0;
  const numberOf = (key: string): number => {
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, numbers.size);
    return numbers.size - 1;
  };
  return {
    pack(spentKey) {
      if (spentKey === packed) return;
      const isToken = spentKey.length === 2 * HALF && name.pack(spentKey.slice(HALF));
      if (!isToken) name.pack(spentKey);
      words[NAME_WORDS] = isToken ? numberOf(spentKey.slice(0, HALF)) : NO_KEY;
      place = hash(words, 0, TOKEN_NAME_WORDS);
      packed = spentKey;
    },
    get place() {
      return place;
    },
    equals: (other, start) => name.equals(other, start, TOKEN_NAME_WORDS),
    copyTo: (target, start) => name.copyTo(target, start, TOKEN_NAME_WORDS),
  };
}
