// Who counts as the same signer when a certificate is renewed: the same TNAuthList and the same subject, byte for byte.
// Key credentials replace and withdraw one another by it.

import { encodeBase64url } from '../bytes/index.ts';
import type { Crypto } from '../crypto/crypto.ts';
import type { Certificate } from './certificate.ts';

const NO_LIST = new Uint8Array(0);

/** base64url SHA-256(TNAuthList DER || subject DER). DER ends itself, so no two pairs give the same bytes. */
export function signerId(certificate: Certificate, crypto: Pick<Crypto, 'sha256'>): string {
  return encodeBase64url(crypto.sha256(certificate.tnAuthListDer ?? NO_LIST, certificate.subject));
}
