import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  decodeClearPassportRecord,
  encodeClearPassportRecord,
  recordEndsAtMs,
} from './clear-passport-record.ts';

const set = fc.record({
  passports: fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 8 }),
  digest: fc.string(),
  publisher: fc.string({ maxLength: 16 }),
  publishedAtMs: fc.double({ noNaN: true }),
  expiresAtMs: fc.double({ noNaN: true }),
});

it('a published set comes back from its record as it was', () => {
  fc.assert(
    fc.property(set, (one) => {
      const record = encodeClearPassportRecord(one);
      expect(decodeClearPassportRecord(record)).toEqual(one);
      expect(recordEndsAtMs(record)).toBe(one.expiresAtMs);
    }),
  );
});

it('a record of another version is not read as if it were this one', () => {
  const record = encodeClearPassportRecord({
    passports: ['a'],
    digest: 'd',
    publisher: '1234',
    publishedAtMs: 1,
    expiresAtMs: 2,
  });
  record[0] = 2;
  expect(() => decodeClearPassportRecord(record)).toThrow('another version');
});
