export type {
  AgreementKey,
  Crypto,
  SigningKey,
  TokenSigningKey,
  TokenVerifyingKey,
  VerifyingKey,
} from './crypto.ts';
export { encodeEmsaPss, PSS_SALT_BYTES } from './emsa-pss.ts';
export { bytesToInteger, integerToBytes, modularInverse, modularPower } from './integer.ts';
export {
  formatP256Pkcs8,
  formatP256Spki,
  formatTokenSpki,
  parseP256Pkcs8,
  parseSpki,
  parseTokenPkcs8,
  parseTokenSpki,
} from './key-encoding.ts';
export { createPortableCrypto } from './portable-crypto.ts';
export { createIntegerBelow, type InvertibleInteger } from './random-integer.ts';
