import { describe, expect, it } from 'vitest';
import { crypto } from '../../test/carrier.ts';
import type { AcceptedCredential, KeyCredential } from '../credential/index.ts';
import { parseIdentityEncrypted } from '../identity/index.ts';
import { addressOf, mailboxId } from '../mailbox/index.ts';
import { parseTelephoneNumber } from '../number/index.ts';
import { createInBandSealer, openInBand, SUITE_X25519 } from '../seal/index.ts';
import { sealInBand } from './seal-in-band.ts';

const sealer = createInBandSealer(crypto);
const called = parseTelephoneNumber('12155551213');
const owners = [1, 2, 4, 8, 16].map((shards) => {
  const key = crypto.generateAgreementKey();
  const form = { suite: SUITE_X25519, publicKey: key.publicKey, shards, replyBytes: 16_384 };
  const credential = { form, cps: [], stake: 0 } as unknown as KeyCredential;
  const accepted = { credential, mailboxId: mailboxId(crypto, form), entries: [], signer: 's' };
  return { key, form, accepted: accepted as AcceptedCredential };
});
const keys = owners.map(({ accepted }) => accepted);
const envelope = { passports: ['aaa.bbb.ccc', 'ddd.eee.fff'], chain: [new Uint8Array(900).fill(3)] };
const seal = (number = called) => sealInBand({ crypto, sealer }, { envelope, called: number, keys });

describe('sealInBand', () => {
  it('makes a value for each of the first four keys, and each key opens its own', () => {
    const values = seal();
    expect(values).toHaveLength(4);
    for (const [at, { key, form }] of owners.entries()) {
      const lock = { agreement: key, address: addressOf(crypto, form, called) };
      const opened = values.map((value) => openInBand(sealer, [lock], parseIdentityEncrypted(value)));
      expect(opened).toEqual(values.map((_, which) => (which === at ? [envelope] : [])));
    }
  });

  it('is fresh every time, and bound to the number called', () => {
    expect(seal()[0]).not.toBe(seal()[0]);
    const { key, form } = owners[0]!;
    const [value] = seal();
    // With one shard the address is that of the mailbox; the PASSporT itself names the number.
    const other = { ...form, shards: 2 };
    const lock = { agreement: key, address: addressOf(crypto, other, called) };
    expect(openInBand(sealer, [lock], parseIdentityEncrypted(value!))).toEqual([]);
  });

  it('without a key there is no value', () => {
    expect(sealInBand({ crypto, sealer }, { envelope, called, keys: [] })).toEqual([]);
  });
});
