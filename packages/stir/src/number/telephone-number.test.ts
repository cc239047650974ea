import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refusal } from '../../test/hostile.ts';
import { type DialPlan, isDiallable, isTelephoneNumber, parseTelephoneNumber } from './telephone-number.ts';
import vectors from './vectors/canonical-number.rfc8224.json' with { type: 'json' };

const plan: DialPlan = { countryCode: '1', nationalDigits: 10 };

describe('I-01: parseTelephoneNumber (RFC 8224 Section 8.3)', () => {
  it.each(vectors.cases.map(({ text, number, plan }) => [text, number, plan] as const))(
    'makes %s %s (RFC 8224 Section 8.3)',
    (text, number, given) => expect(parseTelephoneNumber(text, given)).toBe(number),
  );

  it.each([
    ['2155551212', '12155551212'],
    ['+2155551212', '2155551212'],
    ['5551212', '5551212'],
    ['12155551212', '12155551212'],
    ['*123456789', '*123456789'],
    ['sips:2155551212;ext=1@example.com', '12155551212'],
    ['TEL:+1-215-555-1212;phone-context=x', '12155551212'],
    ['tel:2155551212;phone-context=+44', '442155551212'],
    ['tel:215-555-1212;ext=1;Phone-Context=+1', '12155551212'],
    ['sip:5551212;phone-context=%2B1-215@example.com', '12155551212'],
    ['tel:2155551212;phone-context=example.com', '12155551212'],
    ['tel:+2155551212;phone-context=+44', '2155551212'],
    ['tel:911;phone-context=+1', '911'],
    ['tel:*1234567;phone-context=+1', '*1234567'],
    [' 911 ', '911'],
  ])('makes %s %s where national numbers have 10 digits', (text, number) =>
    expect(parseTelephoneNumber(text, plan)).toBe(number),
  );

  it.each([
    '',
    '+',
    '-',
    'tel:',
    'alice',
    '1215555121a',
    '1+215',
    '++1215',
    '1234567890123456',
    'tel:2155551212;phone-context=+',
    'tel:2155551212;phone-context=+4x',
    'tel:2155551212;phone-context=+44+',
    'tel:2155551212;phone-context=+123456',
    'sip:12155551212',
    'sip:alice@example.com',
    'sip:12155551212:pw@example.com',
    'tel:12155551212@example.com',
    'http://12155551212',
    '١٢٣',
    '1215\n5551212',
    `${' '.repeat(300)}1`,
  ])('refuses %j', (text) => expect(() => parseTelephoneNumber(text)).toThrow(refusal('ERR_NUMBER_FORMAT')));

  it('gives the same for its own result, separators or not', () => {
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789#*'), minLength: 1, maxLength: 15 });
    const check = (number: string, gap: string) => {
      expect(parseTelephoneNumber(number)).toBe(number);
      expect(parseTelephoneNumber(number.split('').join(gap))).toBe(number);
    };
    fc.assert(fc.property(digits, fc.constantFrom('-', '.', ' ', ')('), check));
  });

  it('tells service codes, which have no mailbox, and what is no number at all', () => {
    const diallable = (text: string) => isDiallable(parseTelephoneNumber(text));
    expect([diallable('911'), diallable('*67'), diallable('#31#')]).toEqual([true, false, false]);
    for (const value of [911, null, undefined, ['911'], '911\n', '+911'])
      expect(isTelephoneNumber(value)).toBe(false);
  });
});
