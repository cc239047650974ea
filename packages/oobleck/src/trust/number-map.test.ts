import { StirError } from '@oobleck/stir';
import { createNumberRange, parseTelephoneNumber, type Spc } from '@oobleck/stir/number';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReplaceableNumberMap, parseNumberMap } from './number-map.ts';

const number = (text: string) => parseTelephoneNumber(text);
const TEXT = `start,count,spc
# blocks
12155550000,10000,1234
12155560000,10000,1234

12155551212,1,ABCD
12155551300,100,5678
 0044 , 10 , 9999
44,5,1111
`;

describe('number-to-SPC map', () => {
  const map = parseNumberMap(TEXT);

  it.each([
    ['12155550000', '1234'],
    ['12155559999', '1234'],
    ['12155551211', '1234'],
    ['12155551212', 'ABCD'],
    ['12155551213', '1234'],
    ['12155551300', '5678'],
    ['12155551399', '5678'],
    ['12155551400', '1234'],
    ['12155549999', undefined],
    ['12155570000', undefined],
    ['0044', '9999'],
    ['44', '1111'],
    ['044', undefined],
    ['00000000044', undefined],
  ])('gives %s to %s', (text, spc) => {
    expect(map.spcOf(number(text))).toBe(spc);
  });

  it('has no owner for a service code', () => {
    expect(map.spcOf(number('*69'))).toBeUndefined();
  });

  it('gives a range to the one owner of all of it', () => {
    const owner = (start: string, count: number) => map.spcOfRange(createNumberRange(start, count));
    expect(owner('12155551301', 99)).toBe('5678');
    expect(owner('12155551301', 100)).toBeUndefined();
    expect(owner('12155551210', 5)).toBeUndefined();
    expect(owner('12155551400', 18600)).toBe('1234');
    expect(owner('12155551400', 18601)).toBeUndefined();
    expect(owner('12155540000', 20000)).toBeUndefined();
  });

  it('knows the providers it gives numbers to', () => {
    for (const spc of ['1234', 'ABCD', '5678', '9999', '1111']) expect(map.knowsSpc(spc as Spc)).toBe(true);
    expect(map.knowsSpc('4321' as Spc)).toBe(false);
    expect(parseNumberMap('10,2,A\n10,1,B\n11,1,C').knowsSpc('A' as Spc)).toBe(false);
  });

  it('is empty where the text is', () => {
    expect(parseNumberMap('').spcOf(number('1'))).toBeUndefined();
  });

  it.each([
    ['12155551212,1', 1],
    ['12155551212,1,ABCD,x', 1],
    ['\n12155551212,0,ABCD', 2],
    ['# c\n\n12155551212,-1,ABCD', 3],
    ['12155551212,1.5,ABCD', 1],
    ['12155551212,1e3,ABCD', 1],
    ['+12155551212,1,ABCD', 1],
    ['*69,1,ABCD', 1],
    ['12155551212,1,abcd', 1],
    ['12155551212,1,', 1],
    ['99,2,A', 1],
    ['10,5,A\n12,5,B', 2],
    ['10,5,A\n10,5,B', 2],
    ['10,5,A\nstart,count,spc', 2],
  ])('refuses %j and names line %i, without the number', (text, line) => {
    const refused = (() => {
      try {
        parseNumberMap(text);
      } catch (error) {
        return error as StirError;
      }
    })();
    expect(refused).toBeInstanceOf(StirError);
    expect(refused!.message).toContain(`line ${line}:`);
    expect(refused!.message).not.toContain('1215');
  });

  it('takes the same row twice', () => {
    expect(parseNumberMap('10,5,A\n10,5,A').spcOf(number('12'))).toBe('A');
  });

  it('is replaced while running', () => {
    const live = createReplaceableNumberMap(parseNumberMap('10,5,A'));
    live.replace(parseNumberMap('10,5,B'));
    expect(live.spcOf(number('12'))).toBe('B');
    expect(live.spcOfRange(createNumberRange('10', 3))).toBe('B');
    expect(live.knowsSpc('A' as Spc)).toBe(false);
  });

  it('agrees with a list of all numbers, the narrowest row last', () => {
    const aligned = fc.record({
      level: fc.integer({ min: 0, max: 3 }),
      at: fc.nat(63),
      spc: fc.constantFrom('A', 'B'),
    });
    fc.assert(
      fc.property(fc.array(aligned, { maxLength: 12 }), (rows) => {
        const distinct = new Map(rows.map((row) => [`${row.level} ${row.at >> (2 * row.level)}`, row]));
        const nested = [...distinct.values()].map(({ level, at, spc }) => {
          const count = 4 ** level;
          return { start: 100 + (at & -count), count, spc };
        });
        const owners = new Map<number, string>();
        for (const { start, count, spc } of nested.toSorted((a, b) => b.count - a.count))
          for (let i = 0; i < count; i++) owners.set(start + i, spc);
        const map = parseNumberMap(nested.map((row) => `${row.start},${row.count},${row.spc}`).join('\n'));
        for (let value = 99; value <= 165; value++) {
          expect(map.spcOf(number(String(value)))).toBe(owners.get(value));
          for (const count of [2, 5]) {
            const all = Array.from({ length: count }, (_, i) => owners.get(value + i));
            const owner = all.every((one) => one === all[0]) ? all[0] : undefined;
            if (value >= 100) expect(map.spcOfRange(createNumberRange(String(value), count))).toBe(owner);
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});
