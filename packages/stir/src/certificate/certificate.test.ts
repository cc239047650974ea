import { createHash, type webcrypto, X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import * as x509 from '../../../oobleck/src/lab/x509.ts';
import { concatBytes, decodeHex, encodeHex } from '../bytes/index.ts';
import { DerReader, encodeDer, formatName, formatPem, parsePem, readTime, TAG } from '../der/index.ts';
import { formatTnEntry, parseTnEntry } from '../number/index.ts';
import { StirError } from '../stir-error.ts';
import { parseCertificate } from './certificate.ts';
import { encodeTnAuthList } from './tn-auth-list.ts';
import vector from './vectors/certificate.rfc9118.json' with { type: 'json' };

const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  modulusLength: 2048,
  publicExponent: Uint8Array.of(1, 0, 1),
  hash: 'SHA-256',
};
const unix = (date: Date | string) => new Date(date).getTime() / 1000;
const time = (tag: number, text: string) =>
  readTime(DerReader.over(encodeDer(tag, new TextEncoder().encode(text))));

let keys: webcrypto.CryptoKeyPair;
let rsaKeys: webcrypto.CryptoKeyPair;
beforeAll(async () => {
  keys = await crypto.subtle.generateKey(P256, true, ['sign', 'verify']);
  rsaKeys = await crypto.subtle.generateKey(RSA, true, ['sign', 'verify']);
});

type SelfSigned = Partial<x509.X509CertificateCreateSelfSignedParams> & { keys?: webcrypto.CryptoKeyPair };
async function make(params: SelfSigned = {}): Promise<Uint8Array> {
  const made = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '00ff01',
    name: 'C=US, O=Example\\, Inc., CN=SHAKEN 1234',
    notBefore: new Date('2026-01-01T00:00:00Z'),
    notAfter: new Date('2050-06-30T12:34:56Z'),
    signingAlgorithm: P256,
    keys,
    extensions: [new x509.BasicConstraintsExtension(false)],
    ...params,
  } as x509.X509CertificateCreateSelfSignedParams);
  return new Uint8Array(made.rawData);
}

