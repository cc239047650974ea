import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createKeyedHash } from '../../call/index.ts';
import { createTokenName, TOKEN_NAME_WORDS } from './token-name.ts';

const nonce = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);

it('two names are equal where key and nonce are, and only there, in whatever order they come', () => {
  const name = createTokenName(createKeyedHash([1, 2]));
  const last = nonce(1);
  last[31] = 2;
  const token = fc.record({
    keyId: fc.constantFrom('one', 'two', ''),
    nonce: fc.constantFrom(nonce(1), nonce(2), last),
  });
  fc.assert(
    fc.property(token, token, (one, other) => {
      const words = new Uint32Array(TOKEN_NAME_WORDS + 1);
      const isSame = one.keyId === other.keyId && Buffer.compare(one.nonce, other.nonce) === 0;
      name.pack(one);
      const { place } = name;
      name.copyTo(words, 1);
      name.pack(other);
      expect(name.equals(words, 1)).toBe(isSame);
      if (isSame) expect(name.place).toBe(place);
      name.pack(one);
      expect(name.equals(words, 1)).toBe(true);
    }),
  );
});

it('one nonce under two keys is two names at two places', () => {
  const name = createTokenName(createKeyedHash([1, 2]));
  const places = ['one', 'two'].map((keyId) => {
    name.pack({ keyId, nonce: nonce(7) });
    return name.place;
  });
  expect(places[0]).not.toBe(places[1]);
});

it.each([0, 31, 33])('a nonce of %i bytes is none', (length) => {
  const name = createTokenName(createKeyedHash([1, 2]));
  expect(() => name.pack({ keyId: 'one', nonce: new Uint8Array(length) })).toThrow(RangeError);
});
