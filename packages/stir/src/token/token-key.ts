// Naming an issuer's key (RFC 9578 Section 6.5): by the hash of its one SubjectPublicKeyInfo spelling.

import type { Crypto, TokenVerifyingKey } from '../crypto/crypto.ts';

/** SHA-256 of the SubjectPublicKeyInfo, 32 bytes. */
export function tokenKeyId(crypto: Pick<Crypto, 'sha256'>, key: Pick<TokenVerifyingKey, 'spki'>): Uint8Array {
  return crypto.sha256(key.spki);
}

/** Last byte of a key id, which is all that a TokenRequest names. */
export function truncateKeyId(keyId: Uint8Array): number {
  return keyId[keyId.length - 1]!;
}
