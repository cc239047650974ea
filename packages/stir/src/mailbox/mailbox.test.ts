import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crypto } from '../../test/carrier.ts';
import { refusal } from '../../test/hostile.ts';
import { decodeHex, encodeBase64url, encodeHex } from '../bytes/index.ts';
import { createPortableCrypto } from '../crypto/index.ts';
import { parseTelephoneNumber } from '../number/index.ts';
import {
  ADDRESS_BYTES,
  addressOf,
  encodeAddress,
  isShardCount,
  type MailboxForm,
  mailboxId,
  parseMailboxId,
  shardOf,
  splitAddress,
} from './mailbox.ts';
import known from './vectors/address.protocol.json' with { type: 'json' };

const form: MailboxForm = {
  suite: { kem: 0x20, kdf: 1, aead: 1 },
  publicKey: decodeHex(known.publicKey),
  shards: known.shards,
  replyBytes: known.replyBytes,
};
const called = parseTelephoneNumber(known.called);

describe('mailbox', () => {
  it.each([
    ['node', crypto],
    ['portable', createPortableCrypto()],
  ])('has the known address, with the %s adapter', (_, port) => {
    const id = mailboxId(port, form);
    expect(encodeHex(id)).toBe(known.mailboxId);
    expect(shardOf(port, id, known.shards, called)).toBe(known.shard);
    expect(encodeHex(addressOf(port, form, called))).toBe(known.address);
  });

  it.each<[string, Partial<MailboxForm>]>([
    ['KEM', { suite: { ...form.suite, kem: 0x647a } }],
    ['KDF', { suite: { ...form.suite, kdf: 2 } }],
    ['AEAD', { suite: { ...form.suite, aead: 2 } }],
    ['public key', { publicKey: form.publicKey.slice().fill(7, 31) }],
    ['length of the key', { publicKey: form.publicKey.subarray(0, 31) }],
    ['shards', { shards: 128 }],
    ['reply length', { replyBytes: 65_536 }],
  ])('is another one with another %s', (_, part) =>
    expect(encodeHex(mailboxId(crypto, { ...form, ...part }))).not.toBe(known.mailboxId),
  );

  it('spreads numbers over all its shards, each number always in one', () => {
    const id = mailboxId(crypto, form);
    const shards = Array.from({ length: 4_000 }, (_, i) =>
      shardOf(crypto, id, 256, parseTelephoneNumber(String(12155550000 + i))),
    );
    expect(new Set(shards).size).toBe(256);
    expect(Math.max(...shards)).toBe(255);
    expect(shardOf(crypto, id, 1, called)).toBe(0);
  });

  it.each(['*67', '#31#', '12*'])('has no place for the service code %s', (code) =>
    expect(() => addressOf(crypto, form, parseTelephoneNumber(code))).toThrow(refusal('ERR_MAILBOX_FORMAT')),
  );

  it('address and parts go into one another', () => {
    const id = fc.uint8Array({ minLength: 32, maxLength: 32 });
    const check = (one: Uint8Array, shard: number) => {
      const address = encodeAddress(one, shard);
      expect(address).toHaveLength(ADDRESS_BYTES);
      expect(splitAddress(address)).toEqual({ id: one, shard });
      expect(parseMailboxId(encodeBase64url(one))).toEqual(one);
    };
    fc.assert(fc.property(id, fc.nat(2 ** 32 - 1), check));
    for (const length of [0, 35, 37])
      expect(() => splitAddress(new Uint8Array(length))).toThrow(refusal('ERR_BYTES_FORMAT'));
  });

  it.each([
    '',
    'A'.repeat(42),
    'A'.repeat(44),
    `${'A'.repeat(42)}B`,
    `${'A'.repeat(42)}=`,
    `${'A'.repeat(42)}/`,
  ])('no identifier is %j', (text) =>
    expect(() => parseMailboxId(text)).toThrow(refusal('ERR_MAILBOX_FORMAT')),
  );

  it('has a power of two of shards, up to 65536', () => {
    for (const count of [1, 2, 256, 65_536]) expect(isShardCount(count)).toBe(true);
    for (const count of [0, -1, 3, 1.5, 131_072, 2 ** 32, Number.NaN, '1', null, undefined])
      expect(isShardCount(count)).toBe(false);
  });
});
