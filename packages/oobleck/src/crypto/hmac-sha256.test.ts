import { createHmac } from 'node:crypto';
import { concatBytes } from '@oobleck/stir/bytes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hmacSha256 } from './hmac-sha256.ts';
import { createNodeCrypto } from './node-crypto.ts';

const pieces = fc.array(fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 700 })), {
  maxLength: 4,
});

describe('hashes by one call', () => {
  it('of HMAC are those of an Hmac object, for keys and texts of any length', () => {
    const check = (key: Uint8Array, text: readonly Uint8Array[]) => {
      const expected = createHmac('sha256', key)
        .update(concatBytes(...text))
        .digest('hex');
      expect(Buffer.from(hmacSha256(key, text)).toString('hex')).toBe(expected);
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 70 }), pieces, check));
    for (const length of [0, 63, 64, 65]) check(new Uint8Array(length).fill(7), [new Uint8Array(512)]);
    check(new Uint8Array(32), [new Uint8Array(511), new Uint8Array(2)]);
  });

  it('of several pieces are those of the pieces together', () => {
    const crypto = createNodeCrypto();
    const check = (text: readonly Uint8Array[]) => {
      for (const digest of [crypto.sha256, crypto.sha384, crypto.sha512])
        expect(digest(...text)).toEqual(digest(concatBytes(...text)));
    };
    fc.assert(fc.property(pieces, check));
  });
});
