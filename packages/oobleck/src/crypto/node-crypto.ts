// The crypto port on `node:crypto`: what servers run. Synchronous, over bare prepared KeyObjects; a hash of few bytes, or of
// one piece, takes the one-shot call.

import { createHash, hash, randomBytes } from 'node:crypto';
import type { Crypto } from '@oobleck/stir/crypto';
import { openAes128Gcm, sealAes128Gcm } from './aes-gcm.ts';
import { generateAgreementKey, importAgreementKey } from './agreement-key.ts';
import { hmacSha256 } from './hmac-sha256.ts';
import { plainBytes } from './plain-bytes.ts';
import { generateSigningKey, importSigningKey, importVerifyingKey } from './signature-key.ts';
import { importTokenSigningKey, importTokenVerifyingKey } from './token-key.ts';

export function createNodeCrypto(): Crypto {
  return {
    randomBytes: (length) => plainBytes(randomBytes(length)),
    sha256: (...pieces) => digest('sha256', pieces),
    sha256Name: (input) => hash('sha256', input, 'base64url'),
    sha384: (...pieces) => digest('sha384', pieces),
    sha512: (...pieces) => digest('sha512', pieces),
    hmacSha256: (key, ...pieces) => hmacSha256(key, pieces),
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

/** So few bytes are put together and hashed in one call, since a hash of several pieces costs more than its work. */
const JOINED_BYTES = 256;
/** Written over for each hash, and hashed before anything else runs. */
const joined = new Uint8Array(JOINED_BYTES);

function digest(algorithm: string, pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return oneShot(algorithm, pieces[0]!);
  let length = 0;
  for (const piece of pieces) length += piece.length;
  if (length <= JOINED_BYTES) return oneShot(algorithm, join(pieces, length));
  const state = createHash(algorithm);
  for (const piece of pieces) state.update(piece);
  return plainBytes(state.digest());
}

function join(pieces: readonly Uint8Array[], length: number): Uint8Array {
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined.subarray(0, length);
}

/** By way of a string: a Buffer of its own for each digest takes twice as long, and is memory outside the heap. */
function oneShot(algorithm: string, piece: Uint8Array): Uint8Array {
  const letters = hash(algorithm, piece, 'latin1');
  const bytes = new Uint8Array(letters.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = letters.charCodeAt(at);
  return bytes;
}
