import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeHex, encodeHex } from '../bytes/index.ts';
import { encodeDer, encodeDerInteger, TAG } from '../der/index.ts';
import { createNumberCover, formatTnEntry, parseTnEntry, type TnEntry } from '../number/index.ts';
import { StirError } from '../stir-error.ts';
import { encodeTnAuthList, parseTnAuthList } from './tn-auth-list.ts';
import encompassing from './vectors/encompassing.rfc9060.json' with { type: 'json' };
import ranges from './vectors/number-range.rfc8226.json' with { type: 'json' };
import lists from './vectors/tn-auth-list.rfc8226.json' with { type: 'json' };

const text = (value: string) => encodeDer(TAG.ia5String, new TextEncoder().encode(value));

const entry: fc.Arbitrary<TnEntry> = fc.oneof(
  fc.stringMatching(/^[0-9A-Z]{1,16}$/).map((spc) => parseTnEntry(`0-${spc}`)),
  fc.stringMatching(/^[0-9#*]{1,15}$/).map((number) => parseTnEntry(`2-${number}`)),
  fc
    .record({ start: fc.stringMatching(/^[0-8][0-9]{2,14}$/), count: fc.integer({ min: 2, max: 90 }) })
    .map(({ start, count }) => parseTnEntry(`1-${start}-${count}`)),
);

describe('TNAuthList', () => {
  it.each(lists.cases)('C-01: $der (RFC 8226 Section 9)', ({ entries, der }) => {
    expect(parseTnAuthList(decodeHex(der)).map(formatTnEntry)).toEqual(entries);
    expect(encodeHex(encodeTnAuthList(entries.map(parseTnEntry)))).toBe(der);
  });

  it.each(ranges.cases)('C-02: range $start and $count: $valid', ({ start, count, valid }) => {
    const range = encodeDer(TAG.sequence, text(start), encodeDerInteger(count));
    const der = encodeDer(TAG.sequence, encodeDer(TAG.explicit1, range));
    if (valid) expect(parseTnAuthList(der)).toEqual([{ kind: 'range', start, count }]);
    else expect(() => parseTnAuthList(der)).toThrow(expect.objectContaining({ code: 'ERR_TN_ENTRY_FORMAT' }));
  });

  it('C-07: decides the printed delegations (RFC 9060 Section 4)', () => {
    const parent = createNumberCover(parseTnAuthList(encodeTnAuthList([parseTnEntry(encompassing.parent)])));
    expect(encompassing.encompassed.map((key) => parent.coversEntry(parseTnEntry(key)))).toEqual([
      true,
      true,
    ]);
    expect(encompassing.refused.map((key) => parent.coversEntry(parseTnEntry(key)))).toEqual([false, false]);
  });

  it('C-01: reads back every list it writes', () => {
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 50 }), (entries) => {
        expect(parseTnAuthList(encodeTnAuthList(entries))).toEqual(entries);
      }),
    );
  });

  it('C-01: is bounded to 1 to 20,000 entries', () => {
    const one = encodeDer(TAG.explicit2, text('1'));
    const many = (count: number) => encodeDer(TAG.sequence, ...Array.from({ length: count }, () => one));
    expect(parseTnAuthList(many(20_000))).toHaveLength(20_000);
    const refused = expect.objectContaining({ code: 'ERR_TN_AUTH_LIST_FORMAT' });
    expect(() => parseTnAuthList(many(20_001))).toThrow(refused);
    expect(() => parseTnAuthList(many(0))).toThrow(refused);
    expect(() => encodeTnAuthList([])).toThrow(refused);
  });

  it.each([
    ['IMPLICIT tags', '3006800431323334'],
    ['UTF8String', '3008a0060c0431323334'],
    ['an unknown type', '3008a306160431323334'],
    ['two values in one entry', '300da00b1604313233341603313233'],
    ['a lower-case SPC', '3006a00416026162'],
    ['an empty SPC', '3004a0021600'],
    ['a number with a plus sign', '3007a20516032b3132'],
    ['a number of 16 digits', '3014a212161031323334353637383930313233343536'],
    ['a range with an addition', '3011a10f300d16033130300201050203010203'],
    ['bytes after the list', '3008a00616043132333400'],
  ])('refuses %s', (_, hex) => {
    expect(() => parseTnAuthList(decodeHex(hex))).toThrow(StirError);
  });
});
