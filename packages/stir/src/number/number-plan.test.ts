import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StirError } from '../stir-error.ts';
import { createNumberPlan, MAXIMUM_ALTERNATES, type NumberRules } from './index.ts';

const US = { countryCode: '1', nationalDigits: 10 };
const FR = { countryCode: '33', nationalDigits: 9 };

describe('numbers as they are', () => {
  it.each<[string, NumberRules, string, string]>([
    ['canonical already', {}, '12155551213', '12155551213'],
    ['a leading + is no difference', {}, '+12155551213', '12155551213'],
    ['10-digit national', { dialPlan: US }, '2155551213', '12155551213'],
    ['10-digit national with separators', { dialPlan: US }, '(215) 555-1213', '12155551213'],
    ['not national with a +', { dialPlan: US }, '+2155551213', '2155551213'],
    [
      'international prefix',
      { dialPlan: US, prefixes: [{ strip: '011', add: '+' }] },
      '011442079460000',
      '442079460000',
    ],
    ['trunk prefix', { dialPlan: FR, prefixes: [{ strip: '0', add: '' }] }, '0142685300', '33142685300'],
    [
      'the longest prefix that fits',
      {
        prefixes: [
          { strip: '0', add: '+33' },
          { strip: '00', add: '+' },
        ],
      },
      '00442079460000',
      '442079460000',
    ],
    ['a prefix of the route', { prefixes: [{ strip: '9988*', add: '' }] }, '9988*12155551213', '12155551213'],
    ['a prefix to add', { prefixes: [{ strip: '7', add: '4420794' }] }, '760000', '442079460000'],
    // dest of more than 15 digits: +33, five routing digits, nine digits of the number.
    [
      'a ported number with routing digits',
      { ported: [{ prefix: '+33', routingDigits: 5, numberDigits: 9 }] },
      '+3350123612345678',
      '33612345678',
    ],
    [
      'the same without +',
      { ported: [{ prefix: '33', routingDigits: 7, numberDigits: 9 }] },
      '335012345612345678',
      '33612345678',
    ],
    ['rn and npdi are dropped', { dialPlan: US }, 'tel:+12155551213;npdi;rn=+16105550000', '12155551213'],
    ['rn in a SIP URI', {}, 'sip:+12155551213;npdi;rn=+16105550000@gw.example;user=phone', '12155551213'],
    ['service codes stay', {}, '*67', '*67'],
  ])('%s', (_, rules, text, expected) => {
    expect(createNumberPlan(rules).canonical(text)).toBe(expected);
  });

  it.each(['', 'alice', 'sip:alice@example.net', '1'.repeat(16), '+', `1${' '.repeat(300)}`])(
    '%j is none',
    (text) => {
      expect(() => createNumberPlan({ dialPlan: US }).canonical(text)).toThrow(StirError);
    },
  );

  it('toll-free: each of both names the other', () => {
    const plan = createNumberPlan({
      dialPlan: US,
      translations: [
        { dialled: '8005550100', reached: '2155551213' },
        { dialled: '8885550100', reached: '2155551213' },
      ],
    });
    expect(plan.alternates(plan.canonical('2155551213'))).toEqual(['18005550100', '18885550100']);
    expect(plan.alternates(plan.canonical('+18005550100'))).toEqual(['12155551213']);
    expect(plan.alternates(plan.canonical('2155550000'))).toEqual([]);
  });

  it('the national form, where it is asked for', () => {
    const plan = createNumberPlan({ dialPlan: US, hasNationalAlternate: true });
    expect(plan.alternates(plan.canonical('12155551213'))).toEqual(['2155551213']);
    expect(plan.alternates(plan.canonical('442079460000'))).toEqual([]);
  });

  it('alternates are bounded', () => {
    const translations = Array.from({ length: 20 }, (_, at) => ({
      dialled: `1800555${1000 + at}`,
      reached: '12155551213',
    }));
    const plan = createNumberPlan({ translations });
    expect(plan.alternates(plan.canonical('12155551213'))).toHaveLength(MAXIMUM_ALTERNATES);
  });

  it.each<NumberRules>([
    { prefixes: [{ strip: '', add: '1' }] },
    { prefixes: [{ strip: 'a', add: '' }] },
    { prefixes: [{ strip: '0', add: 'b' }] },
    { ported: [{ prefix: 'x', routingDigits: 1, numberDigits: 1 }] },
    { ported: [{ prefix: '', routingDigits: 0, numberDigits: 1 }] },
    { translations: [{ dialled: 'x', reached: '1' }] },
  ])('rules that cannot be: %j', (rules) => {
    expect(() => createNumberPlan(rules)).toThrow(StirError);
  });

  it('any text gives a canonical number or an error of one kind', () => {
    const plan = createNumberPlan({
      dialPlan: US,
      prefixes: [{ strip: '0', add: '+' }],
      ported: [{ prefix: '+33', routingDigits: 5, numberDigits: 9 }],
    });
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[+0-9*#;=@:]{0,40}$/)), (text) => {
        try {
          expect(plan.canonical(text)).toMatch(/^[0-9#*]{1,15}$/);
        } catch (error) {
          expect(error).toBeInstanceOf(StirError);
        }
      }),
    );
  });
});
