import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createKeyedHash } from './keyed-hash.ts';
import { createTokenName, TOKEN_NAME_WORDS } from './token-name.ts';

const half = (fill: number): string => Buffer.alloc(32, fill).toString('base64url');

it('two names are equal where they are the same text, and only there, in whatever order they come', () => {
  const name = createTokenName(createKeyedHash([1, 2]));
  const halves = fc.constantFrom(half(1), half(2), half(3), `${half(1).slice(0, 42)}=`, 'a', '');
  const text = fc.tuple(halves, halves).map(([first, second]) => first + second);
  fc.assert(
    fc.property(text, text, (one, other) => {
      const words = new Uint32Array(TOKEN_NAME_WORDS + 1);
      name.pack(one);
      const { place } = name;
      name.copyTo(words, 1);
      name.pack(other);
      expect(name.equals(words, 1)).toBe(one === other);
      if (one === other) expect(name.place).toBe(place);
      name.pack(one);
      expect(name.equals(words, 1)).toBe(true);
    }),
  );
});

it('one nonce under two keys is two names at two places', () => {
  const name = createTokenName(createKeyedHash([1, 2]));
  const places = [half(1), half(2)].map((key) => {
    name.pack(key + half(7));
    return name.place;
  });
  expect(places[0]).not.toBe(places[1]);
});
