import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MUTATIONS, mutated, refusal, unlessRefused } from '../../test/hostile.ts';
import { concatBytes, decodeHex, encodeHex } from '../bytes/index.ts';
import { type Envelope, encodeEnvelope, envelopeBytes, parseEnvelope } from './envelope.ts';

const SIZE = 600;
const passport = fc.string({ unit: fc.constantFrom(...'aZ09-_.'), maxLength: 60 });
const envelope: fc.Arbitrary<Envelope> = fc.record(
  {
    passports: fc.array(passport, { maxLength: 4 }),
    chain: fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 }),
  },
  { requiredKeys: ['passports'] },
);

describe('envelope', () => {
  it.each<[string, Envelope]>([
    ['0100', { passports: [] }],
    ['0101010003612e62', { passports: ['a.b'] }],
    ['0102010001610100026263', { passports: ['a', 'bc'] }],
  ])('is %s', (hex, value) => {
    expect(encodeHex(encodeEnvelope(value, hex.length / 2))).toBe(hex);
    expect(envelopeBytes(value)).toBe(hex.length / 2);
    expect(parseEnvelope(decodeHex(`${hex}0000`))).toEqual(value);
  });

  it('carries a chain, each certificate with its length', () => {
    const value = { passports: ['a'], chain: [Uint8Array.of(0xbe, 0xef), Uint8Array.of(7)] };
    expect(encodeHex(encodeEnvelope(value, envelopeBytes(value)))).toBe('0102010001610200070002beef000107');
  });

  it('parse(encode(envelope)) is the envelope, whatever the padding', () => {
    const check = (value: Envelope) => {
      for (const size of [envelopeBytes(value), SIZE]) {
        const bytes = encodeEnvelope(value, size);
        expect(bytes).toHaveLength(size);
        expect(parseEnvelope(bytes)).toEqual(value);
      }
    };
    fc.assert(fc.property(envelope, check));
  });

  it('skips what it does not know', () => {
    expect(parseEnvelope(decodeHex('01030300021234ff00000100016100'))).toEqual({ passports: ['a'] });
  });

  it.each([
    ['nothing', ''],
    ['another version', '0200'],
    ['version 0: zeros', '0000'],
    ['no count', '01'],
    ['an item that is missing', '0101'],
    ['an item without length', '010101'],
    ['an item cut off', '01010100046162'],
    ['17 items', `0111${'ff0000'.repeat(17)}`],
    ['padding that is not zero', '010000000001'],
    ['a PASSporT that is no ASCII', '0101010001ff'],
    ['two chains', '0102020000020000'],
    ['a certificate cut off', '01010200030002be'],
    ['six certificates', `010102000c${'0000'.repeat(6)}`],
  ])('refuses %s', (_, hex) =>
    expect(() => parseEnvelope(decodeHex(hex))).toThrow(refusal('ERR_ENVELOPE_FORMAT')),
  );

  it.each<[string, Envelope]>([
    ['more than fits', { passports: ['x'.repeat(SIZE)] }],
    ['17 PASSporTs', { passports: Array(17).fill('x') }],
    ['six certificates, which nobody would read', { passports: [], chain: Array(6).fill(new Uint8Array(1)) }],
  ])('does not hold %s', (_, value) =>
    expect(() => encodeEnvelope(value, SIZE)).toThrow(refusal('ERR_ENVELOPE_FORMAT')),
  );

  it('damaged, is refused or read, never more than that', () => {
    const good = encodeEnvelope({ passports: ['aa.bb.cc', 'dd'], chain: [new Uint8Array(9).fill(1)] }, 60);
    const check = (bytes: Uint8Array) => {
      const value = unlessRefused(() => parseEnvelope(bytes));
      if (value !== undefined) expect(envelopeBytes(value)).toBeLessThanOrEqual(bytes.length);
    };
    fc.assert(fc.property(mutated(good), check), MUTATIONS);
    fc.assert(
      fc.property(fc.uint8Array(), (tail) => check(concatBytes(Uint8Array.of(1), tail))),
      MUTATIONS,
    );
  });
});
