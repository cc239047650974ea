// The crypto port on `node:crypto`: what servers run. Synchronous, over bare prepared KeyObjects; a hash of one piece
// takes the one-shot call.

import { createHash, createHmac, hash, randomBytes } from 'node:crypto';
import type { Crypto } from '@oobleck/stir/crypto';
import { openAes128Gcm, sealAes128Gcm } from './aes-gcm.ts';
import { generateAgreementKey, importAgreementKey } from './agreement-key.ts';
import { plainBytes } from './plain-bytes.ts';
import { generateSigningKey, importSigningKey, importVerifyingKey } from './signature-key.ts';
import { importTokenSigningKey, importTokenVerifyingKey } from './token-key.ts';

export function createNodeCrypto(): Crypto {
  return {
    randomBytes: (length) => plainBytes(randomBytes(length)),
    sha256: (...pieces) => digest('sha256', pieces),
    sha384: (...pieces) => digest('sha384', pieces),
    sha512: (...pieces) => digest('sha512', pieces),
    hmacSha256(key, ...pieces) {
      const mac = createHmac('sha256', key);
      for (const piece of pieces) mac.update(piece);
      return plainBytes(mac.digest());
    },
    sealAes128Gcm,
    openAes128Gcm,
    generateAgreementKey: () => generateAgreementKey(),
    importAgreementKey: (secret) => importAgreementKey(secret),
    generateSigningKey,
    importSigningKey,
    importVerifyingKey,
    importTokenVerifyingKey,
    importTokenSigningKey,
  };
}

function digest(algorithm: string, pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return oneShot(algorithm, pieces[0]!);
  const state = createHash(algorithm);
  for (const piece of pieces) state.update(piece);
  return plainBytes(state.digest());
}

/** By way of a string: a Buffer of its own for each digest takes twice as long, and is memory outside the heap. */
function oneShot(algorithm: string, piece: Uint8Array): Uint8Array {
  const letters = hash(algorithm, piece, 'latin1');
  const bytes = new Uint8Array(letters.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = letters.charCodeAt(at);
  return bytes;
}
