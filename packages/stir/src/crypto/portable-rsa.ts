// RSA by BigInt for the portable adapter: raw powers, RSASSA-PSS and RSASSA-PKCS1-v1_5 verification (RFC 8017
// Section 8). The private power blinds its base (RFC 9474 Section 7.1), since BigInt is not of constant time; issuers
// use the program's adapter all the same.

import { concatBytes, decodeHex, equalBytes } from '../bytes/index.ts';
import type { Crypto, TokenSigningKey, TokenVerifyingKey, VerifyingKey } from './crypto.ts';
import { verifyEmsaPss } from './emsa-pss.ts';
import { bitLength, bytesToInteger, integerToBytes, modularPower } from './integer.ts';
import { formatTokenSpki, type RsaPrivateNumbers, type RsaPublicNumbers } from './key-encoding.ts';
import { createIntegerBelow } from './random-integer.ts';

const TOKEN_BYTES = 256;
const TOKEN_EXPONENT = 65537n;
/** DigestInfo of SHA-256 up to the digest (RFC 8017 Section 9.2, note 1). */
const SHA256_DIGEST_INFO = decodeHex('3031300d060960864801650304020105000420');

/** What this file needs of the adapter it is part of. */
export type RsaParts = Pick<Crypto, 'randomBytes' | 'sha256' | 'sha384'>;

export function createRs256Key(parts: RsaParts, spki: Uint8Array, numbers: RsaPublicNumbers): VerifyingKey {
  const { modulus, exponent } = numbers;
  const length = Math.ceil(bitLength(modulus) / 8);
  return {
    algorithm: 'RS256',
    spki,
    verify(data, signature) {
      const s = bytesToInteger(signature);
      if (signature.length !== length || s >= modulus) return false;
      const encoded = integerToBytes(modularPower(s, exponent, modulus), length);
      return equalBytes(encoded, encodePkcs1(parts.sha256(data), length));
    },
  };
}

/** EMSA-PKCS1-v1_5-ENCODE (RFC 8017 Section 9.2). */
function encodePkcs1(digest: Uint8Array, length: number): Uint8Array {
  const ending = concatBytes(SHA256_DIGEST_INFO, digest);
  const padding = new Uint8Array(length - ending.length - 3).fill(0xff);
  return concatBytes(Uint8Array.of(0, 1), padding, Uint8Array.of(0), ending);
}

export function createTokenVerifyingKey(
  parts: RsaParts,
  spki: Uint8Array,
  modulus: Uint8Array,
): TokenVerifyingKey {
  const n = bytesToInteger(modulus);
  const power = (value: bigint) => integerToBytes(modularPower(value, TOKEN_EXPONENT, n), TOKEN_BYTES);
  return {
    spki,
    modulus,
    raw: (message) => power(bytesToInteger(message)),
    verify(data, signature) {
      const s = bytesToInteger(signature);
      return signature.length === TOKEN_BYTES && s < n && verifyEmsaPss(parts.sha384, data, power(s));
    },
  };
}

export function createTokenSigningKey(parts: RsaParts, numbers: RsaPrivateNumbers): TokenSigningKey {
  const n = numbers.modulus;
  const modulus = integerToBytes(n, TOKEN_BYTES);
  const integerBelow = createIntegerBelow(parts.randomBytes);
  return {
    publicKey: createTokenVerifyingKey(parts, formatTokenSpki(modulus), modulus),
    rawSign(message) {
      const m = bytesToInteger(message);
      if (message.length !== TOKEN_BYTES || m >= n) return undefined;
      const { value: r, inverse } = integerBelow(n);
      const blinded = (m * modularPower(r, TOKEN_EXPONENT, n)) % n;
      const s = (privatePower(numbers, blinded) * inverse) % n;
      if (modularPower(s, TOKEN_EXPONENT, n) !== m) return undefined;
      return integerToBytes(s, TOKEN_BYTES);
    },
  };
}

/** RSADP by the Chinese remainder theorem (RFC 8017 Section 5.1.2). */
function privatePower({ p, q, dP, dQ, qInv }: RsaPrivateNumbers, value: bigint): bigint {
  const m1 = modularPower(value, dP, p);
  const m2 = modularPower(value, dQ, q);
  const h = (((qInv * (m1 - m2)) % p) + p) % p;
  return m2 + h * q;
}
