import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import * as pkijs from 'pkijs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type CertificateIssuer,
  createCertificateIssuer,
} from '../../../oobleck/src/lab/certificate-issuer.ts';
import { crypto, DAY, NOW } from '../../test/carrier.ts';
import { crlLike } from '../../test/certificate-grammar.ts';
import { type CrlShape, certificateIssuer, createCrl } from '../../test/crl.ts';
import { MUTATIONS, mutated, refusal, unlessRefused } from '../../test/hostile.ts';
import { decodeHex } from '../bytes/index.ts';
import { type Certificate, parseCertificate } from '../certificate/index.ts';
import { createPortableCrypto, type SigningKey } from '../crypto/index.ts';
import { encodeDer, encodeName, formatPem, TAG } from '../der/index.ts';
import { parseCrl } from './crl.ts';
import { judgeCrl } from './judge-crl.ts';

const named = (text: string) =>
  encodeName([
    { type: 'C', text: 'US' },
    { type: 'CN', text },
  ]);
const CA_ONE = named('CA One');
const CA_TWO = named('CA Two');
const SERIAL = decodeHex('0102030405060708');
const OTHER = decodeHex('1111111111111111');

let signer: CertificateIssuer;
let certificate: Certificate;
let key: SigningKey;
beforeAll(async () => {
  signer = await createCertificateIssuer({
    name: [{ C: ['US'] }, { O: ['STI-PA'] }, { CN: ['STI-PA CRL'] }],
    notBefore: new Date((NOW - DAY) * 1000),
    notAfter: new Date((NOW + 30 * DAY) * 1000),
    pathLength: 0,
    extensions: [],
  });
  certificate = parseCertificate(signer.certificate);
  key = crypto.importSigningKey(signer.privateKeyPkcs8);
});

const make = (shape: Partial<CrlShape> = {}): Uint8Array =>
  createCrl(key, {
    issuer: certificate.subject,
    thisUpdate: NOW - 100,
    nextUpdate: NOW + DAY,
    entries: [{ serialNumber: SERIAL, issuer: CA_ONE }],
    ...shape,
  });
const judge = (der: Uint8Array, more: object = {}) =>
  judgeCrl({ crl: parseCrl(der), issuers: [certificate], at: NOW, crypto, ...more });

describe('CRL: what it lists (RFC 5280 Section 5)', () => {
  it('matches by issuer and serial number, never by the serial number alone', () => {
    const crl = parseCrl(make());
    expect(crl.has({ issuer: CA_ONE, serialNumber: SERIAL })).toBe(true);
    expect(crl.has({ issuer: CA_TWO, serialNumber: SERIAL })).toBe(false);
    expect(crl.has({ issuer: CA_ONE, serialNumber: OTHER })).toBe(false);
    expect(crl.has({ issuer: certificate.subject, serialNumber: SERIAL })).toBe(false);
  });

  it('carries the issuer of an entry forward (RFC 5280 Section 5.3.3)', () => {
    const at = (octet: number) => Uint8Array.of(octet);
    const crl = parseCrl(
      make({
        entries: [
          { serialNumber: at(1) },
          { serialNumber: at(2), issuer: CA_ONE },
          { serialNumber: at(3) },
          { serialNumber: at(4), issuer: CA_TWO },
          {
            serialNumber: at(5),
            extensions: [{ oid: '2.5.29.21', isCritical: true, value: decodeHex('0a0101') }],
          },
        ],
      }),
    );
    const listed = (issuer: Uint8Array) =>
      [1, 2, 3, 4, 5].filter((octet) => crl.has({ issuer, serialNumber: at(octet) }));
    expect([crl.size, listed(certificate.subject), listed(CA_ONE), listed(CA_TWO)]).toEqual([
      5,
      [1],
      [2, 3],
      [4, 5],
    ]);
  });

  it('knows an issuer whose name is written in another way (RFC 5280 Section 7.1)', () => {
    const printable = encodeDer(
      TAG.sequence,
      encodeDer(
        TAG.set,
        encodeDer(TAG.sequence, decodeHex('0603550406'), encodeDer(TAG.utf8String, Buffer.from('us'))),
      ),
      encodeDer(
        TAG.set,
        encodeDer(
          TAG.sequence,
          decodeHex('0603550403'),
          encodeDer(TAG.printableString, Buffer.from(' ca  ONE')),
        ),
      ),
    );
    const crl = parseCrl(make({ entries: [{ serialNumber: SERIAL, issuer: printable }] }));
    expect(crl.has({ issuer: CA_ONE, serialNumber: SERIAL })).toBe(true);
    expect(crl.has({ issuer: CA_TWO, serialNumber: SERIAL })).toBe(false);
  });

  it('lists nobody where there are no entries', () => {
    const crl = parseCrl(make({ entries: [], extensions: [] }));
    expect([crl.size, crl.has({ issuer: CA_ONE, serialNumber: SERIAL })]).toEqual([0, false]);
  });

  it('is read from PEM as from DER', () => {
    const pem = Buffer.from(formatPem([make()], 'X509 CRL'));
    expect(parseCrl(pem).has({ issuer: CA_ONE, serialNumber: SERIAL })).toBe(true);
    expect(() => parseCrl(Buffer.from(formatPem([make()])))).toThrow(refusal('ERR_PEM_FORMAT'));
    expect(() => parseCrl(Buffer.concat([pem, pem]))).toThrow(refusal('ERR_PEM_FORMAT'));
  });

  it('takes 100,000 entries, and finds each in no time', () => {
    const count = 100_000;
    const serialOf = (at: number) => Uint8Array.of(1, 0, 0, 0, 0, at >>> 16, at >>> 8, at);
    const entries = Array.from({ length: count }, (_, at) => ({
      serialNumber: serialOf(at),
      ...(at % 1000 === 0 ? { issuer: named(`CA ${at / 1000}`) } : {}),
    }));
    const der = make({ entries });
    const started = performance.now();
    const crl = parseCrl(der);
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(crl.size).toBe(count);
    expect(crl.has({ issuer: named('CA 99'), serialNumber: serialOf(count - 1) })).toBe(true);
    expect(crl.has({ issuer: named('CA 98'), serialNumber: serialOf(count - 1) })).toBe(false);
  });
});

