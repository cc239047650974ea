// What is published, read: the quick look against the strict reader, and the digest against its definition.

import { createHash } from 'node:crypto';
import { StirError } from '@oobleck/stir';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crypto } from '../../../../test/network.ts';
import { claimedDigest, digestOf, digestOfCanonical, parsePublishBody } from './passport-set.ts';

const bytes = (text: string) => new Uint8Array(Buffer.from(text));
const spaced = (passports: readonly string[]): string => `{ "passports" : ${JSON.stringify(passports)} }`;

describe('V-09: the digest of an access token', () => {
  it('is that of the canonical list, in standard base64 with padding', () => {
    const list = ['eyJhIjoxfQ.eyJiIjoyfQ.c2ln'];
    const expected = createHash('sha256').update('["eyJhIjoxfQ.eyJiIjoyfQ.c2ln"]').digest('base64');
    expect(digestOf(crypto, list)).toBe(`sha256-${expected}`);
    expect(expected).toMatch(/=$/);
  });

  it('does not depend on how the body is written', () => {
    const texts = fc.uniqueArray(fc.oneof(fc.stringMatching(/^[A-Za-z0-9_.-]{1,40}$/), fc.string()), {
      minLength: 1,
      maxLength: 8,
    });
    const check = (list: string[]) => {
      const exact = parsePublishBody(bytes(JSON.stringify({ passports: list })));
      const other = parsePublishBody(bytes(spaced(list)));
      expect(exact.passports).toEqual(list);
      expect(other.passports).toEqual(list);
      expect(claimedDigest(digestOfCanonical(crypto, exact.canonical))).toBe(digestOf(crypto, list));
      expect(claimedDigest(digestOfCanonical(crypto, other.canonical))).toBe(digestOf(crypto, list));
    };
    fc.assert(fc.property(texts, check), { numRuns: 300 });
  });
});

describe('a body', () => {
  it.each([
    ['nothing in the list', '{"passports":[]}'],
    ['nine of them', JSON.stringify({ passports: Array.from('abcdefghi') })],
    ['one twice', '{"passports":["a","a"]}'],
    ['one twice, written otherwise', '{"passports": ["a","a"]}'],
    ['no list', '{"passports":"a"}'],
    ['no such member', '{"passport":["a"]}'],
  ])('with %s is refused', (_name, text) => expect(() => parsePublishBody(bytes(text))).toThrow(StirError));

  it('with the token of another publication says so', () => {
    expect(parsePublishBody(bytes('{"passports":["a"],"token":"b"}')).isRepublished).toBe(true);
    expect(parsePublishBody(bytes('{"passports":["a"],"other":"b"}')).isRepublished).toBe(false);
  });

  it('whatever it is, is read or refused as malformed', () => {
    const check = (body: Uint8Array) => {
      try {
        expect(parsePublishBody(body).passports.length).toBeGreaterThan(0);
      } catch (error) {
        expect(error).toBeInstanceOf(StirError);
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), check), { numRuns: 500 });
  });
});
