// What a spent token is called in the table: the number this table gave the issuer's key, and the token's nonce, word for
// word. Keys are few and known to the CPS beforehand, so a name takes no hash. Where it goes in the table is keyed: whoever draws
// tokens chooses their nonces.

import type { KeyedHash } from '../../call/index.ts';
import type { SpendableToken } from '../../issuer/index.ts';

const NONCE_BYTES = 32;
const NONCE_WORDS = NONCE_BYTES / 4;
export const TOKEN_NAME_WORDS = NONCE_WORDS + 1;

export type NamedToken = Pick<SpendableToken, 'keyId' | 'nonce'>;

export interface TokenName {
  /** Overwrites the name before. @throws RangeError where the nonce has not 32 bytes */
  pack(token: NamedToken): void;
  /** Of the name packed last: its keyed hash. */
  readonly place: number;
  equals(words: Uint32Array, start: number): boolean;
  copyTo(words: Uint32Array, start: number): void;
}

export function createTokenName(hash: KeyedHash): TokenName {
  const words = new Uint32Array(TOKEN_NAME_WORDS);
  const bytes = new Uint8Array(words.buffer);
  const numbers = new Map<string, number>();
  let place = 0;
  const numberOf = (key: string): number => {
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, numbers.size);
    return numbers.size - 1;
  };
  return {
    pack({ keyId, nonce }) {
      if (nonce.length !== NONCE_BYTES) throw new RangeError('the nonce of a token has 32 bytes');
      bytes.set(nonce);
      words[NONCE_WORDS] = numberOf(keyId);
      place = hash(words, 0, TOKEN_NAME_WORDS);
    },
    get place() {
      return place;
    },
    equals(other, start) {
      for (let at = 0; at < TOKEN_NAME_WORDS; at++) if (other[start + at] !== words[at]) return false;
      return true;
    },
    copyTo(target, start) {
      for (let at = 0; at < TOKEN_NAME_WORDS; at++) target[start + at] = words[at]!;
    },
  };
}
