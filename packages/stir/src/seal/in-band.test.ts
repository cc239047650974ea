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
    expect(openInBand(inBand, locks, values)).toEqual([envelope]);
    expect(openInBand(inBand, locks.slice(0, 1), values)).toEqual([]);
    expect(openInBand(inBand, locks, values.slice(0, 1))).toEqual([]);
  });

  it('cover is nothing', () => {
    const cover = inBand.seal(owner.publicKey, address, { passports: [] });
    expect(openInBand(inBand, [{ agreement: owner, address }], [cover])).toEqual([]);
  });

  it('every envelope opens, however many strangers sealed before it, and the same one once', () => {
    const lock = { agreement: owner, address };
    const envelopes = Array.from({ length: 20 }, (_, at) => at).map((at) => ({
      passports: ['aaa.bbb.ccc'],
      chain: [new Uint8Array([at])],
    }));
    const values = envelopes.map((one) => inBand.seal(owner.publicKey, address, one));
    const again = inBand.seal(owner.publicKey, address, envelopes[0]!);
    expect(openInBand(inBand, [lock], [values[0]!, again, ...values.slice(1)])).toEqual(envelopes);
  });
});
