import { type JsonObject, parseJsonText } from '@oobleck/stir/json';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MUTATIONS, mutatedText, unlessRefused } from '../../../../../stir/test/hostile.ts';
import { parseAccessClaims } from './access-claims.ts';
import { parseExactAccessClaims } from './exact-access-claims.ts';

const JTI = '123e4567-e89b-12d3-a456-426655440000';
const DIGEST = `sha256-${'A'.repeat(43)}=`;
const TEXT = textOf({ exp: 1_443_208_395, passports: DIGEST, spc: '1234' });

function textOf(more: { exp?: number; passports?: string; sub?: string; spc?: string }): string {
  const { exp, passports, sub, spc } = more;
  const claims: JsonObject = {
    iat: 1_443_208_345,
    ...(exp === undefined ? {} : { exp }),
    action: passports === undefined ? 'retrieve' : 'publish',
    ...(passports === undefined ? {} : { passports }),
    ...(sub === undefined ? {} : { sub }),
    ...(spc === undefined ? {} : { spc }),
    iss: '1234',
    aud: 'cps.example.com',
    jti: JTI,
    dest: { tn: ['12155551213'] },
    orig: { tn: '12155551212' },
  };
  return JSON.stringify(claims);
}

/** @returns whether anything was taken; what was, the strict reader takes, and finds the same in it */
function agrees(text: string): boolean {
  const exact = parseExactAccessClaims(text);
  if (exact === undefined) return false;
  expect(exact).toEqual(unlessRefused(() => parseAccessClaims(parseJsonText(text))));
  return true;
}

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
    const edit = fc.record({
      at: fc.nat(TEXT.length),
      drop: fc.nat(3),
      put: fc.oneof(fc.constant(''), fc.constantFrom(...pieces)),
    });
    let taken = 0;
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        let text = TEXT;
        for (const { at, drop, put } of edits) text = text.slice(0, at) + put + text.slice(at + drop);
        if (agrees(text)) taken++;
      }),
      { numRuns: 5_000 },
    );
    expect(taken).toBeGreaterThan(0);
  });

  it.each([
    ['white space', TEXT.replace(':', ': ')],
    ['a line behind it', `${TEXT}\n`],
    ['a claim more', TEXT.replace('"orig"', '"nbf":1,"orig"')],
    ['a name twice', TEXT.replace('"orig"', '"iat":1,"orig"')],
    ['an escape', TEXT.replace('"tn"', '"\\u0074n"')],
    ['two called', TEXT.replace('"12155551213"', '"12155551213","12155551214"')],
    ['a URI', TEXT.replace('"tn":["12155551213"]', '"uri":["sip:a@example.org"]')],
    ['a time with a zero before it', TEXT.replace('1443208345', '01443208345')],
    ['a negative time', TEXT.replace('1443208345', '-1')],
    ['an exponent', TEXT.replace('1443208345', '1e9')],
    ['a time of 16 digits', TEXT.replace('1443208395', '9007199254740993')],
    ['16 digits of a number', TEXT.replace('12155551212', '1215555121212345')],
    ['a digest and nothing published', TEXT.replace('"publish"', '"retrieve"')],
    ['nothing to publish', TEXT.replace(`"passports":"${DIGEST}",`, '')],
    ['a digest of another form', TEXT.replace('A=', 'A')],
    ['a provider in small letters', TEXT.replace('"spc":"1234"', '"spc":"abcd"')],
    ['no host', TEXT.replace('cps.example.com', '')],
    ['hyphens elsewhere', TEXT.replace(JTI, '123e4567-e89b-12d3-a456-42665544000')],
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
