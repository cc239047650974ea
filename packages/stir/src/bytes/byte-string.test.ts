import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refusal } from '../../test/hostile.ts';
import {
  compareBytes,
  concatBytes,
  decodeAscii,
  decodeHex,
  decodeUtf8,
  encodeHex,
  encodeUtf8,
  equalBytes,
  isAllZero,
} from './byte-string.ts';

const bytes = fc.uint8Array({ maxLength: 40 });

describe('byte strings', () => {
  it('join, compare and are equal as Node has it', () => {
    const check = (a: Uint8Array, b: Uint8Array) => {
      expect(concatBytes(a, b)).toEqual(Uint8Array.from([...a, ...b]));
      expect(compareBytes(a, b)).toBe(Buffer.compare(a, b));
      expect(equalBytes(a, b)).toBe(Buffer.compare(a, b) === 0);
      expect(equalBytes(a, a.slice())).toBe(true);
    };
    fc.assert(fc.property(bytes, bytes, check));
  });

  it('are zero only where every byte is', () => {
    expect(isAllZero(new Uint8Array(3))).toBe(true);
    for (const at of [0, 1, 2]) expect(isAllZero(new Uint8Array(3).fill(128, at, at + 1))).toBe(false);
  });

  it('go through hexadecimal and UTF-8 unchanged', () => {
    const check = (one: Uint8Array, text: string) => {
      expect(encodeHex(one)).toBe(Buffer.from(one).toString('hex'));
      expect(decodeHex(encodeHex(one))).toEqual(one);
      expect(decodeUtf8(encodeUtf8(text))).toBe(text);
    };
    fc.assert(fc.property(bytes, fc.string({ unit: 'grapheme' }), check));
  });

  it('keep a byte order mark: it is part of what was signed', () => {
    expect(decodeUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x41))).toBe('\ufeffA');
  });

  it.each([
    ['odd hexadecimal', () => decodeHex('abc')],
    ['other letters', () => decodeHex('0g')],
    ['a prefix', () => decodeHex('0xab')],
    ['cut UTF-8', () => decodeUtf8(Uint8Array.of(0xc3))],
    ['overlong UTF-8', () => decodeUtf8(Uint8Array.of(0xc0, 0x80))],
    ['a surrogate in UTF-8', () => decodeUtf8(Uint8Array.of(0xed, 0xa0, 0x80))],
    ['UTF-8 where ASCII is due', () => decodeAscii(encodeUtf8('é'))],
  ])('refuse %s', (_, act) => expect(act).toThrow(refusal('ERR_BYTES_FORMAT')));
});
