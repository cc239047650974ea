// JWS compact serialisation with ES256 (RFC 7515 Section 7.1, RFC 7518 Section 3.4), the outer form of PASSporTs, key
// credentials and attestations, taken apart. What the members mean is the business of those rooms; nothing here looks
// at keys.

import { decodeBase64url, decodeBase64urlText, encodeUtf8 } from '../bytes/index.ts';
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

/** The three segments: what they are is checked of the signature alone. */
export interface JwsSegments {
  /** base64url, as it stands in the text. */
  readonly header: string;
  readonly payload: string;
  /** The ASCII text that the signature covers, not yet in bytes: not everybody who reads verifies. */
  readonly signed: string;
  readonly signature: Uint8Array;
}

/**
 * Compact text to its parts. Does not verify.
 * @param maximumLength characters accepted
 * @throws StirError ERR_JWS_FORMAT
 */
export function parseCompactJws(text: string, maximumLength: number): CompactJws {
  const { header, payload, signed, signature } = splitCompactJws(text, maximumLength);
  return {
    header: parseJwsObject(decodeJwsSegment(header), maximumLength),
    payload: parseJwsObject(decodeJwsSegment(payload), maximumLength),
    signingInput: encodeUtf8(signed),
    signature,
  };
}

/** The first step of `parseCompactJws`. @throws StirError ERR_JWS_FORMAT */
export function splitCompactJws(text: string, maximumLength: number): JwsSegments {
  if (text.length > maximumLength) throw refusal('JWS too long');
  const first = text.indexOf('.');
  const second = text.indexOf('.', first + 1);
  if (first < 1 || second < first + 2 || text.indexOf('.', second + 1) !== -1)
    throw refusal('JWS is not three segments');
  const signature = inSegment(decodeBase64url, text.slice(second + 1));
  if (signature.length !== SIGNATURE_BYTES) throw refusal('JWS signature is not 64 bytes');
  return {
    header: text.slice(0, first),
    payload: text.slice(first + 1, second),
    signed: text.slice(0, second),
    signature,
  };
}

/** The second step: what a segment says. @throws StirError ERR_JWS_FORMAT */
export function decodeJwsSegment(segment: string): string {
  return inSegment(decodeBase64urlText, segment);
}

/** The third: the object that the text is, of at most so many letters. @throws StirError ERR_JWS_FORMAT */
export function parseJwsObject(text: string, maximumLetters: number): JsonObject {
  return inSegment((json) => parseJsonText(json, maximumLetters), text);
}

function inSegment<T>(read: (text: string) => T, text: string): T {
  try {
    return read(text);
  } catch (cause) {
    throw new StirError('ERR_JWS_FORMAT', 'JWS segment is not base64url of JSON', { cause });
  }
}

function refusal(message: string): StirError {
  return new StirError('ERR_JWS_FORMAT', message);
}
