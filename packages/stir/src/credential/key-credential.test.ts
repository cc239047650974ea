import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Carrier, createStiAuthority, crypto, NOW } from '../../test/carrier.ts';
import { MUTATIONS, mutatedText, refusal, unlessRefused } from '../../test/hostile.ts';
import { encodeBase64url } from '../bytes/index.ts';
import type { Json } from '../json/index.ts';
import { formatX5c, signCompactJws } from '../jws/index.ts';
import { parseTnEntry } from '../number/index.ts';
import {
  isWithdrawal,
  type KeyCredentialClaims,
  MAXIMUM_CREDENTIAL_SECONDS,
  parseKeyCredential,
  signKeyCredential,
} from './key-credential.ts';

const WEEK = MAXIMUM_CREDENTIAL_SECONDS;
const publicKey = crypto.generateAgreementKey().publicKey;
const pub = encodeBase64url(publicKey);
const payload = {
  iat: NOW,
  exp: NOW + WEEK,
  tn: ['2-12155551212', '1-15714341000-99', '0-1234'],
  key: { kem: 32, kdf: 1, aead: 1, pub },
  cps: ['https://cps.example.net'],
  shards: 1,
  replyBytes: 16_384,
  pages: 1,
  stake: 0,
  only: true,
};
let carrier: Carrier;
beforeAll(async () => {
  carrier = await (await createStiAuthority()).issueCarrier(['0-1234']);
});

type Parts = Readonly<Record<string, Json | undefined>>;
function textOf(header: Parts, members: Parts): string {
  const head = { alg: 'ES256', typ: 'oob-key+jwt', x5c: formatX5c(carrier.chain), ...header };
  return signCompactJws(JSON.stringify(head), JSON.stringify({ ...payload, ...members }), carrier.key);
}
const keyBytes = (first: number, middle: number, last: number) =>
  encodeBase64url(Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? first : at === 31 ? last : middle)));

