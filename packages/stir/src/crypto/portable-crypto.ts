// The crypto port for browsers, workers and anything else that runs JavaScript: the noble libraries, and RSA by
// BigInt. One suite holds it and the program's adapter to the same results.

import { gcm } from '@noble/ciphers/aes.js';
import { x25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { randomBytes as platformRandomBytes } from '@noble/hashes/utils.js';
import { concatBytes, encodeBase64url, encodeUtf8 } from '../bytes/index.ts';
import { StirError } from '../stir-error.ts';
import type { AgreementKey, Crypto, SigningKey, VerifyingKey } from './crypto.ts';
import {
  formatP256Spki,
  parseP256Pkcs8,
  parseSpki,
  parseTokenPkcs8,
  parseTokenSpki,
} from './key-encoding.ts';
import { createRs256Key, createTokenSigningKey, createTokenVerifyingKey } from './portable-rsa.ts';

const ES256_BYTES = 64;
/** ES256 as RFC 7518 Section 3.4 has it: either half of s is a signature. */
const ES256_OPTIONS = { lowS: false } as const;

/** @param randomBytes a cryptographically secure generator; the platform's by default */
export function createPortableCrypto(
  randomBytes: (length: number) => Uint8Array = platformRandomBytes,
): Crypto {
  const parts = {
    randomBytes,
    sha256: (...pieces: readonly Uint8Array[]) => sha256(joined(pieces)),
    sha384: (...pieces: readonly Uint8Array[]) => sha384(joined(pieces)),
    sha512: (...pieces: readonly Uint8Array[]) => sha512(joined(pieces)),
  };
  return {
    ...parts,
    sha256Name: (input) => encodeBase64url(sha256(typeof input === 'string' ? encodeUtf8(input) : input)),
    hmacSha256: (key, ...pieces) => hmac(sha256, key, joined(pieces)),
    sealAes128Gcm(key, nonce, plaintext, aad, head) {
      const sealed = gcm(key, nonce, aad).encrypt(plaintext);
      return head === undefined ? sealed : concatBytes(head, sealed);
    },
    openAes128Gcm,
    generateAgreementKey: () => createAgreementKey(randomBytes(32)),
    importAgreementKey: createAgreementKey,
    generateSigningKey: () => createSigningKey(p256.utils.randomSecretKey(randomBytes(48))),
    importSigningKey: (pkcs8) => createSigningKey(parseP256Pkcs8(pkcs8)),
    importVerifyingKey(spki) {
      const numbers = parseSpki(spki);
      return numbers.algorithm === 'ES256'
        ? createEs256Key(numbers.point, spki)
        : createRs256Key(parts, spki, numbers);
    },
    importTokenVerifyingKey: (spki) => createTokenVerifyingKey(parts, spki, parseTokenSpki(spki)),
    importTokenSigningKey: (pkcs8) => createTokenSigningKey(parts, parseTokenPkcs8(pkcs8)),
  };
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  return pieces.length === 1 ? pieces[0]! : concatBytes(...pieces);
}

function openAes128Gcm(key: Uint8Array, nonce: Uint8Array, ciphertext: Uint8Array, aad: Uint8Array) {
  try {
    return gcm(key, nonce, aad).decrypt(ciphertext);
  } catch {
    return undefined;
  }
}

function createAgreementKey(secret: Uint8Array): AgreementKey {
  if (secret.length !== 32) throw refusal();
  const kept = secret.slice();
  return {
    publicKey: x25519.getPublicKey(kept),
    agree(peer) {
      if (peer.length !== 32) return undefined;
      try {
        return x25519.getSharedSecret(kept, peer);
      } catch {
        return undefined; // all zero (RFC 7748 Section 6.1)
      }
    },
    exportSecret: () => kept.slice(),
  };
}

function createEs256Key(point: Uint8Array, spki: Uint8Array): VerifyingKey {
  try {
    p256.Point.fromBytes(point);
  } catch (cause) {
    throw refusal(cause);
  }
  return {
    algorithm: 'ES256',
    spki,
    verify: (data, signature) =>
      signature.length === ES256_BYTES && p256.verify(signature, data, point, ES256_OPTIONS),
  };
}

function createSigningKey(secret: Uint8Array): SigningKey {
  const point = p256.getPublicKey(secret, false);
  return {
    algorithm: 'ES256',
    publicKey: createEs256Key(point, formatP256Spki(point)),
    sign(data, memory = new Uint8Array(ES256_BYTES)) {
      memory.set(p256.sign(data, secret, ES256_OPTIONS));
      return memory;
    },
  };
}

function refusal(cause?: unknown): StirError {
  return new StirError('ERR_KEY_FORMAT', 'not a key of the form required here', { cause });
}
