import { createNumberCover, parseTnEntry, type Spc, type TnEntry } from '@oobleck/stir/number';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tn } from '../../test/network.ts';
import { createNumberLookup } from './number-lookup.ts';

const spc = (text: string) => text as Spc;
/** Numbers of two lengths, close together, so that ranges overlap, nest and touch. */
const number = fc
  .tuple(fc.constantFrom('1555', '01555'), fc.integer({ min: 0, max: 60 }))
  .map(([head, tail]) => `${head}${String(tail).padStart(3, '0')}`);
const entry = fc.oneof(
  number.map((one) => parseTnEntry(`2-${one}`)),
  fc.tuple(number, fc.integer({ min: 2, max: 40 })).map(([one, count]) => parseTnEntry(`1-${one}-${count}`)),
  fc.constantFrom('0-1234', '0-5678').map(parseTnEntry),
);
const holder = fc.array(entry, { minLength: 1, maxLength: 4 });

function bruteForce(holders: ReadonlyMap<string, readonly TnEntry[]>, called: string, owner?: string) {
  return [...holders]
    .filter(([, entries]) => {
      const cover = createNumberCover(entries);
      return cover.coversNumber(tn(called)) || (owner !== undefined && cover.spcs.has(spc(owner)));
    })
    .map(([name]) => name)
    .sort();
}

describe('looking up a number', () => {
  it('finds what a search through everything finds, after any adding and removing', () => {
    fc.assert(
      fc.property(fc.array(holder, { maxLength: 12 }), fc.array(fc.nat(11)), (lists, removals) => {
        const lookup = createNumberLookup<string>();
        const holders = new Map(lists.map((entries, i) => [`holder ${i}`, entries]));
        for (const [name, entries] of holders) lookup.add(entries, name);
        for (const i of removals) {
          const name = `holder ${i}`;
          lookup.remove(name);
          holders.delete(name);
        }
        for (const head of ['1555', '01555', '0001555'])
          for (let tail = 0; tail <= 110; tail += 3) {
            const called = `${head}${String(tail).padStart(3, '0')}`;
            for (const owner of [undefined, '1234', '9999']) {
              const found = [...lookup.find(tn(called), owner === undefined ? owner : spc(owner))].sort();
              expect(found).toEqual(bruteForce(holders, called, owner));
            }
          }
      }),
      { numRuns: 150 },
    );
  });

  it('finds by prefix what has one of its ten thousand numbers', () => {
    const wide = fc
      .tuple(fc.constantFrom('1555', '01555'), fc.integer({ min: 9_900, max: 20_100 }), fc.nat(300))
      .map(([head, tail, count]) => {
        const first = `${head}${String(tail).padStart(5, '0')}`;
        return parseTnEntry(count < 2 ? `2-${first}` : `1-${first}-${count}`);
      });
    const named = (one: TnEntry, prefix: string): boolean => {
      if (one.kind === 'spc') return false;
      const text = one.kind === 'one' ? one.number : one.start;
      const last = Number(text) + (one.kind === 'range' ? one.count - 1 : 0);
      const first = Number(`${prefix}0000`);
      return text.length === prefix.length + 4 && Number(text) <= first + 9_999 && last >= first;
    };
    fc.assert(
      fc.property(fc.array(fc.array(wide, { minLength: 1, maxLength: 3 }), { maxLength: 8 }), (lists) => {
        const lookup = createNumberLookup<number>();
        for (const [at, entries] of lists.entries()) lookup.add(entries, at);
        lookup.remove(0);
        for (const prefix of ['15550', '15551', '15552', '015551', '5551', '1555']) {
          const expected = [...lists.keys()].filter(
            (at) => at > 0 && lists[at]!.some((one) => named(one, prefix)),
          );
          expect([...lookup.findPrefix(prefix)].sort()).toEqual(expected);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('forgets 100,000 ranges of one beginning in well under a second', () => {
    const lookup = createNumberLookup<number>();
    const entries = [parseTnEntry('1-1555000-700')];
    for (let at = 0; at < 100_000; at++) lookup.add(entries, at);
    const begun = performance.now();
    for (let at = 99_999; at >= 0; at--) lookup.remove(at);
    expect(performance.now() - begun).toBeLessThan(1_000);
    expect(lookup.find(tn('1555001'), undefined)).toEqual([]);
  });

  it('finds a service code only as itself', () => {
    const lookup = createNumberLookup<string>();
    lookup.add(['2-*69', '1-100-50'].map(parseTnEntry), 'a');
    expect(lookup.find(tn('*69'), undefined)).toEqual(['a']);
    expect(lookup.find(tn('#69'), undefined)).toEqual([]);
    expect(lookup.find(tn('149'), undefined)).toEqual(['a']);
    expect(lookup.find(tn('150'), undefined)).toEqual([]);
  });
});
