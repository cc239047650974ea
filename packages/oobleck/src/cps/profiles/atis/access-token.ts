// The access token of the ATIS profiles: a JWS with ES256 by the STI key of whoever asks (RFC 7515), its certificate at
// `x5u`, or carried in `x5c` (V-01). Read here; whether it holds is for access-check.ts. No other kind of token stands in for
// it: `typ` is absent or JWT, and a header with `ppt` is a PASSporT's.

import { StirError } from '@oobleck/stir';
import { encodeBase64urlText } from '@oobleck/stir/bytes';
import type { SigningKey } from '@oobleck/stir/crypto';
import type { JsonObject } from '@oobleck/stir/json';
import {
  decodeJwsSegment,
  decodeX5c,
  encodeX5c,
  parseJwsObject,
  signCompactJws,
  splitCompactJws,
} from '@oobleck/stir/jws';
import { type AccessClaims, formatAccessClaims, parseAccessClaims } from './access-claims.ts';
import { parseExactAccessClaims } from './exact-access-claims.ts';

/** Where the certificate chain is. */
export type ChainPlace = { readonly x5u: string } | { readonly x5c: readonly Uint8Array[] };

export interface AccessToken {
  readonly certificate: ChainPlace;
  readonly claims: AccessClaims;
  /** What the signature covers: ASCII. */
  readonly signed: string;
  /** r || s, 64 bytes. */
  readonly signature: Uint8Array;
}

export const MAXIMUM_ACCESS_TOKEN = 12_288;
const MAXIMUM_X5U = 2_048;

/** Headers of the providers that ask most: each says the same in all its tokens. Encoded anew, they keep no token alive. */
const REMEMBERED_HEADERS = 1_024;
const REMEMBERED_LENGTH = 1_024;

/**
 * Reads the form of tokens alone, and headers it has read lately without looking at them again.
 * @returns a reader that throws StirError ERR_TOKEN_FORMAT, ERR_JWS_FORMAT
 */
export function createAccessTokenReader(): (text: string) => AccessToken {
  const known = new Map<string, ChainPlace>();
  const readHeader = (segment: string): ChainPlace => {
    const before = known.get(segment);
    if (before !== undefined) return before;
    const text = decodeJwsSegment(segment);
    const place = parseHeader(parseObject(text));
    if (known.size >= REMEMBERED_HEADERS) known.clear();
    if (segment.length <= REMEMBERED_LENGTH) known.set(encodeBase64urlText(text), place);
    return place;
  };
  return (text) => {
    const { header, payload, signed, signature } = splitCompactJws(text, MAXIMUM_ACCESS_TOKEN);
    const certificate = readHeader(header);
    return { certificate, claims: readClaims(decodeJwsSegment(payload)), signed, signature };
  };
}

function readClaims(text: string): AccessClaims {
  return parseExactAccessClaims(text) ?? parseAccessClaims(parseObject(text));
}

function parseObject(text: string): JsonObject {
  return parseJwsObject(text, MAXIMUM_ACCESS_TOKEN);
}

/** A token for these claims. */
export function signAccessToken(key: SigningKey, certificate: ChainPlace, claims: AccessClaims): string {
  const header =
    'x5u' in certificate
      ? { alg: 'ES256', x5u: certificate.x5u }
      : { alg: 'ES256', x5c: encodeX5c(certificate.x5c) };
  return signCompactJws(JSON.stringify(header), JSON.stringify(formatAccessClaims(claims)), key);
}

function parseHeader(header: JsonObject): ChainPlace {
  const { alg, typ, x5u, x5c, ppt, crit, b64 } = header;
  if (alg !== 'ES256') throw refusal('alg is not ES256');
  if (typ !== undefined && typ !== 'JWT') throw refusal('typ is not JWT');
  if (ppt !== undefined) throw refusal('a PASSporT is no access token');
  if (crit !== undefined || b64 !== undefined) throw refusal('crit is not supported');
  if (x5c !== undefined) return { x5c: decodeX5c(header) };
  if (typeof x5u !== 'string' || x5u === '' || x5u.length > MAXIMUM_X5U) throw refusal('neither x5u nor x5c');
  return { x5u };
}

function refusal(message: string): StirError {
  return new StirError('ERR_TOKEN_FORMAT', `the header of the token: ${message}`);
}
