import type { Token } from '@oobleck/stir/token';
import { describe, expect, it } from 'vitest';
import { crypto, NOON } from './issuer-fixture.ts';
import { createTokenPouch, randomFraction } from './token-pouch.ts';
import { utcDay } from './utc-day.ts';

const TODAY = utcDay(NOON);

function tokens(count: number): Token[] {
  const bytes = new Uint8Array(32);
  return Array.from({ length: count }, (_, i) => ({
    nonce: Uint8Array.of(i),
    challengeDigest: bytes,
    keyId: bytes,
    authenticator: bytes,
  }));
}

describe('token pouch', () => {
  it('gives each token once, in an order that is not that of drawing', () => {
    const pouch = createTokenPouch(crypto, 0);
    pouch.add(TODAY, tokens(64), NOON);
    const order = Array.from({ length: 64 }, () => pouch.take(1, NOON)![0]!.nonce[0]!);
    expect(pouch.take(1, NOON)).toBeUndefined();
    expect(pouch.count(TODAY)).toBe(0);
    expect([...order].sort((a, b) => a - b)).toEqual([...order.keys()]);
    expect(order).not.toEqual([...order.keys()]);
  });

  it('takes by the bytes it is given', () => {
    const fixed = (byte: number) => ({ randomBytes: (length: number) => new Uint8Array(length).fill(byte) });
    const first = createTokenPouch(fixed(0), 0);
    const last = createTokenPouch(fixed(255), 0);
    for (const pouch of [first, last]) pouch.add(TODAY, tokens(5), NOON);
    expect(first.take(2, NOON)!.map(({ nonce }) => nonce[0])).toEqual([0, 4]);
    expect(last.take(2, NOON)!.map(({ nonce }) => nonce[0])).toEqual([4, 3]);
    expect(randomFraction(fixed(0))).toBe(0);
    expect(randomFraction(fixed(255))).toBeLessThan(1);
  });

  it('mixes old tokens only, and gives none where there are too few', () => {
    const pouch = createTokenPouch(crypto, 600);
    pouch.add(TODAY, tokens(2), NOON);
    pouch.add(TODAY, tokens(2), NOON + 300);
    expect(pouch.take(3, NOON + 600)).toBeUndefined();
    expect(pouch.take(2, NOON + 600)).toHaveLength(2);
    expect(pouch.take(1, NOON + 899)).toBeUndefined();
    expect(pouch.take(2, NOON + 900)).toHaveLength(2);
  });

  it('forgets days gone by', () => {
    const pouch = createTokenPouch(crypto, 0);
    pouch.add(TODAY, tokens(2), NOON);
    expect(pouch.take(1, NOON + 2 * 86_400)).toBeUndefined();
    expect(pouch.count(TODAY)).toBe(0);
  });
});
