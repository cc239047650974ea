// JWS compact serialisation with ES256 (RFC 7515 Section 7.1, RFC 7518 Section 3.4), the outer form of PASSporTs, key
// credentials and attestations. What the members mean is the business of those rooms; nothing here looks at keys.

import {
  decodeBase64url,
  decodeBase64urlText,
  encodeBase64url,
  encodeBase64urlText,
  encodeUtf8,
  withUtf8,
} from '../bytes/index.ts';
import type { SigningKey } from '../crypto/crypto.ts';
import { type JsonObject, parseJsonText } from '../json/index.ts';
import { StirError } from '../stir-error.ts';

export interface CompactJws {
  readonly header: JsonObject;
  readonly payload: JsonObject;
  /** The ASCII bytes that the signature covers. */
  readonly signingInput: Uint8Array;
  /** r || s, 64 bytes. */
  readonly signature: Uint8Array;
}

const SIGNATURE_BYTES = 64;

/**
 * Compact text to its parts. Does not verify.
 * @param maximumLength characters accepted
 * @throws StirError ERR_JWS_FORMAT
 */
export function parseCompactJws(text: string, maximumLength: number): CompactJws {
  if (text.length > maximumLength) throw refusal('JWS too long');
  const first = text.indexOf('.');
  const second = text.indexOf('.', first + 1);
  if (first < 1 || second < first + 2 || text.indexOf('.', second + 1) !== -1)
    throw refusal('JWS is not three segments');
  try {
    const signature = decodeBase64url(text.slice(second + 1));
    if (signature.length !== SIGNATURE_BYTES) throw refusal('JWS signature is not 64 bytes');
    return {
      header: parseJsonText(decodeBase64urlText(text.slice(0, first)), maximumLength),
      payload: parseJsonText(decodeBase64urlText(text.slice(first + 1, second)), maximumLength),
      signingInput: encodeUtf8(text.slice(0, second)),
      signature,
    };
  } catch (cause) {
    throw cause instanceof StirError && cause.code === 'ERR_JWS_FORMAT'
      ? cause
      : new StirError('ERR_JWS_FORMAT', 'JWS segment is not base64url of JSON', { cause });
  }
}

/** Header and payload, already serialised, to a signed compact JWS. */
export function signCompactJws(header: string, payload: string, key: SigningKey): string {
  return signEncoded(encodeBase64urlText(header), payload, key);
}

/** The same with a header segment encoded beforehand: what a signer that repeats its header calls. */
export function signEncoded(headerSegment: string, payload: string, key: SigningKey): string {
  const signed = `${headerSegment}.${encodeBase64urlText(payload)}`;
  return `${signed}.${encodeBase64url(withUtf8(signed, (bytes) => key.sign(bytes)))}`;
}

function refusal(message: string): StirError {
  return new StirError('ERR_JWS_FORMAT', message);
}
