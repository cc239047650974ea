// A new issuer key: RSA of 2048 bits, e = 65537 (RFC 9578 Section 6). Off the event loop, since it takes a tenth of a
// second and more.

import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import type { TokenSigningKey } from '@oobleck/stir/crypto';
import { importTokenSigningKey } from './token-key.ts';

const generate = promisify(generateKeyPair);

export interface GeneratedTokenKey {
  /** DER PKCS #8, for storage. */
  readonly pkcs8: Uint8Array;
  readonly key: TokenSigningKey;
}

export async function generateTokenKey(): Promise<GeneratedTokenKey> {
  const { privateKey } = await generate('rsa', { modulusLength: 2048, publicExponent: 65537 });
  const pkcs8 = new Uint8Array(privateKey.export({ format: 'der', type: 'pkcs8' }));
  return { pkcs8, key: importTokenSigningKey(pkcs8) };
}
