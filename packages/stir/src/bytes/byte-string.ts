// Small operations on byte strings that every codec needs: joining, comparing, text, hexadecimal.

import { StirError } from '../stir-error.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Each byte as two digits. */
const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Equality that takes the same time wherever two strings of one length differ. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!;
  return difference === 0;
}

/** -1, 0 or 1, by unsigned bytes and then by length. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) if (a[i] !== b[i]) return a[i]! < b[i]! ? -1 : 1;
  return Math.sign(a.length - b.length);
}

export function isAllZero(bytes: Uint8Array): boolean {
  let seen = 0;
  for (let i = 0; i < bytes.length; i++) seen |= bytes[i]!;
  return seen === 0;
}

export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/** As much of the text as fits, to the beginning of `target`. @returns how many bytes that are */
export function writeUtf8(text: string, target: Uint8Array): number {
  return encoder.encodeInto(text, target).written;
}

/** @throws StirError ERR_BYTES_FORMAT where the bytes are not well-formed UTF-8 */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new StirError('ERR_BYTES_FORMAT', 'not well-formed UTF-8', { cause });
  }
}

/** @throws StirError ERR_BYTES_FORMAT where a byte is above 0x7F */
export function decodeAscii(bytes: Uint8Array): string {
  for (const byte of bytes) if (byte > 0x7f) throw new StirError('ERR_BYTES_FORMAT', 'not ASCII');
  return decodeUtf8(bytes);
}

export function encodeHex(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i++) text += HEX[bytes[i]!]!;
  return text;
}

/** @throws StirError ERR_BYTES_FORMAT for an odd length or anything but hexadecimal digits */
export function decodeHex(text: string): Uint8Array<ArrayBuffer> {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text))
    throw new StirError('ERR_BYTES_FORMAT', 'not hexadecimal');
  return Uint8Array.from({ length: text.length / 2 }, (_, i) =>
    Number.parseInt(text.slice(2 * i, 2 * i + 2), 16),
  );
}
