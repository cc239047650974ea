// Names as the ports write them, packed into words for a table: base64url of 32 bytes is those bytes, and a shard's name
// is its mailbox and its number. Any other name is its SHA-256, and cannot be told back from the table.

import { hash } from 'node:crypto';

export const NAME_WORDS = 8;
export const SHARD_NAME_WORDS = 9;

/** Stands for the number of a shard whose name is another text; larger than any number of one. */
const NO_NUMBER = 0xffffffff;
const NAME_LENGTH = 43;
const SHARD_NAME = /^[A-Za-z0-9_-]{43}\/(0|[1-9][0-9]{0,8})$/;

export interface PackedName {
  /** Eight words, or nine with the number of a shard; overwritten by the next name. */
  readonly words: Uint32Array;
  /** The same name again takes nothing. @returns whether the words tell the name */
  pack(name: string): boolean;
  packShard(name: string): void;
  /** Whether these words are the name packed last. */
  equals(words: Uint32Array, start: number, count: number): boolean;
  copyTo(words: Uint32Array, start: number, count: number): void;
}

export function createPackedName(): PackedName {
  const words = new Uint32Array(SHARD_NAME_WORDS);
  const bytes = Buffer.from(words.buffer);
  let packed: string | undefined;
  let isTold = false;
  const pack = (name: string): boolean => {
    if (name !== packed) isTold = packAnew(name);
    packed = name;
    return isTold;
  };
  const packAnew = (name: string): boolean => {
    if (name.length === NAME_LENGTH && bytes.write(name, 0, 32, 'base64url') === 32)
      if (bytes.toString('base64url', 0, 32) === name) return true;
    bytes.set(hash('sha256', name, 'buffer'));
    return false;
  };
  return {
    words,
    pack,
    packShard(name) {
      const isShard = SHARD_NAME.test(name) && pack(name.slice(0, NAME_LENGTH));
      if (!isShard) pack(name);
      words[NAME_WORDS] = isShard ? Number(name.slice(NAME_LENGTH + 1)) : NO_NUMBER;
    },
    equals(other, start, count) {
      for (let at = 0; at < count; at++) if (other[start + at] !== words[at]) return false;
      return true;
    },
    copyTo(target, start, count) {
      for (let at = 0; at < count; at++) target[start + at] = words[at]!;
    },
  };
}
