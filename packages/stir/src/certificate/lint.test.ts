import { beforeAll, describe, expect, it } from 'vitest';
import {
  type CertificateIssuer,
  createCertificateIssuer,
} from '../../../oobleck/src/lab/certificate-issuer.ts';
import * as x509 from '../../../oobleck/src/lab/x509.ts';
import { DAY, NOW } from '../../test/carrier.ts';
import { decodeHex } from '../bytes/index.ts';
import { encodeDer, encodeName, parsePem, TAG } from '../der/index.ts';
import { parseTnEntry } from '../number/index.ts';
import { type Certificate, parseCertificate } from './certificate.ts';
import { lintCertificate } from './lint.ts';
import { encodeTnAuthList } from './tn-auth-list.ts';
import vector from './vectors/certificate.rfc9118.json' with { type: 'json' };

const POLICY = new x509.CertificatePolicyExtension(['2.16.840.1.114569.1.1.3'], false);
const url = (text: string) => encodeDer(0x86, Buffer.from(text));
const name = encodeName([{ type: 'CN', text: 'STI-PA CRL' }]);
const point = (...fields: Uint8Array[]) => encodeDer(TAG.sequence, ...fields);
const full = (...names: Uint8Array[]) => encodeDer(TAG.explicit0, encodeDer(TAG.explicit0, ...names));
const CRL_ISSUER = encodeDer(TAG.explicit2, encodeDer(0xa4, name));
const points = (...list: Uint8Array[]) =>
  new x509.Extension('2.5.29.31', false, encodeDer(TAG.sequence, ...list));
const GOOD_POINT = point(full(url('http://crl.example.net/v1/crl')), CRL_ISSUER);
const list = (critical: boolean, ...entries: string[]) =>
  new x509.Extension('1.3.6.1.5.5.7.1.26', critical, encodeTnAuthList(entries.map(parseTnEntry)));
const GOOD = [POLICY, points(GOOD_POINT), list(false, '0-1234')];
const GOOD_NAME: x509.JsonName = [{ C: ['US'] }, { O: ['Carrier'] }, { CN: ['Carrier SHAKEN 1234'] }];

let root: CertificateIssuer;
const times = { notBefore: new Date((NOW - DAY) * 1000), notAfter: new Date((NOW + DAY) * 1000) };
beforeAll(async () => {
  const rootName: x509.JsonName = [{ C: ['US'] }, { O: ['Authority'] }, { CN: ['SHAKEN ROOT'] }];
  root = await createCertificateIssuer({ name: rootName, ...times, pathLength: 1, extensions: [] });
});

const rules = (certificate: Certificate) => lintCertificate(certificate).map(({ rule }) => rule);
const leaf = async (extensions: x509.Extension[] = GOOD, name: x509.JsonName = GOOD_NAME) =>
  rules(parseCertificate((await root.issue({ name, ...times, extensions })).certificate));
/** A leaf made from scratch: no extension but those given and one that nobody knows. */
async function bare(extensions: x509.Extension[], serialNumber = '0102030405060708') {
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-384' }, true, [
    'sign',
    'verify',
  ]);
  const made = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber,
    name: 'CN=SHAKEN 1234',
    ...times,
    keys,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-384' },
    extensions: [...extensions, new x509.Extension('1.2.3', false, decodeHex('0500'))],
  });
  return rules(parseCertificate(new Uint8Array(made.rawData)));
}

