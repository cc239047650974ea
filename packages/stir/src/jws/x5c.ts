// The `x5c` header parameter (RFC 7515 Section 4.1.6): a certificate chain inside the signature's own header, so that
// a checker need not fetch. Standard base64 with padding, unlike everything else in a JWS.

import { decodeBase64url, encodeBase64url } from '../bytes/index.ts';
import { type Certificate, parseCertificate } from '../certificate/index.ts';
import type { Json, JsonObject } from '../json/index.ts';
import { StirError } from '../stir-error.ts';

const MAXIMUM_CERTIFICATES = 5;

/** The chain of a JWS header, signer first. @throws StirError ERR_JWS_FORMAT, or of the certificate */
export function parseX5c(header: JsonObject): readonly Certificate[] {
  const { x5c } = header;
  if (!Array.isArray(x5c) || x5c.length === 0 || x5c.length > MAXIMUM_CERTIFICATES)
    throw new StirError('ERR_JWS_FORMAT', 'x5c is not a list of 1 to 5 certificates');
  return x5c.map((entry: Json) => parseCertificate(decodeBase64(entry)));
}

export function formatX5c(chain: readonly Certificate[]): string[] {
  return chain.map(({ der }) => {
    const text = encodeBase64url(der).replaceAll('-', '+').replaceAll('_', '/');
    return text + '='.repeat((4 - (text.length % 4)) % 4);
  });
}

function decodeBase64(entry: Json): Uint8Array {
  if (typeof entry !== 'string' || entry.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(entry))
    throw new StirError('ERR_JWS_FORMAT', 'x5c entry is not base64');
  return decodeBase64url(entry.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_'));
}
