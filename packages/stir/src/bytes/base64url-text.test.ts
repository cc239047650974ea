import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refusal } from '../../test/hostile.ts';
import { decodeBase64urlText, encodeBase64urlText } from './base64url-text.ts';

describe('text in base64url', () => {
  it('agrees with Node both ways, whatever was there before', () => {
    const check = (text: string) => {
      const encoded = encodeBase64urlText(text);
      expect(encoded).toBe(Buffer.from(text).toString('base64url'));
      expect(decodeBase64urlText(encoded)).toBe(text);
    };
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), check));
    for (const length of [0, 5_461, 5_462, 16_384, 16_385, 65_536]) check('€'.repeat(length));
  });

  it.each(['Zg==', 'Zh', '_w', '7aCA', 'Z', `${'A'.repeat(20_000)}=`])('refuses %.20j', (text) =>
    expect(() => decodeBase64urlText(text)).toThrow(refusal('ERR_BYTES_FORMAT')),
  );
});
