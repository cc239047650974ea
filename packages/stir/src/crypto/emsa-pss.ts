// EMSA-PSS with SHA-384, MGF1 with SHA-384 and 48 bytes of salt, for moduli of 2048 bits (RFC 8017 Section 9.1): the
// encoding under every storage token (RFC 9474 Section 5). The client encodes and blinds, the portable adapter verifies.
//
//   EM (256) = maskedDB (207) || H (48) || 0xbc       DB = zeros || 0x01 || salt      emBits = 2047

import { concatBytes, createByteWriter, equalBytes, isAllZero } from '../bytes/index.ts';

/** SHA-384 of the concatenation. */
export type Sha384 = (...parts: readonly Uint8Array[]) => Uint8Array;

export const PSS_SALT_BYTES = 48;
const HASH_BYTES = 48;
const ENCODED_BYTES = 256;
const BLOCK_BYTES = ENCODED_BYTES - HASH_BYTES - 1;
const TRAILER = 0xbc;
const EIGHT_ZEROS = new Uint8Array(8);

/** EMSA-PSS-ENCODE (RFC 8017 Section 9.1.1); `salt` is 48 bytes. */
export function encodeEmsaPss(sha384: Sha384, message: Uint8Array, salt: Uint8Array): Uint8Array {
  const hash = sha384(EIGHT_ZEROS, sha384(message), salt);
  const block = createByteWriter(BLOCK_BYTES)
    .bytes(new Uint8Array(BLOCK_BYTES - PSS_SALT_BYTES - 1))
    .uint8(1)
    .bytes(salt)
    .finish();
  return concatBytes(mask(sha384, block, hash), hash, Uint8Array.of(TRAILER));
}

/** EMSA-PSS-VERIFY (RFC 8017 Section 9.1.2). */
export function verifyEmsaPss(sha384: Sha384, message: Uint8Array, encoded: Uint8Array): boolean {
  if (encoded.length !== ENCODED_BYTES || encoded[ENCODED_BYTES - 1] !== TRAILER || encoded[0]! > 0x7f)
    return false;
  const hash = encoded.subarray(BLOCK_BYTES, BLOCK_BYTES + HASH_BYTES);
  const block = mask(sha384, encoded.subarray(0, BLOCK_BYTES), hash);
  const one = BLOCK_BYTES - PSS_SALT_BYTES - 1;
  if (!isAllZero(block.subarray(0, one)) || block[one] !== 1) return false;
  return equalBytes(hash, sha384(EIGHT_ZEROS, sha384(message), block.subarray(one + 1)));
}

/** XOR with MGF1 of `seed` (RFC 8017 Appendix B.2.1), the leftmost bit cleared. */
function mask(sha384: Sha384, block: Uint8Array, seed: Uint8Array): Uint8Array {
  const out = block.slice();
  for (let at = 0, counter = 0; at < out.length; at += HASH_BYTES, counter++) {
    const stream = sha384(seed, createByteWriter(4).uint32(counter).finish());
    for (let i = 0; i < HASH_BYTES && at + i < out.length; i++) out[at + i]! ^= stream[i]!;
  }
  out[0]! &= 0x7f;
  return out;
}
