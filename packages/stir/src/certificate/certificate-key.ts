// Prepares the public key of a certificate, once for each certificate value and crypto adapter. What is prepared stays on the
// certificate and ends with it, and decides nothing. (A WeakMap beside it costs a tenth of a whole path validation.)

import type { Crypto, VerifyingKey } from '../crypto/crypto.ts';
import { StirError } from '../stir-error.ts';
import type { Certificate } from './certificate.ts';

/** `key` is `undefined` where the certificate's is none that counts here. */
export interface PreparedKey {
  readonly crypto: Crypto;
  readonly spki: Uint8Array;
  readonly key: VerifyingKey | undefined;
}

/** Where a certificate keeps it. */
export interface KeyHolder {
  preparedKey: PreparedKey | undefined;
}

/** The certificate's key, or `undefined` where it is neither P-256 nor RSA of 2048 to 4096 bits (RFC 8226 Section 4). */
export function verifyingKeyOf(certificate: Certificate, crypto: Crypto): VerifyingKey | undefined {
  const holder = certificate as Certificate & KeyHolder;
  const { spki } = certificate;
  const prepared = holder.preparedKey;
  if (prepared !== undefined && prepared.crypto === crypto && prepared.spki === spki) return prepared.key;
  const key = importKey(certificate, crypto);
  holder.preparedKey = { crypto, spki, key };
  return key;
}

function importKey(certificate: Certificate, crypto: Crypto): VerifyingKey | undefined {
  try {
    return crypto.importVerifyingKey(certificate.spki);
  } catch (error) {
    if (error instanceof StirError) return undefined;
    throw error;
  }
}
