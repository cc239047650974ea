// The few key encodings that the protocol uses, DER and strict: SubjectPublicKeyInfo (RFC 5280 Section 4.1) and
// PKCS #8 PrivateKeyInfo (RFC 5208 Section 5) of P-256 (RFC 5480, RFC 5915) and RSA (RFC 8017 Appendix A) keys.
// Both adapters of the port read keys with it, so that both take the same ones. Curve points are checked by them.
//
//   SubjectPublicKeyInfo ::= SEQUENCE { SEQUENCE { algorithm OID, parameters }, BIT STRING }
//   PrivateKeyInfo       ::= SEQUENCE { version 0, SEQUENCE { algorithm OID, parameters }, OCTET STRING, ... }
//   RSAPublicKey         ::= SEQUENCE { n INTEGER, e INTEGER }
//   ECPrivateKey         ::= SEQUENCE { version 1, OCTET STRING (32), [0] curve OPTIONAL, [1] point OPTIONAL }

import { type ByteReader, concatBytes, createByteReader, decodeHex, equalBytes } from '../bytes/index.ts';
import { StirError } from '../stir-error.ts';
import { bitLength, bytesToInteger } from './integer.ts';

export interface RsaPublicNumbers {
  readonly modulus: bigint;
  readonly exponent: bigint;
}

/** The numbers of an RSAPrivateKey (RFC 8017 Appendix A.1.2) that the Chinese remainder theorem needs. */
export interface RsaPrivateNumbers extends RsaPublicNumbers {
  readonly p: bigint;
  readonly q: bigint;
  readonly dP: bigint;
  readonly dQ: bigint;
  readonly qInv: bigint;
  /** The DER RSAPrivateKey itself. */
  readonly pkcs1: Uint8Array;
}

export type PublicNumbers =
  | { readonly algorithm: 'ES256'; readonly point: Uint8Array }
  | ({ readonly algorithm: 'RS256' } & RsaPublicNumbers);

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const OCTET_STRING = 0x04;

const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const P256_ALGORITHM = decodeHex('06072a8648ce3d020106082a8648ce3d030107');
const RSA_ALGORITHM = decodeHex('06092a864886f70d0101010500');
const RSA_PSS_OID = decodeHex('06092a864886f70d01010a');
const P256_SPKI_HEAD = decodeHex('3059301306072a8648ce3d020106082a8648ce3d030107034200');
const P256_PKCS8_HEAD = decodeHex('3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420');
/** id-RSASSA-PSS, SHA-384, MGF1 with SHA-384, salt of 48 bytes, then everything before n (RFC 9578 Section 6.5). */
const TOKEN_SPKI_HEAD = decodeHex(
  '30820152303d06092a864886f70d01010a3030a00d300b0609608648016503040202a11a301806092a864886f70d010108300b' +
    '0609608648016503040202a2030201300382010f003082010a0282010100',
);
const TOKEN_SPKI_TAIL = decodeHex('0203010001');
const TOKEN_MODULUS_BYTES = 256;
const TOKEN_EXPONENT = 65537n;

/** P-256, or RSA of 2048 to 4096 bits with an odd e of 65537 to 2^32. @throws StirError ERR_KEY_FORMAT */
export function parseSpki(spki: Uint8Array): PublicNumbers {
  return refusing(() => {
    if (spki.length === P256_SPKI_HEAD.length + 65 && startsWith(spki, P256_SPKI_HEAD))
      return { algorithm: 'ES256', point: spki.slice(P256_SPKI_HEAD.length) };
    const reader = readOnly(spki, SEQUENCE);
    if (!equalBytes(readElement(reader, SEQUENCE), RSA_ALGORITHM)) throw refusal();
    const bits = createByteReader(readElement(reader, 0x03));
    reader.end();
    if (bits.uint8() !== 0) throw refusal();
    return { algorithm: 'RS256', ...readRsaPublicKey(readOnly(bits.rest(), SEQUENCE)) };
  });
}

/** The SubjectPublicKeyInfo of an uncompressed P-256 point of 65 bytes. */
export function formatP256Spki(point: Uint8Array): Uint8Array {
  return concatBytes(P256_SPKI_HEAD, point);
}

/** The 32 secret bytes of a P-256 key; a public key that came along is not looked at. @throws StirError ERR_KEY_FORMAT */
export function parseP256Pkcs8(pkcs8: Uint8Array): Uint8Array {
  return refusing(() => {
    const [algorithm, key] = readPrivateKeyInfo(pkcs8);
    if (!equalBytes(algorithm, P256_ALGORITHM)) throw refusal();
    const reader = readOnly(key, SEQUENCE);
    if (readInteger(reader) !== 1n) throw refusal();
    const secret = readElement(reader, OCTET_STRING);
    const value = bytesToInteger(secret);
    if (secret.length !== 32 || value === 0n || value >= P256_ORDER) throw refusal();
    return secret.slice();
  });
}

