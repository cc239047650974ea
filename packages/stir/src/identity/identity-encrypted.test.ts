import { describe, expect, it } from 'vitest';
import { crypto } from '../../test/carrier.ts';
import { refusal } from '../../test/hostile.ts';
import {
  formatIdentityEncrypted,
  MAXIMUM_SEALED_IDENTITIES,
  parseIdentityEncrypted,
} from './identity-encrypted.ts';

const [small, large] = [crypto.randomBytes(2048), crypto.randomBytes(8192)];
const [short, long] = [small, large].map(formatIdentityEncrypted) as [string, string];
const malformed = refusal('ERR_IDENTITY_FORMAT');

describe('Identity-Encrypted', () => {
  it('is base64url of one of two lengths, and reads back', () => {
    expect([short.length, long.length]).toEqual([2731, 10_923]);
    expect(parseIdentityEncrypted(short)).toEqual([small]);
    expect(parseIdentityEncrypted(` ${short} ,\t${long};v=2 ; x="a,b;c"`)).toEqual([small, large]);
  });

  it('of another length is none', () => {
    for (const length of [0, 1, 2047, 2049, 8193])
      expect(() => formatIdentityEncrypted(new Uint8Array(length))).toThrow(malformed);
  });

  it.each([
    ['nothing', ''],
    ['an empty value', `${short},`],
    ['padding', `${short}=`],
    ['the other alphabet', short.replace(/[A-Za-z]/, '+')],
    ['a blank within', `${short.slice(0, 9)} ${short.slice(9)}`],
    ['a bit beyond the last octet', `${short.slice(0, -1)}B`],
    ['one octet less', short.slice(0, -2)],
    ['a parameter without name', `${short};=x`],
    ['a parameter twice', `${short};a;a`],
    ['an open quote', `${short};a="`],
    ['a flood', 'A'.repeat(100_000)],
    [
      'too many',
      Array(MAXIMUM_SEALED_IDENTITIES + 1)
        .fill(short)
        .join(),
    ],
  ])('%s is refused', (_what, field) => {
    expect(() => parseIdentityEncrypted(field)).toThrow(malformed);
  });

  it(`holds ${MAXIMUM_SEALED_IDENTITIES}, or 8 of the larger size`, () => {
    const ofSmaller = Array(MAXIMUM_SEALED_IDENTITIES).fill(`${short};a=b`).join(', ');
    expect(parseIdentityEncrypted(ofSmaller)).toHaveLength(MAXIMUM_SEALED_IDENTITIES);
    expect(parseIdentityEncrypted(Array(8).fill(long).join(', '))).toHaveLength(8);
  });

  it('more than that does not fit into a SIP header of 64 KiB', () => {
    expect(MAXIMUM_SEALED_IDENTITIES * (short.length + 1)).toBeGreaterThan(65_536);
  });
});
