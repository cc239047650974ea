import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refusal } from '../../test/hostile.ts';
import ranges from '../certificate/vectors/number-range.rfc8226.json' with { type: 'json' };
import { createNumberRange, formatTnEntry, parseTnEntry } from './tn-entry.ts';
import keys from './vectors/tn-entry.rfc9888.json' with { type: 'json' };

describe('TNEntry', () => {
  it.each(keys.valid)('reads and writes %s (RFC 9888 Section 4)', (text) =>
    expect(formatTnEntry(parseTnEntry(text))).toBe(text),
  );

  it.each([
    ...keys.invalid,
    '',
    '0',
    '0-',
    '0-abc',
    '0-12345678901234567',
    '0-12-34',
    '1-12155550000-1',
    '1-12155550000-010',
    '1-12155550000-+5',
    '1-12155550000-1e3',
    '1-1*-2',
    '1--5',
    '2-',
    '2-+12155551212',
    '2-1234567890123456',
    '2-12155551212-1',
    '2-12155551212\n',
    ' 2-12155551212',
  ])('refuses %j', (text) => expect(() => parseTnEntry(text)).toThrow(refusal('ERR_TN_ENTRY_FORMAT')));

  it.each(ranges.cases)(
    'C-02: a range $start with $count holds: $valid (RFC 8226 Section 9)',
    ({ start, count, valid }) => {
      if (valid) expect(createNumberRange(start, count)).toEqual({ kind: 'range', start, count });
      else expect(() => createNumberRange(start, count)).toThrow(refusal('ERR_TN_ENTRY_FORMAT'));
    },
  );

  it.each([1.5, Number.NaN, Number.POSITIVE_INFINITY, -2, 2 ** 60])('a range has no count %d', (count) =>
    expect(() => createNumberRange('100000000000000', count)).toThrow(refusal('ERR_TN_ENTRY_FORMAT')),
  );

  it('parse(format(entry)) is the entry', () => {
    const spc = fc.string({ unit: fc.constantFrom(...'0123456789ABCXYZ'), minLength: 1, maxLength: 16 });
    const one = fc.string({ unit: fc.constantFrom(...'0123456789#*'), minLength: 1, maxLength: 15 });
    const start = fc.stringMatching(/^[0-8][0-9]{3,14}$/);
    const text = fc.oneof(
      spc.map((value) => `0-${value}`),
      one.map((value) => `2-${value}`),
      fc.tuple(start, fc.integer({ min: 2, max: 999 })).map(([value, count]) => `1-${value}-${count}`),
    );
    const check = (value: string) => {
      const entry = parseTnEntry(value);
      expect(formatTnEntry(entry)).toBe(value);
      expect(parseTnEntry(formatTnEntry(entry))).toEqual(entry);
    };
    fc.assert(fc.property(text, check));
  });
});