/** PrivateKeyInfo of a P-256 secret of 32 bytes, without the public key. */
export function formatP256Pkcs8(secret: Uint8Array): Uint8Array {
  return concatBytes(P256_PKCS8_HEAD, secret);
}

/** n of a token key's SubjectPublicKeyInfo: one spelling only, so that it has one key id. @throws StirError ERR_KEY_FORMAT */
export function parseTokenSpki(spki: Uint8Array): Uint8Array {
  const modulus = spki.slice(TOKEN_SPKI_HEAD.length, TOKEN_SPKI_HEAD.length + TOKEN_MODULUS_BYTES);
  if (modulus.length !== TOKEN_MODULUS_BYTES || !equalBytes(spki, formatTokenSpki(modulus))) throw refusal();
  if (modulus[0]! < 0x80 || (modulus[TOKEN_MODULUS_BYTES - 1]! & 1) === 0) throw refusal();
  return modulus;
}

/** The 342-byte SubjectPublicKeyInfo of a token key of modulus n, e = 65537. */
export function formatTokenSpki(modulus: Uint8Array): Uint8Array {
  return concatBytes(TOKEN_SPKI_HEAD, modulus, TOKEN_SPKI_TAIL);
}

/** RSA of 2048 bits, e = 65537, rsaEncryption or id-RSASSA-PSS. @throws StirError ERR_KEY_FORMAT */
export function parseTokenPkcs8(pkcs8: Uint8Array): RsaPrivateNumbers {
  return refusing(() => {
    const [algorithm, key] = readPrivateKeyInfo(pkcs8);
    if (!equalBytes(algorithm, RSA_ALGORITHM) && !startsWith(algorithm, RSA_PSS_OID)) throw refusal();
    const numbers = readRsaPrivateKey(key);
    const { modulus, exponent, p, q } = numbers;
    if (bitLength(modulus) !== 8 * TOKEN_MODULUS_BYTES || exponent !== TOKEN_EXPONENT) throw refusal();
    if (p < 3n || q < 3n || p * q !== modulus) throw refusal();
    return numbers;
  });
}

function readPrivateKeyInfo(pkcs8: Uint8Array): [algorithm: Uint8Array, key: Uint8Array] {
  const reader = readOnly(pkcs8, SEQUENCE);
  if (readInteger(reader) !== 0n) throw refusal();
  return [readElement(reader, SEQUENCE), readElement(reader, OCTET_STRING)];
}

function readRsaPublicKey(reader: ByteReader): RsaPublicNumbers {
  const modulus = readInteger(reader);
  const exponent = readInteger(reader);
  reader.end();
  const bits = bitLength(modulus);
  if (bits < 2048 || bits > 4096 || modulus % 2n === 0n) throw refusal();
  if (exponent < 65537n || exponent > 0xffffffffn || exponent % 2n === 0n) throw refusal();
  return { modulus, exponent };
}

function readRsaPrivateKey(pkcs1: Uint8Array): RsaPrivateNumbers {
  const reader = readOnly(pkcs1, SEQUENCE);
  if (readInteger(reader) !== 0n) throw refusal();
  const modulus = readInteger(reader);
  const exponent = readInteger(reader);
  readInteger(reader); // d, which the remainders below stand for
  const p = readInteger(reader);
  const q = readInteger(reader);
  const dP = readInteger(reader);
  const dQ = readInteger(reader);
  const qInv = readInteger(reader);
  reader.end();
  return { modulus, exponent, p, q, dP, dQ, qInv, pkcs1 };
}

function readOnly(input: Uint8Array, tag: number): ByteReader {
  const outer = createByteReader(input);
  const content = readElement(outer, tag);
  outer.end();
  return createByteReader(content);
}

/** One element of the given tag, its length in the shortest form. */
function readElement(reader: ByteReader, tag: number): Uint8Array {
  if (reader.uint8() !== tag) throw refusal();
  const first = reader.uint8();
  if (first < 0x80) return reader.bytes(first);
  const length = first === 0x81 ? reader.uint8() : first === 0x82 ? reader.uint16() : 0;
  if (length < (first === 0x81 ? 0x80 : 0x100)) throw refusal();
  return reader.bytes(length);
}

/** A non-negative INTEGER in the shortest form. */
function readInteger(reader: ByteReader): bigint {
  const content = readElement(reader, INTEGER);
  const isShortest =
    content.length === 1 || (content.length > 1 && (content[0] !== 0 || content[1]! >= 0x80));
  if (!isShortest || content[0]! >= 0x80) throw refusal();
  return bytesToInteger(content);
}

function startsWith(bytes: Uint8Array, head: Uint8Array): boolean {
  return equalBytes(bytes.subarray(0, head.length), head);
}

function refusing<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof StirError && cause.code === 'ERR_KEY_FORMAT') throw cause;
    throw new StirError('ERR_KEY_FORMAT', 'not a key of the form required here', { cause });
  }
}

function refusal(): StirError {
  return new StirError('ERR_KEY_FORMAT', 'not a key of the form required here');
}
