import { type JsonObject, parseJsonText } from '@oobleck/stir/json';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  agreementOf,
  CALLED,
  CALLER,
  expectAgreement,
  ID,
  inOtherForms,
  TIME,
} from '../../../../../stir/test/exact-reader.ts';
import { MUTATIONS, mutatedText } from '../../../../../stir/test/hostile.ts';
import { parseAccessClaims } from './access-claims.ts';
import { parseExactAccessClaims } from './exact-access-claims.ts';

const DIGEST = `sha256-${'A'.repeat(43)}=`;
const TEXT = textOf({ exp: 1_443_208_395, passports: DIGEST, spc: '1234' });

function textOf(more: { exp?: number; passports?: string; sub?: string; spc?: string }): string {
  const { exp, passports, sub, spc } = more;
  const claims: JsonObject = {
    iat: TIME,
    ...(exp === undefined ? {} : { exp }),
    action: passports === undefined ? 'retrieve' : 'publish',
    ...(passports === undefined ? {} : { passports }),
    ...(sub === undefined ? {} : { sub }),
    ...(spc === undefined ? {} : { spc }),
    iss: '1234',
    aud: 'cps.example.com',
    jti: ID,
    dest: { tn: [CALLED] },
    orig: { tn: CALLER },
  };
  return JSON.stringify(claims);
}

const agrees = agreementOf(parseExactAccessClaims, (text) => parseAccessClaims(parseJsonText(text)));

describe('parseExactAccessClaims', () => {
  it.each([
    ['to retrieve in ATIS-1000096', textOf({ sub: '1234' })],
    ['to publish in ATIS-1000096', textOf({ sub: '1234', passports: DIGEST })],
    ['to retrieve in ATIS-1000105', textOf({ spc: '1234' })],
    ['to publish in ATIS-1000105', TEXT],
    ['with more than either asks for', textOf({ exp: 0, sub: 'A', spc: '9', passports: DIGEST })],
    ['to republish', TEXT.replace('publish', 'republish')],
  ])('reads what the strict reader reads of a token %s', (_, text) => {
    expect(agrees(text)).toBe(true);
  });

  it('finds in whatever it takes what the strict reader finds, and takes nothing that it refuses', () => {
    const pieces =
      '{ } [ ] " : , \\ \n 0 9 A a e . - + = / # * Ａ "exp":1, "sub":"1", "spc":"1", "iat" "tn" publish'.split(
        ' ',
      );
    expectAgreement(agrees, { texts: fc.constant(TEXT), pieces, length: TEXT.length });
  });

  it.each([
    ...inOtherForms(TEXT),
    ['a claim more', TEXT.replace('"orig"', '"nbf":1,"orig"')],
    ['a time of 16 digits', TEXT.replace('1443208395', '9007199254740993')],
    ['a digest and nothing published', TEXT.replace('"publish"', '"retrieve"')],
    ['nothing to publish', TEXT.replace(`"passports":"${DIGEST}",`, '')],
    ['a digest of another form', TEXT.replace('A=', 'A')],
    ['a provider in small letters', TEXT.replace('"spc":"1234"', '"spc":"abcd"')],
    ['no host', TEXT.replace('cps.example.com', '')],
    ['a UUID in capitals, which has another spelling', TEXT.replace('123e4567', '123E4567')],
  ])('says nothing of %s', (_, text) => {
    expect(text).not.toBe(TEXT);
    expect(parseExactAccessClaims(text)).toBeUndefined();
  });

  it('agrees about damaged copies', () => {
    fc.assert(
      fc.property(mutatedText(TEXT), (text) => void agrees(text)),
      MUTATIONS,
    );
  });
});
