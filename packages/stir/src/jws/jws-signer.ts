// Making compact JWS with ES256 (RFC 7515 Section 5.1): a signer that repeats its header has it encoded beforehand, in
// memory of its own where the payload's segment is put behind it. Nothing in that memory outlives a call.

import { encodeBase64url, encodeBase64urlText, encodeUtf8, writeUtf8 } from '../bytes/index.ts';
import type { SigningKey } from '../crypto/crypto.ts';

/** A payload, already serialised, to a signed compact JWS. */
export type JwsSigner = (payload: string) => string;

/** Letters of a payload's segment for which memory is kept: more than a PASSporT about one call needs. */
const KEPT_LETTERS = 1_024;
const SIGNATURE_BYTES = 64;

/** @param headerSegment the header, already serialised, in base64url */
export function createJwsSigner(headerSegment: string, key: SigningKey): JwsSigner {
  const start = `${headerSegment}.`;
  const memory = new Uint8Array(start.length + KEPT_LETTERS);
  const behind = memory.subarray(writeUtf8(start, memory));
  const signature = new Uint8Array(SIGNATURE_BYTES);
  // Most calls have a payload as long as the one before: another view of the memory would cost as much as the encoding.
  let signed = memory;
  const sign = (segment: string): Uint8Array => {
    if (segment.length > KEPT_LETTERS) return key.sign(encodeUtf8(start + segment), signature);
    const length = start.length + writeUtf8(segment, behind);
    if (signed.length !== length) signed = memory.subarray(0, length);
    return key.sign(signed, signature);
  };
  return (payload) => {
    const segment = encodeBase64urlText(payload);
    return `${start}${segment}.${encodeBase64url(sign(segment))}`;
  };
}

/** Header and payload, already serialised, to a signed compact JWS. */
export function signCompactJws(header: string, payload: string, key: SigningKey): string {
  return createJwsSigner(encodeBase64urlText(header), key)(payload);
}