describe('parseKeyCredential', () => {
  it('reads the claims of protocol section 6', () => {
    const { chain, text, jws, ...claims } = parseKeyCredential(textOf({}, {}));
    expect(chain.map(({ der }) => der)).toEqual(carrier.chain.map(({ der }) => der));
    expect(claims).toEqual({
      issuedAt: NOW,
      expiresAt: NOW + WEEK,
      entries: payload.tn.map(parseTnEntry),
      form: { suite: { kem: 32, kdf: 1, aead: 1 }, publicKey, shards: 1, replyBytes: 16_384 },
      cps: payload.cps,
      pages: 1,
      stake: 0,
      only: true,
    });
    expect(carrier.key.publicKey.verify(jws.signingInput, jws.signature)).toBe(true);
    expect(text.split('.')).toHaveLength(3);
  });

  it.each<[string, Parts]>([
    ['the largest form', { shards: 65_536, replyBytes: 65_536, pages: 16, stake: 7, only: false }],
    ['four CPSs, with ports', { cps: [1, 2, 3, 4].map((port) => `https://[::1]:844${port}`) }],
    ['a withdrawal', { exp: NOW }],
    ['members it does not know', { more: [1] }],
    ['a key just below p', { key: { ...payload.key, pub: keyBytes(0xec, 0xff, 0x7f) } }],
  ])('accepts %s', (_, members) => {
    expect(isWithdrawal(parseKeyCredential(textOf({}, members)))).toBe(members.exp === NOW);
  });

  it.each<[string, Parts]>([
    ['typ absent', { typ: undefined }],
    ['typ of a PASSporT', { typ: 'passport' }],
    ['typ of an attestation', { typ: 'oob-attestation+jwt' }],
    ['alg none', { alg: 'none' }],
    ['crit', { crit: ['exp'] }],
    ['x5c absent', { x5c: undefined }],
    ['x5c no certificate', { x5c: ['AAAA'] }],
    ['x5u in place of x5c', { x5c: undefined, x5u: 'https://cert.example.org/chain.pem' }],
  ])('refuses a header with %s', (_, header) =>
    expect(() => parseKeyCredential(textOf(header, {}))).toThrow(refusal('ERR_CREDENTIAL_FORMAT')),
  );

  const key = (part: Parts): Parts => ({ key: { ...payload.key, ...part } as Json });
  it.each<[string, Parts]>([
    ['iat absent', { iat: undefined }],
    ['iat a string', { iat: String(NOW) }],
    ['iat a fraction', { iat: NOW + 0.5 }],
    ['iat negative', { iat: -1 }],
    ['exp absent', { exp: undefined }],
    ['exp before iat', { exp: NOW - 1 }],
    ['exp over 7 days later', { exp: NOW + WEEK + 1 }],
    ['tn absent', { tn: undefined }],
    ['tn empty', { tn: [] }],
    ['tn no list', { tn: '2-12155551212' }],
    ['tn of numbers', { tn: [12155551212] }],
    ['tn out of shape', { tn: ['12155551212'] }],
    ['tn a range that grows a digit', { tn: ['1-10-91'] }],
    ['tn of 257', { tn: Array(257).fill('2-1') }],
    ['key absent', { key: undefined }],
    ['key a string', { key: pub }],
    ['kem another', key({ kem: 16 })],
    ['kem a string', key({ kem: '32' })],
    ['kdf another', key({ kdf: 3 })],
    ['aead another', key({ aead: 3 })],
    ['aead absent', key({ aead: undefined })],
    ['pub absent', key({ pub: undefined })],
    ['pub padded', key({ pub: `${pub}=` })],
    ['pub of 31 bytes', key({ pub: encodeBase64url(publicKey.subarray(1)) })],
    ['pub zero', key({ pub: keyBytes(0, 0, 0) })],
    ['pub with the high bit', key({ pub: keyBytes(9, 0, 0x80) })],
    ['pub equal to p', key({ pub: keyBytes(0xed, 0xff, 0x7f) })],
    ['cps absent', { cps: undefined }],
    ['cps empty', { cps: [] }],
    ['cps of 5', { cps: Array(5).fill('https://cps.example.net') }],
    ['cps http', { cps: ['http://cps.example.net'] }],
    ['cps no URL', { cps: ['cps.example.net'] }],
    ['cps with a path', { cps: ['https://cps.example.net/'] }],
    ['cps with a query', { cps: ['https://cps.example.net?x'] }],
    ['cps with a user', { cps: ['https://u:p@cps.example.net'] }],
    ['cps with its default port', { cps: ['https://cps.example.net:443'] }],
    ['cps in capitals', { cps: ['https://CPS.example.net'] }],
    ['cps with a line break', { cps: ['https://cps.example\n.net'] }],
    ...['-x.example', 'foo.example.', 'a!b.example', 'x.example:0', '$', '_x.example'].map(
      (host): [string, Parts] => [`cps ${host}, which no token can name`, { cps: [`https://${host}`] }],
    ),
    ['cps too long', { cps: [`https://${'a.'.repeat(130)}net`] }],
    ['shards 0', { shards: 0 }],
    ['shards 3', { shards: 3 }],
    ['shards 131072', { shards: 131_072 }],
    ['shards a string', { shards: '1' }],
    ['replyBytes another', { replyBytes: 32_768 }],
    ['replyBytes absent', { replyBytes: undefined }],
    ['pages 0', { pages: 0 }],
    ['pages 17', { pages: 17 }],
    ['stake negative', { stake: -1 }],
    ['stake 8', { stake: 8 }],
    ['only absent', { only: undefined }],
    ['only a number', { only: 1 }],
  ])('refuses %s', (_, members) =>
    expect(() => parseKeyCredential(textOf({}, members))).toThrow(refusal('ERR_CREDENTIAL_FORMAT')),
  );

  it('refuses what is longer than 32 KiB', () => {
    const act = () => parseKeyCredential(textOf({}, { more: 'x'.repeat(32_768) }));
    expect(act).toThrow(refusal('ERR_CREDENTIAL_FORMAT'));
  });

  it('parse(sign(claims)) is the claims', () => {
    const digits = fc.stringMatching(/^[1-8][0-9]{6,14}$/);
    const claims = fc.record({
      issuedAt: fc.nat(),
      seconds: fc.nat(WEEK),
      entries: fc.array(
        fc.oneof(
          digits.map((one) => `2-${one}`),
          digits.map((one) => `1-${one}-42`),
          fc.constant('0-1234'),
        ),
        { minLength: 1, maxLength: 9 },
      ),
      shards: fc.nat(16).map((exponent) => 2 ** exponent),
      replyBytes: fc.constantFrom(16_384, 65_536),
      cps: fc.array(
        fc.domain().map((name) => `https://${name.toLowerCase()}`),
        { minLength: 1, maxLength: 4 },
      ),
      pages: fc.integer({ min: 1, max: 16 }),
      stake: fc.nat(7),
      only: fc.boolean(),
    });
    const check = ({ seconds, entries, shards, replyBytes, ...rest }: Parameters<typeof build>[0]) => {
      const expected = build({ seconds, entries, shards, replyBytes, ...rest });
      const { chain, text, jws, ...parsed } = parseKeyCredential(
        signKeyCredential(expected, carrier.chain, carrier.key),
      );
      expect(parsed).toEqual(expected);
    };
    fc.assert(fc.property(claims, check), { numRuns: 50 });
  });

  it('damaged, is refused or is not verified', () => {
    const text = textOf({}, {});
    const check = (altered: string) => {
      const read = unlessRefused(() => parseKeyCredential(altered));
      if (read) expect(carrier.key.publicKey.verify(read.jws.signingInput, read.jws.signature)).toBe(false);
    };
    fc.assert(fc.property(mutatedText(text), check), MUTATIONS);
    const [header, body, signature] = text.split('.');
    const json = Buffer.from(body!, 'base64url').toString('latin1');
    const claims = (altered: string) =>
      check(`${header}.${Buffer.from(altered, 'latin1').toString('base64url')}.${signature}`);
    fc.assert(fc.property(mutatedText(json), claims), MUTATIONS);
  });
});

interface Generated {
  readonly issuedAt: number;
  readonly seconds: number;
  readonly entries: readonly string[];
  readonly shards: number;
  readonly replyBytes: number;
  readonly cps: readonly string[];
  readonly pages: number;
  readonly stake: number;
  readonly only: boolean;
}
function build({ seconds, entries, shards, replyBytes, ...rest }: Generated): KeyCredentialClaims {
  return {
    ...rest,
    expiresAt: rest.issuedAt + seconds,
    entries: entries.map(parseTnEntry),
    form: { suite: { kem: 32, kdf: 1, aead: 1 }, publicKey, shards, replyBytes },
  };
}
