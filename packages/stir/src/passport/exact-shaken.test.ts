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
} from '../../test/exact-reader.ts';
import { MUTATIONS, mutatedText } from '../../test/hostile.ts';
import { formatCanonicalJson, type JsonObject, parseJsonText } from '../json/index.ts';
import { parseExactShaken } from './exact-shaken.ts';
import { parseStatement } from './statement.ts';

const OTHER_ORDER =
  '{"dest":{"tn":["1"]},"attest":"A","iat":1,"orig":{"tn":"2"},"origid":"123e4567-e89b-12d3-a456-426655440000"}';
const CLAIMS = {
  attest: 'A',
  dest: { tn: [CALLED] },
  iat: TIME,
  orig: { tn: CALLER },
  origid: ID,
};
const TEXT = formatCanonicalJson(CLAIMS);

const agrees = agreementOf(parseExactShaken, (text) => {
  const claims = parseJsonText(text);
  return { claims, statement: parseStatement('shaken', claims) };
});

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
      ...'{}[]":,\\ \n\u2028e.-+09Aa',
      ...['"attest"', '"dest"', '"tn"', '"iat"', '"orig"', '"origid"', '"jti":"x",', ID, '#', '*', 'Ａ'],
    ];
    expectAgreement(agrees, { texts: claims.map(formatCanonicalJson), pieces, length: TEXT.length });
  });

  it.each([
    ...inOtherForms(TEXT),
    ['another order', OTHER_ORDER],
    ['a claim more', TEXT.replace('"orig"', '"jti":"1","orig"')],
    ['nobody called', TEXT.replace(`"${CALLED}"`, '')],
    ['attestation D', TEXT.replace('"A"', '"D"')],
    ['a fraction', TEXT.replace(`${TIME}`, `${TIME}.0`)],
    ['a time of 16 digits', TEXT.replace(`${TIME}`, '9007199254740993')],
    ['a plus', TEXT.replace(CALLER, `+${CALLER}`)],
    ['a digit of another script', TEXT.replace(CALLER, '1215555121２')],
    ['a UUID without hyphens', TEXT.replace(ID, ID.replaceAll('-', ''))],
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
