// What a used access token is called in the table: its provider and its UUID, packed into words. A name of any other form
// is its SHA-256. Where it goes in the table is keyed: whoever makes tokens chooses their ids.

import { hash } from 'node:crypto';

export const ACCESS_NAME_WORDS = 8;

const PROVIDER_LETTERS = 16;
const UUID_LETTERS = 36;
const UUID_WORD = 4;
const SPACE = 0x20;
const HYPHEN = 0x2d;
const NO_DIGIT = 255;
const DIGITS = new Uint8Array(256).fill(NO_DIGIT);
for (const [value, digit] of [...'0123456789abcdef'].entries()) DIGITS[digit.charCodeAt(0)] = value;

export interface AccessName {
  /** Overwritten by the next name. */
  readonly words: Uint32Array;
  pack(name: string): void;
  /** Whether these words are the name packed last. */
  equals(words: Uint32Array, start: number): boolean;
  copyTo(words: Uint32Array, start: number): void;
}

export function createAccessName(): AccessName {
  const words = new Uint32Array(ACCESS_NAME_WORDS);
  const bytes = Buffer.from(words.buffer);
  return {
    words,
    pack(name) {
      const letters = name.length - UUID_LETTERS - 1;
      const isTold = letters > 0 && letters <= PROVIDER_LETTERS && packTold(name, letters, words, bytes);
      if (!isTold) bytes.set(hash('sha256', name, 'buffer'));
    },
    equals(other, start) {
      for (let at = 0; at < ACCESS_NAME_WORDS; at++) if (other[start + at] !== words[at]) return false;
      return true;
    },
    copyTo(target, start) {
      for (let at = 0; at < ACCESS_NAME_WORDS; at++) target[start + at] = words[at]!;
    },
  };
}

/** `1234 123e4567-e89b-12d3-a456-426655440000`. @returns whether it is of that form; words are written either way */
function packTold(name: string, letters: number, words: Uint32Array, bytes: Buffer): boolean {
  if (name.charCodeAt(letters) !== SPACE) return false;
  for (let at = 0; at < PROVIDER_LETTERS; at++) {
    const code = at < letters ? name.charCodeAt(at) : 0;
    if (code > 0x7f || (at < letters && code === 0)) return false;
    bytes[at] = code;
  }
  return packUuid(name, letters + 1, words);
}

function packUuid(name: string, start: number, words: Uint32Array): boolean {
  let word = 0;
  let digits = 0;
  for (let at = 0; at < UUID_LETTERS; at++) {
    const code = name.charCodeAt(start + at);
    if (at === 8 || at === 13 || at === 18 || at === 23) {
      if (code !== HYPHEN) return false;
      continue;
    }
    const digit = code < 256 ? DIGITS[code]! : NO_DIGIT;
    if (digit === NO_DIGIT) return false;
    word = (word << 4) | digit;
    if ((++digits & 7) === 0) words[UUID_WORD + (digits >>> 3) - 1] = word;
  }
  return true;
}
