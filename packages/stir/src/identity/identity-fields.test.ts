import { describe, expect, it } from 'vitest';
import { refusal } from '../../test/hostile.ts';
import { parseIdentity } from './identity.ts';
import { readIdentityFields, splitIdentities } from './identity-fields.ts';

const VALUE = 'aa.bb.cc;info=<https://e/c,d;e>;ppt="sha,ken"';

describe('readIdentityFields (RFC 8224 Section 4)', () => {
  it.each<[string, string, string[]]>([
    ['one', `Identity: ${VALUE}\r\n`, [VALUE]],
    ['none', 'From: <sip:a@b>\r\n', []],
    ['lower case, no blank', `identity:${VALUE}\r\n`, [VALUE]],
    ['blank before the colon', `IDENTITY \t: ${VALUE}\r\n`, [VALUE]],
    ['the compact name (RFC 8224 Section 10.1)', `y: ${VALUE}\r\nY:${VALUE}\r\n`, [VALUE, VALUE]],
    ['several fields', `Identity: a\r\nVia: x\r\nIdentity: b\r\n`, ['a', 'b']],
    ['several values in one', `Identity: ${VALUE}, ${VALUE} ,c\r\n`, [VALUE, VALUE, 'c']],
    [
      'folded',
      'Identity: aa.bb.cc;\r\n info=<x:y>;\r\n\tppt=shaken\r\n',
      ['aa.bb.cc; info=<x:y>; ppt=shaken'],
    ],
    ['folded right after the colon', 'Identity:\r\n aa\r\n', ['aa']],
    ['LF alone', `Via: x\nIdentity: a\n`, ['a']],
    ['nothing of the body', 'Via: x\r\n\r\nIdentity: a\r\n', []],
    ['not in another field', 'Subject: x\r\n Identity: a\r\nX-Identity: b\r\nIdentityInfo: c\r\n', []],
    ['an open quote stays whole', 'Identity: a;q="b,c\r\n', ['a;q="b,c']],
  ])('%s', (_, headers, expected) => expect(readIdentityFields(headers)).toEqual(expected));

  it('gives what parseIdentity reads', () => {
    const [value] = readIdentityFields('y:\r\n aa.bb.cc ;\r\n  info = <x:y>\r\n');
    expect(parseIdentity(value!)).toEqual({ token: 'aa.bb.cc', info: 'x:y', algorithm: 'ES256' });
    expect(splitIdentities('a,b')).toEqual(['a', 'b']);
  });

  it.each([
    ['17 values', `Identity: ${Array(17).fill('a').join()}\r\n`],
    ['over 64 KiB', `Identity: ${'a'.repeat(65_536)}`],
  ])('refuses %s', (_, headers) =>
    expect(() => readIdentityFields(headers)).toThrow(refusal('ERR_IDENTITY_FORMAT')),
  );
});
