import { describe, expect, it } from 'vitest';
import { encodeUtf8 } from '../bytes/index.ts';
import { encodeEmsaPss, PSS_SALT_BYTES, verifyEmsaPss } from './emsa-pss.ts';
import { createPortableCrypto } from './portable-crypto.ts';

const { sha384, randomBytes } = createPortableCrypto();
const message = encodeUtf8('a token');

describe('EMSA-PSS (RFC 8017 Section 9.1)', () => {
  const encoded = encodeEmsaPss(sha384, message, randomBytes(PSS_SALT_BYTES));

  it('verifies what it encoded, for that message only', () => {
    expect(encoded).toHaveLength(256);
    expect(verifyEmsaPss(sha384, message, encoded)).toBe(true);
    expect(verifyEmsaPss(sha384, encodeUtf8('another'), encoded)).toBe(false);
    expect(verifyEmsaPss(sha384, message, encoded.subarray(1))).toBe(false);
  });

  it('refuses every encoding that differs in one bit: zeros, separator, salt, hash, trailer', () => {
    for (let at = 0; at < 256; at++) {
      const bit = 1 << (at % 8);
      const altered = encoded.map((byte, i) => (i === at ? byte ^ bit : byte));
      expect(verifyEmsaPss(sha384, message, altered)).toBe(false);
    }
    const separator = 256 - 48 - 1 - PSS_SALT_BYTES - 1;
    for (const [at, bit] of [
      [0, 0x80],
      [separator, 1],
      [separator, 2],
    ]) {
      const altered = encoded.map((byte, i) => (i === at ? byte ^ bit! : byte));
      expect(verifyEmsaPss(sha384, message, altered)).toBe(false);
    }
  });
});