describe('parseCertificate', () => {
  it('reads the published certificate (RFC 9118 Section 5)', () => {
    const der = parsePem(vector.pem)[0]!;
    const read = parseCertificate(der);
    expect(createHash('sha256').update(read.der).digest('hex')).toBe(vector.sha256);
    expect(read.subjectText).toBe(vector.subjectText);
    expect(formatName(read.issuer)).toBe(vector.issuerText);
    expect([read.notBefore, read.notAfter]).toEqual([unix(vector.notBefore), unix(vector.notAfter)]);
    expect(encodeHex(read.serialNumber)).toBe(vector.serialNumber);
    expect(read.tnAuthList?.map(formatTnEntry)).toEqual(vector.tnAuthList);
    expect(encodeHex(read.tnAuthListDer!)).toBe(vector.tnAuthListDer);
    expect(encodeHex(read.subjectKeyId!)).toBe(vector.subjectKeyId);
    expect(encodeHex(read.authorityKeyId!)).toBe(vector.authorityKeyId);
    expect(read.basicConstraints).toEqual({ isCa: false });
    expect(read.keyUsage).toEqual({ digitalSignature: true, certificateSigning: false, crlSigning: false });
    expect(read.signatureAlgorithm).toBe('ES256');
    expect(read.hasClaimConstraints).toBe(true);
    expect(read.unenforcedExtensions).toEqual([]);
  });

  it.each([
    ['ES256', P256, () => keys],
    ['RS256', RSA, () => rsaKeys],
  ] as const)('agrees with OpenSSL about a certificate signed with %s', async (algorithm, signing, pair) => {
    const der = await make({ keys: pair(), signingAlgorithm: signing });
    const oracle = new X509Certificate(der);
    const read = parseCertificate(der);
    expect(read.signatureAlgorithm).toBe(algorithm);
    expect(encodeHex(read.serialNumber)).toBe('00ff01');
    expect([read.notBefore, read.notAfter]).toEqual([unix(oracle.validFrom), unix(oracle.validTo)]);
    expect(Buffer.from(read.spki)).toEqual(oracle.publicKey.export({ type: 'spki', format: 'der' }));
    expect(read.subjectText).toBe('CN=SHAKEN 1234,O=Example\\, Inc.,C=US');
    const imported = await crypto.subtle.importKey('spki', new Uint8Array(read.spki), signing, false, [
      'verify',
    ]);
    const verified = crypto.subtle.verify(
      signing,
      imported,
      new Uint8Array(read.signature),
      new Uint8Array(read.tbs),
    );
    expect(await verified).toBe(true);
    expect(new X509Certificate(formatPem([read.der])).fingerprint256).toBe(oracle.fingerprint256);
  });

  it('reads constraints, usage and key ids', async () => {
    const list = encodeTnAuthList([parseTnEntry('0-1234'), parseTnEntry('1-12155550000-1000')]);
    const skid = await x509.SubjectKeyIdentifierExtension.create(keys.publicKey);
    const read = parseCertificate(
      await make({
        extensions: [
          new x509.BasicConstraintsExtension(true, 3, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
          skid,
          new x509.CertificatePolicyExtension(['2.16.840.1.114569.1.1.3'], true),
          new x509.Extension('1.3.6.1.5.5.7.1.26', false, list),
        ],
      }),
    );
    expect(read.basicConstraints).toEqual({ isCa: true, pathLength: 3 });
    expect(read.keyUsage).toEqual({ digitalSignature: false, certificateSigning: true, crlSigning: true });
    expect(encodeHex(read.subjectKeyId!)).toBe(skid.keyId);
    expect(read.tnAuthListDer).toEqual(list);
    expect(read.numbers.spcs).toEqual(new Set(['1234']));
    expect(read.unenforcedExtensions).toEqual([]);
    expect(read.hasClaimConstraints).toBe(false);
  });

  it('lists what is critical and not enforced', async () => {
    const extensions = ['2.5.29.30', '2.5.29.31', '1.2.3'].map(
      (oid) => new x509.Extension(oid, true, decodeHex('3000')),
    );
    const read = parseCertificate(await make({ extensions }));
    expect(read.unenforcedExtensions).toEqual(extensions.map(({ type }) => type));
  });

  const constraints = (oid: string, critical: boolean, hex = '3007a0053003160161') =>
    new x509.Extension(oid, critical, decodeHex(hex));
  const PLAIN = '1.3.6.1.5.5.7.1.27';
  const ENHANCED = '1.3.6.1.5.5.7.1.33';

  it.each([PLAIN, ENHANCED])('C-04: understands claim constraints %s, critical or not', async (oid) => {
    for (const critical of [true, false]) {
      const read = parseCertificate(await make({ extensions: [constraints(oid, critical)] }));
      expect(read.claimConstraints?.mustInclude).toEqual(['a']);
      expect(read.unenforcedExtensions).toEqual([]);
    }
  });

  it('C-05: an extension that excludes iat counts as absent (RFC 9118 Section 3)', async () => {
    const der = await make({ extensions: [constraints(ENHANCED, false, '3009a20730051603696174')] });
    expect(parseCertificate(der)).toMatchObject({ claimConstraints: undefined, hasClaimConstraints: false });
  });

  it('C-06: a certificate with both extensions is refused (RFC 9118 Section 6)', async () => {
    const der = await make({ extensions: [constraints(PLAIN, false), constraints(ENHANCED, false)] });
    expect(() => parseCertificate(der)).toThrow(expect.objectContaining({ code: 'ERR_CERTIFICATE_FORMAT' }));
  });

  it('keeps nothing of the caller’s buffer', async () => {
    const der = await make();
    const read = parseCertificate(der);
    const before = encodeHex(read.subject);
    der.fill(0);
    expect(encodeHex(read.subject)).toBe(before);
  });

  const refused = (code: string) => expect.objectContaining({ code });
  it.each([
    [
      'an extension twice',
      ['1.2.3', '1.2.3'].map((oid) => new x509.Extension(oid, false, decodeHex('0500'))),
    ],
    ['a path length without cA', [new x509.Extension('2.5.29.19', true, decodeHex('3003020100'))]],
    ['an empty key usage', [new x509.Extension('2.5.29.15', true, decodeHex('03020700'))]],
    [
      '65 extensions',
      Array.from({ length: 65 }, (_, i) => new x509.Extension(`1.2.${i}`, false, decodeHex('05'))),
    ],
  ])('refuses %s', async (_, extensions) => {
    const der = await make({ extensions });
    expect(() => parseCertificate(der)).toThrow(refused('ERR_CERTIFICATE_FORMAT'));
  });

  it('refuses version 1, two algorithms, a cut and an addition', async () => {
    const der = await make();
    const hex = encodeHex(der);
    const broken = (from: string, to: string) => () => parseCertificate(decodeHex(hex.replace(from, to)));
    expect(broken('a003020102', 'a003020101')).toThrow(refused('ERR_CERTIFICATE_FORMAT'));
    expect(broken('2a8648ce3d040302', '2a8648ce3d040303')).toThrow(refused('ERR_CERTIFICATE_FORMAT'));
    expect(() => parseCertificate(der.subarray(0, -1))).toThrow(refused('ERR_DER_FORMAT'));
    expect(() => parseCertificate(concatBytes(der, Uint8Array.of(0)))).toThrow(refused('ERR_DER_FORMAT'));
    expect(() => parseCertificate(new Uint8Array(65_537))).toThrow(refused('ERR_CERTIFICATE_FORMAT'));
  });

  it('throws StirError and nothing else for 1,000 mutations', () => {
    const der = parsePem(vector.pem)[0]!;
    for (let i = 0; i < 1000; i++) {
      const mutated = new Uint8Array(der);
      for (let n = 0; n <= i % 3; n++)
        mutated[(i * 7919 + n * 104_729) % der.length]! ^= 1 + ((i * 31 + n) % 255);
      try {
        expect(typeof parseCertificate(mutated).subjectText).toBe('string');
      } catch (error) {
        expect(error).toBeInstanceOf(StirError);
      }
    }
  });

  it('is quick about bombs', () => {
    let nested: Uint8Array = new Uint8Array(0);
    for (let i = 0; i < 15_000; i++) nested = encodeDer(TAG.sequence, nested.subarray(0, 60_000));
    const wide = encodeDer(TAG.sequence, encodeDer(TAG.sequence, decodeHex('3100'.repeat(30_000))));
    const started = performance.now();
    for (const bomb of [
      nested.subarray(0, 65_536),
      wide,
      decodeHex('3084ffffffff'),
      decodeHex('3083ffffff30'),
    ])
      expect(() => parseCertificate(bomb)).toThrow(StirError);
    expect(performance.now() - started).toBeLessThan(100);
  });
});

describe('readTime', () => {
  it.each([
    [TAG.utcTime, '491231235959Z', '2049-12-31T23:59:59Z'],
    [TAG.utcTime, '500101000000Z', '1950-01-01T00:00:00Z'],
    [TAG.utcTime, '240229120000Z', '2024-02-29T12:00:00Z'],
    [TAG.generalizedTime, '99991231235959Z', '9999-12-31T23:59:59Z'],
  ])('%i %s', (tag, text, expected) => {
    expect(time(tag, text)).toBe(unix(expected));
  });

  it.each([
    [TAG.utcTime, '2402291200Z'],
    [TAG.utcTime, '240229120000+0000'],
    [TAG.utcTime, '230229120000Z'],
    [TAG.utcTime, '241301120000Z'],
    [TAG.utcTime, '240101240000Z'],
    [TAG.utcTime, '240101126000Z'],
    [TAG.utcTime, '240101120060Z'],
    [TAG.utcTime, '24010112 000Z'],
    [TAG.generalizedTime, '20491231235959Z'],
    [TAG.generalizedTime, '20501231235959.5Z'],
    [TAG.generalizedTime, '20501231235959'],
  ])('refuses %i %s', (tag, text) => {
    expect(() => time(tag, text)).toThrow(StirError);
  });
});

it('writes names with everything invisible escaped (RFC 4514)', () => {
  const name = (...parts: string[]) => decodeHex(parts.join(''));
  expect(formatName(name('3000'))).toBe('');
  expect(formatName(name('3012', '3110', '300e', '0603550403', '0c07', '2061222c0a2b20'))).toBe(
    'CN=\\ a\\"\\,\\0a\\+\\ ',
  );
  expect(formatName(name('300c', '310a', '3008', '06032a0304', '0201', '05'))).toBe('1.2.3.4=#020105');
});
