// The access token of the ATIS profiles: a JWS with ES256 by the STI key of whoever asks (RFC 7515), its certificate at
// `x5u`, or carried in `x5c`. Read here; whether it holds is for access-check.ts. No other kind of token stands in for
// it: `typ` is absent or JWT, and a header with `ppt` is a PASSporT's.

import { StirError } from '@oobleck/stir';
import type { SigningKey } from '@oobleck/stir/crypto';
import type { JsonObject } from '@oobleck/stir/json';
import { type CompactJws, decodeX5c, encodeX5c, parseCompactJws, signCompactJws } from '@oobleck/stir/jws';
import { type AccessClaims, formatAccessClaims, parseAccessClaims } from './access-claims.ts';

/** Where the certificate chain is. */
export type ChainPlace = { readonly x5u: string } | { readonly x5c: readonly Uint8Array[] };

export interface AccessToken {
  readonly certificate: ChainPlace;
  readonly claims: AccessClaims;
  readonly jws: CompactJws;
}

export const MAXIMUM_ACCESS_TOKEN = 12_288;
const MAXIMUM_X5U = 2_048;

/** Its form alone. @throws StirError ERR_TOKEN_FORMAT, ERR_JWS_FORMAT */
export function parseAccessToken(text: string): AccessToken {
  const jws = parseCompactJws(text, MAXIMUM_ACCESS_TOKEN);
  return { certificate: parseHeader(jws.header), claims: parseAccessClaims(jws.payload), jws };
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
