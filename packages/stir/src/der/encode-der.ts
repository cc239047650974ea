// DER written (X.690 Section 10.1): one element around parts that are written already.

import { concatBytes } from '../bytes/index.ts';
import { TAG } from './tag.ts';

/** One element: header and the joined parts as content. */
export function encodeDer(tag: number, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const part of parts) length += part.length;
  const octets = length < 0x80 ? [] : bigEndian(length);
  const header = octets.length === 0 ? [tag, length] : [tag, 0x80 | octets.length, ...octets];
  return concatBytes(Uint8Array.from(header), ...parts);
}

/** INTEGER of a number from 0 to 2^53 - 1. */
export function encodeDerInteger(value: number): Uint8Array<ArrayBuffer> {
  const octets = bigEndian(value);
  return encodeDer(TAG.integer, Uint8Array.from(octets[0]! >= 0x80 ? [0, ...octets] : octets));
}

function bigEndian(value: number): number[] {
  const octets: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return octets.length === 0 ? [0] : octets;
}
