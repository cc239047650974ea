// The `x5c` header parameter (RFC 7515 Section 4.1.6): a certificate chain inside the signature's own header, so that
// a checker need not fetch. Standard base64 with padding, unlike everything else in a JWS.

import { decodeBase64url, encodeBase64url } from '../bytes/index.ts';
import { type Certificate, parseCertificate } from '../certificate/index.ts';
import type { Json, JsonObject } from '../json/index.ts';
import { StirError } from '../stir-error.ts';

const MAXIMUM_CERTIFICATES = 5;

/** The chain of a JWS header, signer first. @throws StirError ERR_JWS_FORMAT, or of the certificate */
export function parseX5c(header: JsonObject): readonly Certificate[] {
  return decodeX5c(header).map(parseCertificate);
}

/** The same as DER, not yet looked into. @throws StirError ERR_JWS_FORMAT */
export function decodeX5c({ x5c }: JsonObject): readonly Uint8Array[] {
  if (!Array.isArray(x5c) || x5c.length === 0 || x5c.length > MAXIMUM_CERTIFICATES)
    throw new StirError('ERR_JWS_FORMAT', 'x5c is not a list of 1 to 5 certificates');
  return x5c.map(decodeBase64);
}

export function formatX5c(chain: readonly Certificate[]): string[] {
  return encodeX5c(chain.map(({ der }) => der));
}

export function encodeX5c(chain: readonly Uint8Array[]): string[] {
  return chain.map((der) => {
    const text = encodeBase64url(der).replaceAll('-', '+').replaceAll('_', '/');
    return text + '='.repeat((4 - (text.length % 4)) % 4);
  });
}

function decodeBase64(entry: Json): Uint8Array {
  if (typeof entry !== 'string' || entry.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(entry))
    throw new StirError('ERR_JWS_FORMAT', 'x5c entry is not base64');
  return decodeBase64url(entry.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_'));
}
