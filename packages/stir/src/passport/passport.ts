// PASSporT: the signed statement of who calls whom and when (RFC 8225), as a value. Full form only; strict, because
// what is forgiven here could be read in two ways elsewhere. Whether it may be believed is decided in verdict/.

import { isJsonObject, type Json, type JsonObject } from '../json/index.ts';
import { type CompactJws, parseCompactJws } from '../jws/index.ts';
import { isTelephoneNumber, type TelephoneNumber } from '../number/index.ts';
import { StirError } from '../stir-error.ts';
import { parseShakenClaims, type ShakenClaims } from './shaken.ts';

/** Who calls: exactly one identity (RFC 8225 Section 5.2.1). */
export type Originator =
  | { readonly kind: 'tn'; readonly number: TelephoneNumber }
  | { readonly kind: 'uri'; readonly uri: string };

/** Who is called: at least one identity. */
export interface Destinations {
  readonly numbers: readonly TelephoneNumber[];
  readonly uris: readonly string[];
}

export interface Passport {
  /** The token itself, full form. */
  readonly token: string;
  /** The `ppt` of the header: `base` where it has none (RFC 8225 Section 8.1). */
  readonly extension: PassportExtension;
  /** Where the signer's certificate is (`x5u`). */
  readonly certificateUrl: string;
  readonly originator: Originator;
  readonly destinations: Destinations;
  /** `iat`, seconds since 1970. */
  readonly issuedAt: number;
  /** The claims of RFC 8588; present when the extension is `shaken`. */
  readonly shaken?: ShakenClaims;
  readonly claims: JsonObject;
  readonly signingInput: Uint8Array;
  /** r || s, 64 bytes. */
  readonly signature: Uint8Array;
}

export type PassportExtension = 'base' | 'shaken';

export const MAXIMUM_PASSPORT_LENGTH = 16_384;
export const MAXIMUM_DESTINATIONS = 32;
const MAXIMUM_URI = 2_048;
/** A URI that can stand between the angle brackets of `info` and ends no header field. */
const BRACKETABLE_URI = /^[a-z][a-z0-9+.-]*:[!#-;=?-~]+$/i;

/**
 * Full-form text to a PASSporT. The signature is not checked.
 * @throws StirError ERR_PASSPORT_FORMAT for what RFC 8225 does not allow, ERR_PASSPORT_UNSUPPORTED for a `ppt` that
 * is not supported, which MUST fail (RFC 8225 Section 8.1)
 */
export function parsePassport(token: string): Passport {
  const jws = parseJws(token);
  const { header, payload } = jws;
  const extension = parseHeader(header);
  const passport = {
    token,
    extension,
    certificateUrl: header.x5u as string,
    originator: parseOriginator(payload.orig),
    destinations: parseDestinations(payload.dest),
    issuedAt: parseIssuedAt(payload.iat),
    claims: payload,
    signingInput: jws.signingInput,
    signature: jws.signature,
  };
  return extension === 'shaken' ? { ...passport, shaken: parseShakenClaims(payload) } : passport;
}

function parseJws(token: string): CompactJws {
  try {
    return parseCompactJws(token, MAXIMUM_PASSPORT_LENGTH);
  } catch (cause) {
    throw new StirError('ERR_PASSPORT_FORMAT', 'PASSporT is not a full-form JWS', { cause });
  }
}

/** RFC 8225 Section 4: `typ`, `alg` and `x5u`; `ppt` where an extension is meant; a `crit` header is understood by nobody here. */
function parseHeader({ typ, alg, x5u, ppt, crit }: JsonObject): PassportExtension {
  if (typ !== 'passport') throw refusal('typ is not passport');
  if (alg !== 'ES256') throw refusal('alg is not ES256');
  if (typeof x5u !== 'string' || x5u.length > MAXIMUM_URI || !BRACKETABLE_URI.test(x5u))
    throw refusal('x5u is not a URL');
  if (crit !== undefined) throw refusal('crit is not supported');
  if (ppt === undefined) return 'base';
  if (ppt === 'shaken') return ppt;
  throw new StirError('ERR_PASSPORT_UNSUPPORTED', 'ppt is not supported');
}

/** RFC 8225 Section 5.1.1: NumericDate; whole seconds here, since a signature must not have two spellings of a time. */
function parseIssuedAt(iat: Json | undefined): number {
  if (typeof iat !== 'number' || !Number.isSafeInteger(iat) || iat < 0)
    throw refusal('iat is not a number of seconds');
  return iat;
}

function parseOriginator(orig: Json | undefined): Originator {
  if (!isJsonObject(orig) || Object.keys(orig).length !== 1)
    throw refusal('orig is not exactly one identity');
  if (isTelephoneNumber(orig.tn)) return { kind: 'tn', number: orig.tn };
  if (isUri(orig.uri)) return { kind: 'uri', uri: orig.uri };
  throw refusal('orig is neither a canonical number nor a URI');
}

function parseDestinations(dest: Json | undefined): Destinations {
  if (!isJsonObject(dest) || Object.keys(dest).some((name) => name !== 'tn' && name !== 'uri'))
    throw refusal('dest is not an object of tn and uri');
  const numbers = parseList(dest.tn, isTelephoneNumber);
  const uris = parseList(dest.uri, isUri);
  if (numbers.length + uris.length === 0) throw refusal('dest names nobody');
  return { numbers, uris };
}

function parseList<T extends Json>(
  list: Json | undefined,
  isMember: (value: unknown) => value is T,
): readonly T[] {
  if (list === undefined) return [];
  if (
    !Array.isArray(list) ||
    list.length === 0 ||
    list.length > MAXIMUM_DESTINATIONS ||
    !list.every(isMember)
  )
    throw refusal('dest is not a list of canonical identities');
  return list as readonly T[];
}

function isUri(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAXIMUM_URI && /^[a-z][a-z0-9+.-]*:[!-~]+$/.test(value);
}

function refusal(message: string): StirError {
  return new StirError('ERR_PASSPORT_FORMAT', message);
}
