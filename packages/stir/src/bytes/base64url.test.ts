import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refusal } from '../../test/hostile.ts';
import { decodeBase64url, decodeInto, decodePortably, encodeBase64url, encodePortably } from './base64url.ts';

describe('base64url', () => {
  it.each([
    ['', ''],
    ['66', 'Zg'],
    ['666f', 'Zm8'],
    ['666f6f', 'Zm9v'],
    ['fbff', '-_8'],
  ])('writes and reads %j', (hex, text) => {
    const bytes = Uint8Array.from(Buffer.from(hex, 'hex'));
    expect(encodeBase64url(bytes)).toBe(text);
    expect(decodeBase64url(text)).toEqual(bytes);
  });

  it.each([
    'Z',
    'Zm9vZ',
    'Zg==',
    'Zm8=',
    '+_8',
    '-/8',
    'Zm 9v',
    'Zm9v\n',
    'Zh',
    'Zm9',
    'Zm9vZh',
    'Zm9€',
    'Zmŉv',
  ])('has no second spelling: %j', (text) => {
    for (const decode of [decodeBase64url, decodePortably])
      expect(() => decode(text)).toThrow(refusal('ERR_BYTES_FORMAT'));
    expect(() => decodeInto(text, new Uint8Array(64))).toThrow(refusal('ERR_BYTES_FORMAT'));
  });

  it('decodes into the beginning of what is there', () => {
    const target = new Uint8Array(5).fill(7);
    expect(decodeInto('Zm8', target)).toBe(2);
    expect([...target]).toEqual([0x66, 0x6f, 7, 7, 7]);
    expect(() => decodeInto('Zm9vYmFyYmF6', target)).toThrow(RangeError);
  });

  it('agrees with Node both ways', () => {
    const check = (bytes: Uint8Array) => {
      const text = encodeBase64url(bytes);
      expect(text).toBe(Buffer.from(bytes).toString('base64url'));
      expect(encodePortably(bytes)).toBe(text);
      expect(decodeBase64url(text)).toEqual(bytes);
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 70 }), check));
  });

  it('reads only what it would write', () => {
    const text = fc.string({ unit: fc.constantFrom(...'AQgwZ_-9z= \n'), maxLength: 9 });
    const check = (candidate: string) => {
      const isCanonical = Buffer.from(candidate, 'base64url').toString('base64url') === candidate;
      for (const decode of [decodeBase64url, decodePortably])
        if (isCanonical) expect(encodeBase64url(decode(candidate))).toBe(candidate);
        else expect(() => decode(candidate)).toThrow(refusal('ERR_BYTES_FORMAT'));
    };
    fc.assert(fc.property(text, check), { numRuns: 1_000 });
  });
});
