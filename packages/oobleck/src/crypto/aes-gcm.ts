// AES-128-GCM on `node:crypto`, the tag of 16 bytes behind the ciphertext (RFC 5116 Section 5.1).

import { createCipheriv, createDecipheriv } from 'node:crypto';
import { plainBytes } from './plain-bytes.ts';

const CIPHER = 'aes-128-gcm';
const TAG_BYTES = 16;
const EMPTY = new Uint8Array(0);
const TAG_OPTIONS = { authTagLength: TAG_BYTES };

export function sealAes128Gcm(
  key: Uint8Array,
  nonce: Uint8Array,
  plaintext: Uint8Array,
  aad: Uint8Array,
  head: Uint8Array = EMPTY,
): Uint8Array {
  const cipher = createCipheriv(CIPHER, key, nonce, TAG_OPTIONS);
  cipher.setAAD(aad);
  const ciphertext = cipher.update(plaintext);
  cipher.final();
  const sealed = plainBytes(Buffer.allocUnsafe(head.length + ciphertext.length + TAG_BYTES));
  sealed.set(head);
  sealed.set(ciphertext, head.length);
  sealed.set(cipher.getAuthTag(), head.length + ciphertext.length);
  letGo(ciphertext);
  return sealed;
}

/** Smaller ones cost the garbage collector less than letting go of them costs. */
const LARGE = 4_096;

/** Frees a large piece of memory at once: the garbage collector runs the more often, the more lies about outside of its heap. */
function letGo({ buffer, byteLength }: Uint8Array): void {
  if (byteLength >= LARGE && buffer.byteLength === byteLength) (buffer as ArrayBuffer).transfer(0);
}

/** `undefined` where the tag does not hold. */
export function openAes128Gcm(
  key: Uint8Array,
  nonce: Uint8Array,
  ciphertext: Uint8Array,
  aad: Uint8Array,
): Uint8Array | undefined {
  const length = ciphertext.length - TAG_BYTES;
  if (length < 0) return undefined;
  try {
    const decipher = createDecipheriv(CIPHER, key, nonce, TAG_OPTIONS);
    decipher.setAAD(aad);
    decipher.setAuthTag(ciphertext.subarray(length));
    const plaintext = decipher.update(ciphertext.subarray(0, length));
    decipher.final();
    return plainBytes(plaintext);
  } catch {
    return undefined;
  }
}
