// The worked example of docs/identity-encrypted.md, played with what the page itself says.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { decodeHex, encodeHex } from '@oobleck/stir/bytes';
import { parseIdentityEncrypted } from '@oobleck/stir/identity';
import { addressOf } from '@oobleck/stir/mailbox';
import { parseTelephoneNumber } from '@oobleck/stir/number';
import { parsePassport } from '@oobleck/stir/passport';
import { createInBandSealer, createPassportSealer, openInBand, SUITE_X25519 } from '@oobleck/stir/seal';
import { describe, expect, it } from 'vitest';
import { createNodeCrypto } from '../packages/oobleck/src/crypto/index.ts';

const PAGE = readFileSync(fileURLToPath(new URL('identity-encrypted.md', import.meta.url)), 'utf8');
const example = PAGE.slice(PAGE.indexOf('## Example'));
const [field, token] = [...example.matchAll(/(?:^ {4}\S.*\n)+/gm)].map(([block]) =>
  block.replace(/\n {4}|^ {4}|\n$/g, ''),
);
const [secret, address] = [...example.matchAll(/`([0-9a-f]{64,72})`/g)].map(([, hex]) => hex!);

describe('docs/identity-encrypted.md', () => {
  const crypto = createNodeCrypto();
  const agreement = crypto.importAgreementKey(decodeHex(secret!));
  const form = { suite: SUITE_X25519, publicKey: agreement.publicKey, shards: 256, replyBytes: 16_384 };
  const lock = { agreement, address: addressOf(crypto, form, parseTelephoneNumber('12155551213')) };
  const [name, value] = field!.split(': ') as [string, string];
  const sealed = parseIdentityEncrypted(value);

  it('shows an address that the key and the number give', () => {
    expect(encodeHex(lock.address)).toBe(address);
  });

  it('shows a field that opens to the PASSporT it shows', () => {
    expect([name, sealed.length, sealed[0]!.length]).toEqual(['Identity-Encrypted', 1, 2048]);
    expect(openInBand(createInBandSealer(crypto), [lock], sealed)).toEqual([{ passports: [token] }]);
    expect(parsePassport(token!).claims.dest).toEqual({ tn: ['12155551213'] });
  });

  it('and that does not open out of band', () => {
    expect(createPassportSealer(crypto).open(agreement, lock.address, sealed[0]!)).toBe(undefined);
  });
});