describe('lintCertificate (ATIS-1000080)', () => {
  it('has nothing to say about a leaf, an authority and a root as the profile has them', async () => {
    expect(await leaf()).toEqual([]);
    expect(rules(parseCertificate(root.certificate))).toEqual([]);
    const name: x509.JsonName = [{ C: ['US'] }, { O: ['Authority'] }, { CN: ['SHAKEN CA'] }];
    const authority = await root.issueAuthority({
      name,
      ...times,
      pathLength: 0,
      extensions: [POLICY, points(GOOD_POINT)],
    });
    expect(rules(parseCertificate(authority.certificate))).toEqual([]);
  });

  it.each<[string, x509.Extension[]]>([
    ['tn-auth-list', [POLICY, points(GOOD_POINT), list(false, '0-1234', '0-5678')]],
    ['tn-auth-list-critical', [POLICY, points(GOOD_POINT), list(true, '0-1234')]],
    ['policy', [points(GOOD_POINT), list(false, '0-1234')]],
    ['policy', [new x509.CertificatePolicyExtension(['2.16.840.1.114569.2.1'], false), ...GOOD.slice(1)]],
    ['policy', [new x509.Extension('2.5.29.32', false, decodeHex('0500')), ...GOOD.slice(1)]],
    ['crl-distribution-point', [POLICY, list(false, '0-1234')]],
    ['crl-distribution-point', [POLICY, list(false, '0-1234'), points(GOOD_POINT, GOOD_POINT)]],
    ['crl-distribution-point', [POLICY, list(false, '0-1234'), points(point(full(url('http://a.example'))))]],
    [
      'crl-distribution-point',
      [POLICY, list(false, '0-1234'), points(point(full(url('ldap://a')), CRL_ISSUER))],
    ],
    [
      'crl-distribution-point',
      [POLICY, list(false, '0-1234'), points(point(full(url('http://a'), url('http://b')), CRL_ISSUER))],
    ],
    ['crl-distribution-point', [POLICY, list(false, '0-1234'), points(point(CRL_ISSUER))]],
    ['crl-distribution-point', [POLICY, list(false, '0-1234'), points()]],
  ])('%s', async (rule, extensions) => {
    expect(await leaf(extensions)).toEqual([rule]);
  });

  it('a list of numbers has no code that the common name could contain', async () => {
    const found = await leaf([POLICY, points(GOOD_POINT), list(false, '2-12155551212')]);
    expect(found).toEqual(['tn-auth-list', 'common-name-spc']);
  });

  it.each<[string, x509.JsonName]>([
    ['subject-country', [{ O: ['Carrier'] }, { CN: ['SHAKEN 1234'] }]],
    ['subject-organization', [{ C: ['US'] }, { CN: ['SHAKEN 1234'] }]],
    ['common-name-spc', [{ C: ['US'] }, { O: ['Carrier'] }, { CN: ['SHAKEN 5678'] }]],
    ['subject-common-name', [...GOOD_NAME, { CN: ['two'] }]],
  ])('%s', async (rule, name) => {
    expect(await leaf(GOOD, name)).toEqual([rule]);
  });

  it('key, algorithm, serial number and what is not there at all', async () => {
    expect(await bare([], '01')).toEqual([
      'key-p256',
      'signature-algorithm',
      'serial-entropy',
      'subject-country',
      'subject-organization',
      'basic-constraints',
      'key-usage',
      'subject-key-id',
      'authority-key-id',
      'policy',
      'crl-distribution-point',
      'key-usage-leaf',
      'tn-auth-list',
      'common-name-spc',
    ]);
  });

  it('serial numbers: 64 bits and no sign', async () => {
    expect(await bare([], '0102030405060708')).not.toContain('serial-entropy');
    expect(await bare([], '01020304050607')).toContain('serial-entropy');
  });

  it('basic constraints and key usage that are not critical, or say too much', async () => {
    const loose = [
      new x509.BasicConstraintsExtension(false, undefined, false),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.nonRepudiation,
        false,
      ),
    ];
    const found = await bare(loose);
    for (const rule of ['basic-constraints', 'key-usage', 'key-usage-leaf']) expect(found).toContain(rule);
  });

  it('a root with what only others have', async () => {
    const made = await createCertificateIssuer({
      name: [{ C: ['US'] }, { O: ['Authority'] }, { CN: ['SHAKEN CA'] }],
      ...times,
      pathLength: 1,
      extensions: GOOD,
    });
    const found = rules(parseCertificate(made.certificate));
    expect(found).toEqual(['common-name-root', 'root-distribution-point', 'root-tn-auth-list']);
  });

  it('the example of RFC 9118 is no certificate of the profile', () => {
    const findings = lintCertificate(parseCertificate(parsePem(vector.pem)[0]!));
    expect(findings.map(({ rule }) => rule)).toEqual(['policy', 'crl-distribution-point', 'common-name-spc']);
    expect(findings.every(({ text, severity }) => text !== '' && severity === 'error')).toBe(true);
  });
});
