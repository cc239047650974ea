// Prepares the public key of a certificate, once for each certificate value and crypto adapter. The memory is weak: it ends
// with the certificate, and it decides nothing.

import type { Crypto, VerifyingKey } from '../crypto/crypto.ts';
import { StirError } from '../stir-error.ts';
import type { Certificate } from './certificate.ts';

const prepared = new WeakMap<Crypto, WeakMap<Certificate, VerifyingKey | 'unsupported'>>();

/** The certificate's key, or `undefined` where it is neither P-256 nor RSA of 2048 to 4096 bits (RFC 8226 Section 4). */
export function verifyingKeyOf(certificate: Certificate, crypto: Crypto): VerifyingKey | undefined {
  const keys = keysOf(crypto);
  const known = keys.get(certificate);
  const key = known ?? importKey(certificate, crypto);
  if (known === undefined) keys.set(certificate, key);
  return key === 'unsupported' ? undefined : key;
}

function keysOf(crypto: Crypto): WeakMap<Certificate, VerifyingKey | 'unsupported'> {
  const known = prepared.get(crypto);
  if (known !== undefined) return known;
  const keys = new WeakMap<Certificate, VerifyingKey | 'unsupported'>();
  prepared.set(crypto, keys);
  return keys;
}

function importKey(certificate: Certificate, crypto: Crypto): VerifyingKey | 'unsupported' {
  try {
    return crypto.importVerifyingKey(certificate.spki);
  } catch (error) {
    if (error instanceof StirError) return 'unsupported';
    throw error;
  }
}
