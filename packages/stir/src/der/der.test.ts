import { generateKeyPairSync, sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeHex, encodeHex } from '../bytes/index.ts';
import { StirError } from '../stir-error.ts';
import { DerReader } from './der-reader.ts';
import { parseEcdsaSignature } from './ecdsa-signature.ts';
import { encodeDer, encodeDerInteger } from './encode-der.ts';
import { encodeDerOid } from './object-identifier.ts';
import { TAG } from './tag.ts';

const reader = (hex: string) => DerReader.over(decodeHex(hex));

describe('DerReader', () => {
  it.each([
    ['indefinite length', '3080020101' + '0000', (r: DerReader) => r.enter(TAG.sequence)],
    ['long form of a short length', '30810302' + '0101', (r: DerReader) => r.enter(TAG.sequence)],
    [
      'leading zero in the length',
      `04820080${'00'.repeat(128)}`,
      (r: DerReader) => r.content(TAG.octetString),
    ],
    ['length of four octets', '0484000000010a', (r: DerReader) => r.content(TAG.octetString)],
    ['length past the end', '04ff', (r: DerReader) => r.content(TAG.octetString)],
    ['huge length', '0483ffffff00', (r: DerReader) => r.content(TAG.octetString)],
    ['length cut off', '0482ff', (r: DerReader) => r.content(TAG.octetString)],
    ['no length', '04', (r: DerReader) => r.content(TAG.octetString)],
    ['nothing', '', (r: DerReader) => r.tag()],
    ['tag of several octets', '1f010100', (r: DerReader) => r.skip(0x1f)],
    ['another type', '040100', (r: DerReader) => r.integer()],
    ['integer with a needless zero', '02020001', (r: DerReader) => r.integer()],
    ['integer with a needless FF', '0202ff80', (r: DerReader) => r.integerBytes()],
    ['empty integer', '0200', (r: DerReader) => r.integer()],
    ['negative integer', '0201ff', (r: DerReader) => r.integer()],
    ['integer of 2^53', '020720000000000000', (r: DerReader) => r.integer()],
    ['BER boolean', '010101', (r: DerReader) => r.boolean()],
    ['boolean of two octets', '0102ffff', (r: DerReader) => r.boolean()],
    ['OID cut off', '06022a86', (r: DerReader) => r.oid()],
    ['OID with a padded arc', '06032a8001', (r: DerReader) => r.oid()],
    ['empty OID', '0600', (r: DerReader) => r.oid()],
    ['bit string with set padding', '03020701', (r: DerReader) => r.bitString()],
    ['bit string with 8 unused bits', '03020800', (r: DerReader) => r.bitString()],
    ['empty bit string with unused bits', '030101', (r: DerReader) => r.bitString()],
  ])('refuses %s', (_, hex, read) => {
    expect(() => read(reader(hex))).toThrow(expect.objectContaining({ code: 'ERR_DER_FORMAT' }));
  });

  it.each(['', '1', '3.1', '0.40', '1.2.', '1.02', 'a.b', `1.${'2.'.repeat(200)}3`])(
    'has no identifier for %j',
    (text) => {
      expect(() => encodeDerOid(text)).toThrow(expect.objectContaining({ code: 'ERR_DER_FORMAT' }));
    },
  );

  it.each(['0.0', '0.39', '1.39.1', '2.0', '2.47', '2.48', '2.999.3', '1.3.6.1.5.5.7.1.26', '2.5.29.37.0'])(
    'reads identifier %s as it was written',
    (text) => expect(DerReader.over(encodeDerOid(text)).oid()).toBe(text),
  );

  it('refuses bytes after the end', () => {
    const two = reader('05000500');
    two.skip(TAG.null);
    expect(() => two.end()).toThrow(StirError);
    two.skip(TAG.null);
    two.end();
    expect(two.isDone).toBe(true);
  });

  it('reads what is DER', () => {
    expect(reader('06082a8648ce3d040302').oid()).toBe('1.2.840.10045.4.3.2');
    expect(reader('06092b0601040182371514').oid()).toBe('1.3.6.1.4.1.311.21.20');
    expect(reader('0603883703').oid()).toBe('2.999.3');
    const uuid = '2.25.329800735698586629295641978511506172918';
    expect(reader('06146983f09da7ebcfdee0c7a1a7b2c0948cc8f9d776').oid()).toBe(uuid);
    expect(encodeHex(encodeDerOid(uuid))).toBe('06146983f09da7ebcfdee0c7a1a7b2c0948cc8f9d776');
    expect(reader('02071fffffffffffff').integer()).toBe(Number.MAX_SAFE_INTEGER);
    expect(reader('0101ff').boolean()).toBe(true);
    expect(reader('03020780').bitString()).toEqual({ bits: Uint8Array.of(0x80), unused: 7 });
  });

  it('bounds depth and size', () => {
    let nested: Uint8Array = new Uint8Array(0);
    for (let i = 0; i < 10_000; i++) nested = encodeDer(TAG.sequence, nested);
    const descend = () => {
      let at = DerReader.over(nested);
      for (;;) at = at.enter(TAG.sequence);
    };
    expect(descend).toThrow('too deep');
    expect(() => DerReader.over(new Uint8Array(65_537))).toThrow('too large');
  });

  it('reads back every integer and every length written', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.integer({ min: 0, max: 60_000 }), (value, length) => {
        expect(DerReader.over(encodeDerInteger(value)).integer()).toBe(value);
        const content = new Uint8Array(length).fill(7);
        expect(DerReader.over(encodeDer(TAG.octetString, content)).content(TAG.octetString)).toEqual(content);
      }),
      { numRuns: 100 },
    );
  });
});

describe('parseEcdsaSignature', () => {
  it('gives the r || s that verifies, for signatures of every length', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    for (let i = 0; i < 200; i++) {
      const data = Uint8Array.of(i);
      const signature = parseEcdsaSignature(sign('sha256', data, privateKey));
      expect(verify('sha256', data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true);
    }
  });

  it('pads short values on the left', () => {
    const expected = `${'00'.repeat(31)}01${'00'.repeat(30)}00ff`;
    expect(encodeHex(parseEcdsaSignature(decodeHex('3007020101020200ff')))).toBe(expected);
  });

  it.each([
    ['zero', '3006020100020101'],
    ['negative', '3006020181020101'],
    ['33 bytes', `3026022101${'00'.repeat(32)}020101`],
    ['not minimal', '300702020001020101'],
    ['three values', '3009020101020101020101'],
    ['one value', '3003020101'],
    ['bytes after it', '300602010102010100'],
  ])('refuses %s', (_, hex) => {
    expect(() => parseEcdsaSignature(decodeHex(hex))).toThrow(StirError);
  });
});
