// The Identity-Encrypted header field: sealed PASSporTs in the INVITE itself. A value is the sealed envelope in
// base64url; several stand in one field with commas or in several fields, one for each key of the called number.
//
//   Identity-Encrypted = "Identity-Encrypted" HCOLON sealed-identity *(COMMA sealed-identity)
//   sealed-identity    = 1*(ALPHA / DIGIT / "-" / "_") *(SEMI generic-param)

import { decodeBase64url, encodeBase64url } from '../bytes/index.ts';
import { isBlobLength } from '../seal/index.ts';
import { StirError } from '../stir-error.ts';
import { readParameters, splitOutside } from './header-field.ts';

/** Values of one call that are looked at: one more than a SIP header of 64 KiB holds, so that no number of strangers’ values hides another. */
export const MAXIMUM_SEALED_IDENTITIES = 24;
/** Of eight of the larger size, or all of the smaller, with what may stand around them. */
const MAXIMUM_FIELD = 98_304;

/** One value, without the field name. @throws StirError ERR_IDENTITY_FORMAT unless it is of one of the two lengths */
export function formatIdentityEncrypted(sealed: Uint8Array): string {
  if (!isBlobLength(sealed.length)) throw refusal('a sealed envelope of no known length');
  return encodeBase64url(sealed);
}

/**
 * The sealed envelopes of one field, in order. Parameters are for later: they are checked and left aside.
 * @throws StirError ERR_IDENTITY_FORMAT
 */
export function parseIdentityEncrypted(field: string): readonly Uint8Array[] {
  const values = field.length > MAXIMUM_FIELD ? undefined : splitOutside(field, ',');
  if (values === undefined || values.length > MAXIMUM_SEALED_IDENTITIES)
    throw refusal('not a list of sealed envelopes');
  return values.map(parseOne);
}

function parseOne(value: string): Uint8Array {
  const [text, ...parameters] = splitOutside(value, ';') ?? [''];
  if (readParameters(parameters) === undefined) throw refusal('a parameter has no name or stands twice');
  const sealed = decode(text!.trim());
  if (sealed === undefined || !isBlobLength(sealed.length))
    throw refusal('a sealed envelope of no known length');
  return sealed;
}

function decode(text: string): Uint8Array | undefined {
  try {
    return decodeBase64url(text);
  } catch (error) {
    if (error instanceof StirError) return undefined;
    throw error;
  }
}

function refusal(message: string): StirError {
  return new StirError('ERR_IDENTITY_FORMAT', message);
}
