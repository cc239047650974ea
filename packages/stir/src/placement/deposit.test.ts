import { describe, expect, it } from 'vitest';
import { crypto } from '../../test/carrier.ts';
import { concatBytes, encodeHex } from '../bytes/index.ts';
import type { AcceptedCredential, KeyCredential } from '../credential/index.ts';
import { addressOf, mailboxId, retractHash, splitAddress } from '../mailbox/index.ts';
import { parseTelephoneNumber } from '../number/index.ts';
import { createPassportSealer, SUITE_X25519 } from '../seal/index.ts';
import { sealCover, sealDeposits } from './deposit.ts';

const sealer = createPassportSealer(crypto);
const parts = { crypto, sealer };
const called = parseTelephoneNumber('12155551213');
const owners = [1, 256, 65_536].map((shards, stake) => {
  const key = crypto.generateAgreementKey();
  const form = { suite: SUITE_X25519, publicKey: key.publicKey, shards, replyBytes: 16_384 };
  const credential = { form, cps: [`https://cps${stake}.example.net`], stake } as unknown as KeyCredential;
  const accepted: AcceptedCredential = {
    credential,
    mailboxId: mailboxId(crypto, form),
    entries: [],
    signer: 's',
  };
  return { key, form, accepted };
});
const keys = owners.map(({ accepted }) => accepted);
const envelope = { passports: ['aaa.bbb.ccc'], chain: [new Uint8Array(900).fill(3)] };
const order = { envelope, called, keys, lifetimeSeconds: 20 as const };

describe('sealDeposits', () => {
  const deposits = sealDeposits(parts, order);

  it('S-03: makes one deposit for each key, and each key opens exactly its own', () => {
    expect(deposits).toHaveLength(3);
    for (const [at, { address, blob }] of deposits.entries())
      for (const [who, { key }] of owners.entries())
        expect(sealer.open(key, address, blob)).toEqual(at === who ? envelope : undefined);
  });

  it('addresses the mailbox of the key, in the shard of the called number', () => {
    for (const [at, { address, cps, stake, lifetimeSeconds }] of deposits.entries()) {
      const { form, accepted } = owners[at]!;
      expect(encodeHex(address)).toBe(encodeHex(addressOf(crypto, form, called)));
      expect(splitAddress(address).id).toEqual(accepted.mailboxId);
      expect({ cps, stake, lifetimeSeconds }).toEqual({
        cps: accepted.credential.cps,
        stake: at,
        lifetimeSeconds: 20,
      });
    }
  });

  it('keeps a retraction secret of its own for each', () => {
    for (const { retractSecret, retractHash: hash } of deposits) {
      expect(retractSecret).toHaveLength(32);
      expect(encodeHex(hash)).toBe(encodeHex(retractHash(crypto, retractSecret)));
    }
    expect(new Set(deposits.map(({ retractSecret }) => encodeHex(retractSecret))).size).toBe(3);
  });

  it('seals 2048 bytes, and leaves the chain out before it grows', () => {
    expect(deposits.map(({ blob }) => blob.length)).toEqual([2048, 2048, 2048]);
    const long = { passports: ['x'.repeat(1_200)], chain: envelope.chain };
    const [first] = sealDeposits(parts, { ...order, envelope: long });
    expect(first!.blob).toHaveLength(2048);
    expect(sealer.open(owners[0]!.key, first!.address, first!.blob)).toEqual({ passports: long.passports });
  });

  it('makes nothing where there is no key', () => {
    expect(sealDeposits(parts, { ...order, keys: [] })).toEqual([]);
  });
});

describe('sealCover', () => {
  it('S-12: looks like a deposit in all but content', () => {
    const { envelope: _, ...rest } = order;
    const real = sealDeposits(parts, order);
    const cover = sealCover(parts, rest);
    const shape = ({ blob, retractSecret, retractHash: hash, ...deposit }: (typeof real)[number]) => ({
      ...deposit,
      lengths: [blob.length, retractSecret.length, hash.length],
    });
    expect(cover.map(shape)).toEqual(real.map(shape));
    for (const [at, { address, blob }] of cover.entries())
      expect(sealer.open(owners[at]!.key, address, blob)).toEqual({ passports: [] });
    // A real encapsulation: the high bit of a u-coordinate is always clear, as random bytes would not have it.
    const many = Array.from(
      { length: 32 },
      () => sealCover(parts, { ...rest, keys: keys.slice(0, 1) })[0]!.blob,
    );
    expect(many.every((blob) => blob[31]! < 0x80)).toBe(true);
    expect(new Set(many.map((blob) => encodeHex(concatBytes(blob.subarray(0, 32))))).size).toBe(32);
  });
});
