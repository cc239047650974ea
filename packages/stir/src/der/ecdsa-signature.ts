// An ECDSA signature as certificates carry it, from and to the r || s of RFC 7518 Section 3.4 that the crypto port takes.
//
//   Ecdsa-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER }     (RFC 3279 Section 2.2.3)

import { StirError } from '../stir-error.ts';
import { DerReader } from './der-reader.ts';
import { encodeDer } from './encode-der.ts';
import { TAG } from './tag.ts';

const SCALAR_BYTES = 32;

/**
 * DER to r || s, 64 bytes, for P-256.
 * @throws StirError ERR_DER_FORMAT unless both are positive, minimal and at most 32 bytes, with nothing after them
 */
export function parseEcdsaSignature(der: Uint8Array): Uint8Array<ArrayBuffer> {
  const pair = DerReader.only(der, TAG.sequence);
  const out = new Uint8Array(2 * SCALAR_BYTES);
  writeScalar(pair.integerBytes(), out, SCALAR_BYTES);
  writeScalar(pair.integerBytes(), out, 2 * SCALAR_BYTES);
  pair.end();
  return out;
}

/** r || s, 64 bytes, to DER. */
export function formatEcdsaSignature(raw: Uint8Array): Uint8Array<ArrayBuffer> {
  const halves = [raw.subarray(0, SCALAR_BYTES), raw.subarray(SCALAR_BYTES)];
  return encodeDer(TAG.sequence, ...halves.map(encodeScalar));
}

function encodeScalar(scalar: Uint8Array): Uint8Array {
  const first = scalar.findIndex((octet) => octet !== 0);
  const octets = scalar.subarray(first === -1 ? scalar.length - 1 : first);
  return encodeDer(TAG.integer, octets[0]! >= 0x80 ? Uint8Array.of(0) : new Uint8Array(0), octets);
}

function writeScalar(integer: Uint8Array, out: Uint8Array, end: number): void {
  const isNegative = integer[0]! >= 0x80;
  const scalar = integer[0] === 0 ? integer.subarray(1) : integer;
  if (isNegative || scalar.length === 0 || scalar.length > SCALAR_BYTES)
    throw new StirError('ERR_DER_FORMAT', 'not DER: signature value out of range');
  out.set(scalar, end - scalar.length);
}
