// ECDSA signatures from and to DER (RFC 3279 Section 2.2.3), for P-256. `node:crypto` speaks DER unless it is given an
// options object, and those are slow on the hot path.
//
//   Ecdsa-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER }

const HALF = 32;

/**
 * DER, as OpenSSL wrote it, to r || s.
 * @param raw 64 bytes, which become the result
 */
export function derToRaw(der: Uint8Array, raw: Uint8Array = new Uint8Array(2 * HALF)): Uint8Array {
  const rLength = der[3]!;
  placeInteger(der, 4, rLength, raw, 0);
  placeInteger(der, 6 + rLength, der[5 + rLength]!, raw, HALF);
  return raw;
}

function placeInteger(der: Uint8Array, from: number, length: number, raw: Uint8Array, to: number): void {
  const skipped = Math.max(0, length - HALF);
  const start = to + HALF - (length - skipped);
  for (let at = to; at < start; at++) raw[at] = 0;
  for (let at = start, read = from + skipped; at < to + HALF; at++, read++) raw[at] = der[read]!;
}

/** Bytes of the longest DER form. */
export const MAXIMUM_DER = 72;

/**
 * r || s, 64 bytes, to DER. Whether r and s are in range is for the verification to say.
 * @param memory at least MAXIMUM_DER bytes, of which the result is the beginning: a prepared key brings its own
 */
export function rawToDer(raw: Uint8Array, memory = new Uint8Array(MAXIMUM_DER)): Uint8Array {
  const rStart = firstKept(raw, 0);
  const sStart = firstKept(raw, HALF);
  const rLength = integerLength(raw, rStart, HALF);
  const sLength = integerLength(raw, sStart, 2 * HALF);
  const der = memory.subarray(0, 6 + rLength + sLength);
  der[0] = 0x30;
  der[1] = 4 + rLength + sLength;
  writeInteger(der, 2, rLength, raw, rStart, HALF);
  writeInteger(der, 4 + rLength, sLength, raw, sStart, 2 * HALF);
  return der;
}

function firstKept(raw: Uint8Array, from: number): number {
  let at = from;
  while (at < from + HALF - 1 && raw[at] === 0) at++;
  return at;
}

function integerLength(raw: Uint8Array, start: number, end: number): number {
  return end - start + (raw[start]! >= 0x80 ? 1 : 0);
}

function writeInteger(
  der: Uint8Array,
  at: number,
  length: number,
  raw: Uint8Array,
  start: number,
  end: number,
): void {
  der[at] = 2;
  der[at + 1] = length;
  const digits = at + 2 + length - (end - start);
  der[at + 2] = 0;
  for (let i = start; i < end; i++) der[digits + i - start] = raw[i]!;
}
