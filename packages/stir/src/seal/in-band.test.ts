import { describe, expect, it } from 'vitest';
import { crypto } from '../../test/carrier.ts';
import { createInBandSealer, openInBand } from './in-band.ts';
import { createPassportSealer } from './sealed-passport.ts';

const inBand = createInBandSealer(crypto);
const outOfBand = createPassportSealer(crypto);
const [owner, other] = [crypto.generateAgreementKey(), crypto.generateAgreementKey()];
const [address, elsewhere] = [crypto.randomBytes(36), crypto.randomBytes(36)];
const envelope = { passports: ['aaa.bbb.ccc'] };

describe('sealed in band', () => {
  it('opens in band only, and what lies at a CPS does not', () => {
    const sealed = inBand.seal(owner.publicKey, address, envelope);
    const blob = outOfBand.seal(owner.publicKey, address, envelope);
    expect(inBand.open(owner, address, sealed)).toEqual(envelope);
    expect([outOfBand.open(owner, address, sealed), inBand.open(owner, address, blob)]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('opens the value meant for one of our keys, whichever it is, at the called number’s address', () => {
    const values = [other.publicKey, owner.publicKey].map((key) => inBand.seal(key, address, envelope));
    const locks = [
      { agreement: owner, address: elsewhere },
      { agreement: owner, address },
    ];
    expect(openInBand(inBand, locks, values)).toEqual(envelope);
    expect(openInBand(inBand, locks.slice(0, 1), values)).toBe(undefined);
    expect(openInBand(inBand, locks, values.slice(0, 1))).toBe(undefined);
  });

  it('cover is nothing', () => {
    const cover = inBand.seal(owner.publicKey, address, { passports: [] });
    expect(openInBand(inBand, [{ agreement: owner, address }], [cover])).toBe(undefined);
  });
});
