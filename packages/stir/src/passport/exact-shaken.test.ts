import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MUTATIONS, mutatedText, unlessRefused } from '../../test/hostile.ts';
import { formatCanonicalJson, type JsonObject, parseJsonText } from '../json/index.ts';
import { parseExactShaken } from './exact-shaken.ts';
import { parseStatement } from './statement.ts';

const OTHER_ORDER =
  '{"dest":{"tn":["1"]},"attest":"A","iat":1,"orig":{"tn":"2"},"origid":"123e4567-e89b-12d3-a456-426655440000"}';
const ORIGID = '123e4567-e89b-12d3-a456-426655440000';
const CLAIMS = {
  attest: 'A',
  dest: { tn: ['12155551213'] },
  iat: 1_443_208_345,
  orig: { tn: '12155551212' },
  origid: ORIGID,
};
const TEXT = formatCanonicalJson(CLAIMS);

/** What the strict readers make of a text, one after the other; `undefined` where one refuses it. */
function strictly(text: string): unknown {
  return unlessRefused(() => {
    const claims = parseJsonText(text);
    return { claims, statement: parseStatement('shaken', claims) };
  });
}

function agrees(text: string): boolean {
  const exact = parseExactShaken(text);
  if (exact === undefined) return false;
  expect(exact).toEqual(strictly(text));
  return true;
}

const letters = (from: string, minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...from), minLength, maxLength });
const number = letters('0123456789#*', 1, 15);
const claims: fc.Arbitrary<JsonObject> = fc.record({
  attest: fc.constantFrom('A', 'B', 'C'),
  dest: fc.record({ tn: fc.tuple(number) }),
  iat: fc.oneof(fc.nat(), fc.integer({ min: 0, max: 999_999_999_999_999 })),
  orig: fc.record({ tn: number }),
  origid: fc.oneof(
    fc.uuid(),
    fc.uuid().map((id) => id.toUpperCase()),
  ),
});

describe('parseExactShaken', () => {
  it('reads every canonical text of one number to one number, as the strict readers do', () => {
    fc.assert(fc.property(claims, (one) => agrees(formatCanonicalJson(one))));
  });

  it('finds in whatever it takes what the strict readers find, and takes nothing that they refuse', () => {
    const pieces = [
      ...[
        '{',
        '}',
        '[',
        ']',
        '"',
        ':',
        ',',
        '\\',
        ' ',
        '\n',
        '\u2028',
        'e',
        '.',
        '-',
        '+',
        '0',
        '9',
        'A',
        'a',
      ],
      ...['"attest"', '"dest"', '"tn"', '"iat"', '"orig"', '"origid"', '"jti":"x",', ORIGID, '#', '*', 'Ａ'],
    ];
    const edit = fc.record({
      at: fc.nat(TEXT.length),
      drop: fc.nat(3),
      put: fc.oneof(fc.constant(''), fc.constantFrom(...pieces)),
    });
    let taken = 0;
    fc.assert(
      fc.property(claims, fc.array(edit, { minLength: 1, maxLength: 3 }), (one, edits) => {
        let text = formatCanonicalJson(one);
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
    ['another order', OTHER_ORDER],
    ['a claim more', TEXT.replace('"orig"', '"jti":"1","orig"')],
    ['a name twice', TEXT.replace('"orig"', '"iat":1,"orig"')],
    ['an escape', TEXT.replace('"tn"', '"\\u0074n"')],
    ['two called', TEXT.replace('"12155551213"', '"12155551213","12155551214"')],
    ['nobody called', TEXT.replace('"12155551213"', '')],
    ['a URI', TEXT.replace('"tn":["12155551213"]', '"uri":["sip:a@example.org"]')],
    ['attestation D', TEXT.replace('"A"', '"D"')],
    ['a time with a zero before it', TEXT.replace('1443208345', '01443208345')],
    ['a negative time', TEXT.replace('1443208345', '-1')],
    ['a fraction', TEXT.replace('1443208345', '1443208345.0')],
    ['an exponent', TEXT.replace('1443208345', '1e9')],
    ['a time of 16 digits', TEXT.replace('1443208345', '9007199254740993')],
    ['16 digits of a number', TEXT.replace('12155551212', '1215555121212345')],
    ['a plus', TEXT.replace('12155551212', '+12155551212')],
    ['a digit of another script', TEXT.replace('12155551212', '1215555121２')],
    ['a UUID without hyphens', TEXT.replace(ORIGID, ORIGID.replaceAll('-', ''))],
    ['hyphens elsewhere', TEXT.replace(ORIGID, '123e4567e-89b-12d3-a456-42665544000')],
  ])('says nothing of %s', (_, text) => {
    expect(text).not.toBe(TEXT);
    expect(parseExactShaken(text)).toBeUndefined();
  });

  it('agrees about damaged copies', () => {
    fc.assert(
      fc.property(mutatedText(TEXT), (text) => void agrees(text)),
      MUTATIONS,
    );
  });
});
