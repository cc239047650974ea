import { execFileSync } from 'node:child_process';
import * as pkijs from 'pkijs';
import { describe, expect, it } from 'vitest';
import { createNodeCrypto } from '../../../oobleck/src/crypto/index.ts';
import { refusal } from '../../test/hostile.ts';
import { createPortableCrypto } from '../crypto/index.ts';
import { formatPem } from '../der/index.ts';
import { formatTnEntry, parseTnEntry } from '../number/index.ts';
import { createCertificateRequest, type RequestSubject } from './certificate-request.ts';
import { parseTnAuthList } from './tn-auth-list.ts';

const entries = ['0-1234', '1-12155550000-1000'].map(parseTnEntry);
const subject = { commonName: 'SHAKEN 1234', organization: 'Carrière A', country: 'US' };
const openssl = (args: string, input: string) =>
  execFileSync('sh', ['-c', `openssl ${args} 2>&1 || true`], { input }).toString();

describe.each([
  ['node', createNodeCrypto()],
  ['portable', createPortableCrypto()],
])('a certificate request with the %s adapter', (_, port) => {
  const key = port.generateSigningKey();
  const der = createCertificateRequest({ key, subject, entries });

  it('is verified by openssl req, with its subject and key', () => {
    const pem = formatPem([der], 'CERTIFICATE REQUEST');
    const said = openssl('req -verify -noout -subject -nameopt utf8,sep_comma_plus', pem);
    expect(said).toContain('verify OK');
    expect(said).toContain('C=US,O=Carrière A,CN=SHAKEN 1234');
    const spki = execFileSync('sh', ['-c', 'openssl req -noout -pubkey | openssl pkey -pubin -outform DER'], {
      input: pem,
    });
    expect(spki).toEqual(Buffer.from(key.publicKey.spki));
  });

  it('is no longer verified once an octet has changed', () => {
    const broken = der.slice();
    broken[40]! ^= 1;
    expect(openssl('req -verify -noout', formatPem([broken], 'CERTIFICATE REQUEST'))).not.toContain(
      'verify OK',
    );
  });

  it('asks for the TNAuthList (RFC 9448 Section 5), says pkijs', () => {
    const request = pkijs.CertificationRequest.fromBER(new Uint8Array(der));
    const [attribute] = request.attributes!;
    expect(attribute!.type).toBe('1.2.840.113549.1.9.14');
    const extensions = new pkijs.Extensions({ schema: attribute!.values[0] });
    const [extension] = extensions.extensions;
    expect([extension!.extnID, extension!.critical]).toEqual(['1.3.6.1.5.5.7.1.26', false]);
    const list = parseTnAuthList(new Uint8Array(extension!.extnValue.valueBlock.valueHexView));
    expect(list.map(formatTnEntry)).toEqual(['0-1234', '1-12155550000-1000']);
  });
});

describe('what cannot be asked for', () => {
  const key = createNodeCrypto().generateSigningKey();
  const request =
    (more: Partial<RequestSubject>, list = entries) =>
    () =>
      createCertificateRequest({ key, subject: { ...subject, ...more }, entries: list });

  it('a name without text, or too long', () => {
    expect(request({ commonName: '' })).toThrow(refusal('ERR_CERTIFICATE_FORMAT'));
    expect(request({ organization: 'x'.repeat(65) })).toThrow(refusal('ERR_CERTIFICATE_FORMAT'));
    expect(request({ organization: undefined, country: undefined })).not.toThrow();
  });

  it('nothing to sign for', () => {
    expect(request({}, [])).toThrow(refusal('ERR_TN_AUTH_LIST_FORMAT'));
  });
});
