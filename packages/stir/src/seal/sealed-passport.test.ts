import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crypto } from '../../test/carrier.ts';
import { MUTATIONS, mutated, refusal } from '../../test/hostile.ts';
import { encodeUtf8 } from '../bytes/index.ts';
import { openBase, prepareInfo, sealBase } from './hpke.ts';
import { createPassportSealer, fittingEnvelope, isBlobLength } from './sealed-passport.ts';

const sealer = createPassportSealer(crypto);
const owner = crypto.generateAgreementKey();
const address = crypto.randomBytes(36);
const info = prepareInfo(crypto, encodeUtf8('STIR-OOB v1 sealed PASSporT'));
const of = (length: number) => ({ passports: ['x'.repeat(length)] });
/** Largest single PASSporT of each class: less 48 bytes of seal, 2 of envelope, 3 of item. */
const [SMALL, LARGE] = [2048 - 53, 8192 - 53];

describe('sealed PASSporT', () => {
  it.each([
    ['cover', { passports: [] }, 2048],
    ['a usual one', of(700), 2048],
    ['the largest small one', of(SMALL), 2048],
    ['the smallest large one', of(SMALL + 1), 8192],
    ['the largest', of(LARGE), 8192],
  ])('%s has one of two lengths and opens', (_, envelope, length) => {
    const blob = sealer.seal(owner.publicKey, address, envelope);
    expect(blob).toHaveLength(length);
    expect(sealer.open(owner, address, blob)).toEqual(envelope);
  });

  it('is refused when too large, or for a key of small order', () => {
    expect(() => sealer.seal(owner.publicKey, address, of(LARGE + 1))).toThrow(
      refusal('ERR_ENVELOPE_FORMAT'),
    );
    expect(() => sealer.seal(new Uint8Array(32), address, of(1))).toThrow(refusal('ERR_SEAL_INPUT'));
  });

  it('opens to its own key at its own address only', () => {
    const blob = sealer.seal(owner.publicKey, address, of(10));
    expect(sealer.open(crypto.generateAgreementKey(), address, blob)).toBe(undefined);
    expect(sealer.open(owner, crypto.randomBytes(36), blob)).toBe(undefined);
    expect(openBase(crypto, owner, info, address, blob)).toHaveLength(2000);
  });

  it('that holds no envelope is as if it did not open', () => {
    for (const size of [2000, 8144]) {
      const nonsense = sealBase(crypto, owner.publicKey, info, address, new Uint8Array(size).fill(1));
      expect(sealer.open(owner, address, nonsense)).toBe(undefined);
    }
    const short = sealBase(crypto, owner.publicKey, info, address, Uint8Array.of(1, 0));
    expect(sealer.open(owner, address, short)).toBe(undefined);
    expect([2047, 2048, 8192, 0].map(isBlobLength)).toEqual([false, true, true, false]);
  });

  it('damaged, opens to nothing', () => {
    const blob = sealer.seal(owner.publicKey, address, of(10));
    const flips = fc.tuple(fc.nat(2047), fc.integer({ min: 1, max: 255 })).map(([at, mask]) => {
      const copy = blob.slice();
      copy[at]! ^= mask;
      return copy;
    });
    const check = (altered: Uint8Array) => {
      expect(sealer.open(owner, address, altered)).toBe(undefined);
    };
    fc.assert(fc.property(fc.oneof(flips, mutated(blob)), check), MUTATIONS);
  });

  it('drops the chain where only that keeps it small', () => {
    const chain = [new Uint8Array(800)];
    const fit = (length: number) => fittingEnvelope({ ...of(length), chain });
    expect(fit(1_100).chain).toBe(chain);
    expect(fit(1_300)).toEqual(of(1_300));
    expect(fit(SMALL + 1).chain).toBe(chain);
    expect(fit(LARGE)).toEqual(of(LARGE));
    expect(fittingEnvelope({ passports: [] })).toEqual({ passports: [] });
    const long = Array.from({ length: 6 }, () => new Uint8Array(8));
    expect(fittingEnvelope({ ...of(100), chain: long })).toEqual(of(100));
    const full = { passports: Array<string>(16).fill('x') };
    expect(fittingEnvelope({ ...full, chain })).toEqual(full);
  });
});
