import { describe, expect, it } from 'vitest';
import { crypto } from '../../test/carrier.ts';
import { refusal } from '../../test/hostile.ts';
import { encodeUtf8 } from '../bytes/index.ts';
import type { Json, JsonObject } from '../json/index.ts';
import { formatIntegrityDigest, integrityDigestOf, parseIntegrityDigest } from './integrity-digest.ts';
import { formatMediaKeys, isSameMedia, parseFingerprint, parseMediaKeys } from './mky.ts';
import { isBodyIntact } from './msg.ts';
import { parseRcd, type RichCallData } from './rcd.ts';
import { checkRcd, isSameName } from './rcd-integrity.ts';
import { formatStatement, parseStatement } from './statement.ts';
import rfc9475 from './vectors/digest.rfc9475.json' with { type: 'json' };
import rfc9795 from './vectors/digests.rfc9795.json' with { type: 'json' };
import rfc8225 from './vectors/media-keys.rfc8225.json' with { type: 'json' };

const text = (bytes: string) => encodeUtf8(bytes);
const digestOf = (content: string) => formatIntegrityDigest(integrityDigestOf(crypto, text(content)));

describe('integrity digests', () => {
  it.each(rfc9795.digests)('RFC 9795: $pointer', ({ input, digest }) => {
    expect(digestOf(input)).toBe(digest);
    expect(formatIntegrityDigest(parseIntegrityDigest(`${digest}=`))).toBe(digest);
  });

  it.each(['sha256', 'sha384', 'sha512'] as const)('%s', (algorithm) => {
    const made = integrityDigestOf(crypto, text('abc'), algorithm);
    expect(parseIntegrityDigest(formatIntegrityDigest(made))).toEqual(made);
    expect(isBodyIntact(crypto, { body: made }, text('abc'))).toBe(true);
    expect(isBodyIntact(crypto, { body: made }, text('abd'))).toBe(false);
    expect(isBodyIntact(crypto, {}, text('abd'))).toBeUndefined();
  });

  it.each([
    rfc9475.printed,
    '',
    'sha256-',
    'sha-256-sM275lTgzCte+LHOKHtU4SxG8shlOo6OS4ot8IJQImY',
    'SHA256-sM275lTgzCte+LHOKHtU4SxG8shlOo6OS4ot8IJQImY',
    'sha256-sM275lTgzCte-LHOKHtU4SxG8shlOo6OS4ot8IJQImY',
    'sha256-sM275lTgzCte+LHOKHtU4SxG8shlOo6OS4ot8IJQImZ',
    'sha256-sM275lTgzCte+LHOKHtU4SxG8shlOo6OS4ot8IJQImY==',
  ])('RFC 9475 Section 3: refuses %s', (digest) =>
    expect(() => parseIntegrityDigest(digest)).toThrow(refusal('ERR_PASSPORT_FORMAT')),
  );
});

describe('checkRcd (RFC 9795 Section 6)', () => {
  const LOGO = 'https://example.com/logo.png';
  const ICON = 'https://example.com/icon.png';
  const LINK = 'https://example.com/card.json';
  const card: Json = [
    'vcard',
    [
      ['version', {}, 'text', '4.0'],
      ['logo', {}, 'uri', LOGO],
    ],
  ];
  const contents = (entries: Record<string, string>) =>
    new Map(Object.entries(entries).map(([url, content]) => [url, text(content)]));
  const read = (claims: JsonObject) => parseRcd(claims) as RichCallData;
  const check = (data: RichCallData, entries: Record<string, string>) =>
    Object.fromEntries(checkRcd(crypto, data, contents(entries)));

  const inline = read({
    rcd: { nam: 'Q Branch', icn: ICON, jcd: card },
    rcdi: {
      '/nam': digestOf('"Q Branch"'),
      '/icn': digestOf('icon'),
      '/jcd': digestOf(JSON.stringify(card)),
      '/jcd/1/1/3': digestOf('logo'),
    },
  });
  it('values in canonical form, URLs by what lies there', () => {
    expect(check(inline, { [ICON]: 'icon', [LOGO]: 'logo' })).toEqual({
      '/nam': 'intact',
      '/icn': 'intact',
      '/jcd': 'intact',
      '/jcd/1/1/3': 'intact',
    });
    expect(check(inline, { [ICON]: 'another icon' })).toMatchObject({
      '/icn': 'altered',
      '/jcd/1/1/3': 'unavailable',
    });
  });

  it('a claim that is not what was digested', () => {
    const altered = { ...inline, name: 'R Branch' };
    expect(check(altered, {})).toMatchObject({ '/nam': 'altered', '/icn': 'unavailable' });
  });

  it('a linked card, by its bytes, and the URLs in it', () => {
    const body = JSON.stringify(card);
    const linked = (rcdi: JsonObject) => read({ rcd: { nam: 'Q', jcl: LINK }, rcdi });
    const full = linked({ '/jcl': digestOf(body), '/jcl/1/1/3': digestOf('logo') });
    const fetched = { [LINK]: body, [LOGO]: 'logo' };
    expect(check(full, fetched)).toEqual({ '/jcl': 'intact', '/jcl/1/1/3': 'intact' });
    expect(check(full, { ...fetched, [LINK]: ` ${body}` })['/jcl']).toBe('altered');
    expect(check(full, {})).toEqual({ '/jcl': 'unavailable', '/jcl/1/1/3': 'unavailable' });
    expect(check(full, { [LINK]: '[' })).toEqual({ '/jcl': 'altered', '/jcl/1/1/3': 'unavailable' });
    expect(check(linked({ '/jcl': digestOf(body) }), fetched)).toEqual({
      '/jcl': 'intact',
      '/jcl/1/1/3': 'altered',
    });
  });

  it('compares the name with the one signaling shows', () => {
    expect(isSameName(inline, 'Q Branch')).toBe(true);
    expect(isSameName(inline, 'q branch')).toBe(false);
  });
});

describe('P-08: mky (RFC 8225 Section 5.2.2)', () => {
  const keys = rfc8225.fingerprints.map(parseFingerprint);
  const { mky } = JSON.parse(rfc8225.payload) as { mky: JsonObject[] };

  it('sorts and writes the example', () => {
    expect(formatMediaKeys(keys)).toEqual(mky);
    expect(parseMediaKeys(mky)).toEqual([keys[1], keys[0]]);
    const claims = JSON.parse(rfc8225.payload) as JsonObject;
    expect(formatStatement(parseStatement('base', claims))).toEqual(claims);
    expect(isSameMedia(keys, [...keys].reverse())).toBe(true);
    expect(isSameMedia(keys, keys.slice(1))).toBe(false);
  });

  it.each<[string, Json]>([
    ['unsorted', [...mky].reverse()],
    ['a key twice', [mky[0]!, mky[0]!]],
    ['none', []],
    ['no list', mky[0]!],
    ['lower-case digits', [{ alg: 'sha-256', dig: 'ab'.repeat(32) }]],
    ['colons', [{ alg: 'sha-256', dig: '02:1A' }]],
    ['a member more', [{ ...mky[0]!, x: 1 }]],
  ])('refuses %s', (_, value) => expect(() => parseMediaKeys(value)).toThrow(refusal('ERR_PASSPORT_FORMAT')));

  it.each(['', 'sha-256', 'sha-256 4A', 'sha-256 4AADB9', `sha-256 ${'4A:'.repeat(32)}`])(
    'no fingerprint: %s',
    (line) => expect(() => parseFingerprint(line)).toThrow(refusal('ERR_PASSPORT_FORMAT')),
  );
});