describe('CRL: what is refused', () => {
  const unknown = { oid: '1.2.3', isCritical: true, value: decodeHex('0500') };
  it.each<[string, Partial<CrlShape>]>([
    ['of version 1', { version: 0 }],
    ['without a next update', { nextUpdate: null }],
    ['with a critical extension that is not known', { extensions: [unknown] }],
    ['that is a delta', { extensions: [{ oid: '2.5.29.27', isCritical: true, value: decodeHex('020101') }] }],
    [
      'of attribute certificates',
      { extensions: [{ oid: '2.5.29.28', isCritical: true, value: decodeHex('30038501ff') }] },
    ],
    [
      'with an extension twice',
      {
        extensions: [
          { ...unknown, isCritical: false },
          { ...unknown, isCritical: false },
        ],
      },
    ],
    [
      'with a critical entry extension that is not known',
      { entries: [{ serialNumber: SERIAL, extensions: [unknown] }] },
    ],
    [
      'whose entry belongs to no directory name',
      {
        entries: [
          {
            serialNumber: SERIAL,
            extensions: [{ ...certificateIssuer(CA_ONE), value: decodeHex('3003820161') }],
          },
        ],
      },
    ],
    ['with a serial number of 22 octets', { entries: [{ serialNumber: new Uint8Array(22).fill(1) }] }],
  ])('a list %s', (_, shape) => {
    expect(() => parseCrl(make(shape))).toThrow(refusal('ERR_CRL_FORMAT'));
  });

  it('a list cut off or followed by more', () => {
    const der = make();
    expect(() => parseCrl(der.subarray(0, -1))).toThrow(refusal('ERR_DER_FORMAT'));
    expect(() => parseCrl(Buffer.concat([der, Buffer.of(0)]))).toThrow(refusal('ERR_DER_FORMAT'));
    expect(() => parseCrl(new Uint8Array(0))).toThrow(refusal('ERR_PEM_FORMAT'));
  });

  it('1,000 mutations: none is taken for signed', () => {
    const der = make();
    const check = (bytes: Uint8Array) => {
      const crl = unlessRefused(() => parseCrl(bytes));
      if (crl === undefined) return;
      const isSame = Buffer.compare(crl.tbs, parseCrl(der).tbs) === 0;
      if (!isSame) expect(judgeCrl({ crl, issuers: [certificate], at: NOW, crypto })).toBeDefined();
    };
    fc.assert(fc.property(mutated(der), check), MUTATIONS);
  });

  it('whatever a grammar makes: read, or refused with StirError, and quickly', () => {
    let read = 0;
    const check = (bytes: Uint8Array) => {
      if (unlessRefused(() => parseCrl(bytes)) !== undefined) read++;
    };
    fc.assert(fc.property(crlLike, check), { numRuns: 2_000, seed: 1 });
    expect(read).toBeGreaterThan(0);
  });

  it('bombs, quickly', () => {
    const nested = (bytes: Uint8Array, depth: number): Uint8Array =>
      depth === 0 ? bytes : nested(encodeDer(TAG.sequence, bytes), depth - 1);
    const wide = encodeDer(TAG.sequence, encodeDer(TAG.sequence, Buffer.alloc(60_000, '3000', 'hex')));
    const started = performance.now();
    for (const bomb of [
      nested(new Uint8Array(0), 5_000),
      wide,
      decodeHex('3084ffffffff'),
      decodeHex('3083ffffff30'),
    ])
      expect(() => parseCrl(bomb)).toThrow(expect.objectContaining({ name: 'StirError' }));
    expect(performance.now() - started).toBeLessThan(100);
  });
});

