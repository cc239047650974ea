import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countNumbers, createNumberCover } from './number-cover.ts';
import { parseTelephoneNumber } from './telephone-number.ts';
import { parseTnEntry, type TnEntry } from './tn-entry.ts';

const numbersOf = (entry: TnEntry): string[] => {
  if (entry.kind === 'one') return [entry.number];
  if (entry.kind === 'spc') return [];
  const { start, count } = entry;
  return Array.from({ length: count }, (_, i) => String(Number(start) + i).padStart(start.length, '0'));
};

/** Small numbers of two and three digits, so that entries meet often. */
const entry = fc.oneof(
  fc.integer({ min: 0, max: 99 }).map((value) => `2-${String(value).padStart(2, '0')}`),
  fc.integer({ min: 0, max: 99 }).map((value) => `2-0${String(value).padStart(2, '0')}`),
  fc.constantFrom('2-*6', '2-#1', '0-10', '0-AB'),
  fc
    .tuple(fc.integer({ min: 0, max: 88 }), fc.integer({ min: 2, max: 11 }), fc.constantFrom(2, 3))
    .map(([start, count, digits]) => `1-${String(start).padStart(digits, '0')}-${count}`),
);
const entries = fc.array(entry.map(parseTnEntry), { maxLength: 8 });

describe('number cover', () => {
  it('covers what a list of its numbers holds, and nothing else', () => {
    const all = [2, 3].flatMap((digits) =>
      Array.from({ length: 10 ** 2 }, (_, i) => String(i).padStart(digits, '0')),
    );
    const check = (list: readonly TnEntry[]) => {
      const cover = createNumberCover(list);
      const brute = new Set(list.flatMap(numbersOf));
      for (const number of [...all, '*6', '#1', '6', '0000', '**'])
        expect(cover.coversNumber(parseTelephoneNumber(number)), number).toBe(brute.has(number));
      expect(countNumbers(list)).toBe(brute.size);
    };
    fc.assert(fc.property(entries, check));
  });

  it('encompasses an entry where it holds each of its numbers, or its SPC', () => {
    const check = (list: readonly TnEntry[], asked: TnEntry) => {
      const brute = new Set(list.flatMap(numbersOf));
      const expected =
        asked.kind === 'spc'
          ? list.some((one) => one.kind === 'spc' && one.spc === asked.spc)
          : numbersOf(asked).every((number) => brute.has(number));
      expect(createNumberCover(list).coversEntry(asked)).toBe(expected);
    };
    fc.assert(fc.property(entries, entry.map(parseTnEntry), check), { numRuns: 2_000 });
  });

  it('joins single numbers into a range', () => {
    const cover = createNumberCover(['2-12155550000', '2-12155550001'].map(parseTnEntry));
    expect(cover.coversEntry(parseTnEntry('1-12155550000-2'))).toBe(true);
    expect(cover.coversEntry(parseTnEntry('1-12155550000-3'))).toBe(false);
  });

  it('counts no number twice, however often it is listed', () => {
    const list = ['1-12155550000-100', '1-12155550050-100', '2-12155550000', '2-*67', '0-1234'];
    expect(countNumbers(list.map(parseTnEntry))).toBe(151);
  });

  it('is exact at 15 digits', () => {
    const cover = createNumberCover([parseTnEntry('1-999999999999990-9')]);
    expect(cover.coversNumber(parseTelephoneNumber('999999999999998'))).toBe(true);
    expect(cover.coversNumber(parseTelephoneNumber('999999999999999'))).toBe(false);
  });
});
