// Blind RSA on `node:crypto` (RFC 9474): raw powers with RSA_NO_PADDING over a plain RSA KeyObject, and verification
// with a bare `rsa-pss` KeyObject, whose parameters say hash, mask and salt, so that no options object is needed.

import {
  constants,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  verify,
} from 'node:crypto';
import { StirError } from '@oobleck/stir';
import { encodeBase64url, equalBytes } from '@oobleck/stir/bytes';
import {
  formatTokenSpki,
  integerToBytes,
  parseTokenPkcs8,
  parseTokenSpki,
  type TokenSigningKey,
  type TokenVerifyingKey,
} from '@oobleck/stir/crypto';
import { plainBytes } from './plain-bytes.ts';

const TOKEN_BYTES = 256;
const EXPONENT = 'AQAB';

/** @throws StirError ERR_KEY_FORMAT */
export function importTokenVerifyingKey(spki: Uint8Array): TokenVerifyingKey {
  const modulus = parseTokenSpki(spki);
  try {
    return createTokenVerifyingKey(spki, modulus);
  } catch (cause) {
    throw refusal(cause);
  }
}

function createTokenVerifyingKey(spki: Uint8Array, modulus: Uint8Array): TokenVerifyingKey {
  const pssKey = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  const jwk = { kty: 'RSA', n: encodeBase64url(modulus), e: EXPONENT };
  const raw = withoutPadding(createPublicKey({ key: jwk, format: 'jwk' }));
  return {
    spki,
    modulus,
    raw: (message) => plainBytes(publicEncrypt(raw, message)),
    verify: (data, signature) =>
      signature.length === TOKEN_BYTES && verify('sha384', data, pssKey, signature),
  };
}

/** @throws StirError ERR_KEY_FORMAT */
export function importTokenSigningKey(pkcs8: Uint8Array): TokenSigningKey {
  const { modulus, pkcs1 } = parseTokenPkcs8(pkcs8);
  const raw = withoutPadding(importPrivateKey(pkcs1));
  const publicKey = importTokenVerifyingKey(formatTokenSpki(integerToBytes(modulus, TOKEN_BYTES)));
  return {
    publicKey,
    rawSign(message) {
      if (message.length !== TOKEN_BYTES) return undefined;
      try {
        const signature = plainBytes(privateDecrypt(raw, message));
        return equalBytes(publicKey.raw(signature), message) ? signature : undefined;
      } catch {
        return undefined; // not below n
      }
    },
  };
}

/** From RSAPrivateKey: under id-RSASSA-PSS, OpenSSL would not do the raw power. */
function importPrivateKey(pkcs1: Uint8Array): KeyObject {
  try {
    return createPrivateKey({ key: Buffer.from(pkcs1), format: 'der', type: 'pkcs1' });
  } catch (cause) {
    throw refusal(cause);
  }
}

function withoutPadding(key: KeyObject) {
  return { key, padding: constants.RSA_NO_PADDING };
}

function refusal(cause?: unknown): StirError {
  return new StirError('ERR_KEY_FORMAT', 'not a key of the form required here', { cause });
}