describe('CRL: whose it is and when (RFC 5280 Section 6.3.3)', () => {
  it.each([
    ['node', crypto],
    ['portable', createPortableCrypto()],
  ])('is used where its issuer signed it, with the %s adapter', (_, port) => {
    expect(judge(make(), { crypto: port })).toBeUndefined();
    expect(judge(make({ extensions: [] }))).toBeUndefined();
  });

  it('is not used before its time or after the next update', () => {
    expect(judge(make({ thisUpdate: NOW + 1 }))).toBe('not-yet-valid');
    expect(judge(make({ nextUpdate: NOW - 1 }))).toBe('expired');
    expect(judge(make({ nextUpdate: NOW }))).toBeUndefined();
    expect(judge(make(), { at: Number.NaN })).toBe('not-yet-valid');
  });

  it('is not used from anybody else', async () => {
    expect(judge(make(), { issuers: [] })).toBe('unknown-issuer');
    expect(judge(make({ issuer: CA_ONE }))).toBe('unknown-issuer');
    const forged = createCrl(crypto.generateSigningKey(), {
      issuer: certificate.subject,
      thisUpdate: NOW,
      nextUpdate: NOW + DAY,
      entries: [],
    });
    expect(judge(forged)).toBe('bad-signature');
    const keyId = (octets: Uint8Array) => ({
      oid: '2.5.29.35',
      isCritical: false,
      value: encodeDer(TAG.sequence, encodeDer(0x80, octets)),
    });
    expect(judge(make({ extensions: [keyId(certificate.subjectKeyId!)] }))).toBeUndefined();
    expect(judge(make({ extensions: [keyId(SERIAL)] }))).toBe('unknown-issuer');
  });

  it('is not used where the certificate of the issuer is out of its time or not for CRLs', () => {
    const unfit = (more: object) =>
      judge(make(), { issuers: [Object.assign(Object.create(certificate), more)] });
    expect(unfit({ notAfter: NOW - 1 })).toBe('issuer-unfit');
    expect(unfit({ notBefore: NOW + 1 })).toBe('issuer-unfit');
    const keyUsage = { digitalSignature: true, certificateSigning: true, crlSigning: false };
    expect(unfit({ keyUsage })).toBe('issuer-unfit');
  });
});

describe('CRL: what other implementations say', () => {
  it('pkijs reads the same issuer, times and entries', () => {
    const der = make();
    const read = pkijs.CertificateRevocationList.fromBER(new Uint8Array(der));
    const mine = parseCrl(der);
    expect(read.revokedCertificates?.length).toBe(mine.size);
    expect(read.thisUpdate.value.getTime() / 1000).toBe(mine.thisUpdate);
    expect(read.nextUpdate!.value.getTime() / 1000).toBe(mine.nextUpdate);
    expect(new Uint8Array(read.issuer.toSchema().toBER())).toEqual(new Uint8Array(mine.issuer));
  });

  it('openssl crl verifies it with the same certificate, and not when it was forged', () => {
    const folder = mkdtempSync(join(tmpdir(), 'crl-'));
    try {
      const write = (name: string, data: string | Uint8Array) => {
        writeFileSync(join(folder, name), data);
        return join(folder, name);
      };
      const ca = write('ca.pem', formatPem([signer.certificate]));
      const says = (der: Uint8Array) => {
        const file = write('list.der', der);
        const args = ['crl', '-inform', 'DER', '-in', file, '-CAfile', ca, '-noout'];
        return execFileSync('sh', ['-c', 'openssl "$@" 2>&1 || true', 'sh', ...args]).toString();
      };
      expect(says(make())).toContain('verify OK');
      const forged = make().slice();
      forged[forged.length - 1]! ^= 1;
      expect(says(forged)).not.toContain('verify OK');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
