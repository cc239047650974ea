// HMAC-SHA-256 (RFC 2104 Section 2) of two hashes in one call each, which take half of what an Hmac object takes. For keys of at most
// a block and texts of a few hundred bytes, such as those of a key schedule (RFC 9180 Section 4); others take the object.

import { createHmac, hash } from 'node:crypto';
import { plainBytes } from './plain-bytes.ts';

const BLOCK_BYTES = 64;
const HASH_BYTES = 32;
const TEXT_BYTES = 512;
const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;

/** Written over for each, and wiped before anything else runs: they hold keys. */
const inner = new Uint8Array(BLOCK_BYTES + TEXT_BYTES);
const outer = new Uint8Array(BLOCK_BYTES + HASH_BYTES);

export function hmacSha256(key: Uint8Array, pieces: readonly Uint8Array[]): Uint8Array {
  let length = BLOCK_BYTES;
  for (const piece of pieces) length += piece.length;
  if (key.length > BLOCK_BYTES || length > inner.length) return hmacByObject(key, pieces);
  for (let at = 0; at < BLOCK_BYTES; at++) {
    const byte = at < key.length ? key[at]! : 0;
    inner[at] = byte ^ INNER_PAD;
    outer[at] = byte ^ OUTER_PAD;
  }
  join(pieces);
  writeLetters(hash('sha256', inner.subarray(0, length), 'latin1'), outer, BLOCK_BYTES);
  const mac = new Uint8Array(HASH_BYTES);
  writeLetters(hash('sha256', outer, 'latin1'), mac, 0);
  inner.fill(0, 0, length);
  outer.fill(0);
  return mac;
}

function join(pieces: readonly Uint8Array[]): void {
  let at = BLOCK_BYTES;
  for (const piece of pieces) {
    inner.set(piece, at);
    at += piece.length;
  }
}

/** A letter a byte. */
function writeLetters(latin1: string, target: Uint8Array, from: number): void {
  for (let at = 0; at < HASH_BYTES; at++) target[from + at] = latin1.charCodeAt(at);
}

function hmacByObject(key: Uint8Array, pieces: readonly Uint8Array[]): Uint8Array {
  const mac = createHmac('sha256', key);
  for (const piece of pieces) mac.update(piece);
  return plainBytes(mac.digest());
}
