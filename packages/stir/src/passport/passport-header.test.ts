import { describe, expect, it } from 'vitest';
import { crypto } from '../../test/carrier.ts';
import { refusal, unlessRefused } from '../../test/hostile.ts';
import { encodeBase64urlText } from '../bytes/index.ts';
import { createPassportSigner } from './create-passport.ts';
import { parsePassport } from './passport.ts';
import { KEPT_HEADERS, readHeader } from './passport-header.ts';

const LIMIT = 16_384;
const segment = (header: object) => encodeBase64urlText(JSON.stringify(header));
const headerOf = (certificateUrl: string, ppt = 'shaken') =>
  segment({ alg: 'ES256', ppt, typ: 'passport', x5u: certificateUrl });

describe('readHeader', () => {
  it('gives the same for a header read before, and another for each other', () => {
    for (const ppt of ['shaken', 'div', 'rcd'])
      for (const url of ['https://a.example.org/1.pem', 'https://a.example.org/2.pem'])
        for (const _ of [1, 2, 3])
          expect(readHeader(headerOf(url, ppt), LIMIT)).toEqual({ extension: ppt, certificateUrl: url });
  });

  it('keeps no header that it refused: each repetition is refused the same way', () => {
    const refused = [
      [segment({ alg: 'none', typ: 'passport', x5u: 'https://a.example.org/' }), 'ERR_PASSPORT_FORMAT'],
      [segment({ alg: 'ES256', typ: 'passport' }), 'ERR_PASSPORT_FORMAT'],
      [headerOf('https://a.example.org/1.pem', 'unheard'), 'ERR_PASSPORT_UNSUPPORTED'],
      [`${headerOf('https://a.example.org/1.pem')}=`, 'ERR_JWS_FORMAT'],
      [encodeBase64urlText('{"alg":"ES256","alg":"ES256"}'), 'ERR_JWS_FORMAT'],
    ] as const;
    readHeader(headerOf('https://a.example.org/1.pem'), LIMIT);
    for (const [text, code] of refused)
      for (const _ of [1, 2]) expect(() => readHeader(text, LIMIT)).toThrow(refusal(code));
  });

  it('stands a flood of headers, and reads each right', () => {
    const url = (at: number) => `https://flood.example.org/${at}.pem`;
    for (const _ of [1, 2])
      for (let at = 0; at < 3 * KEPT_HEADERS; at++)
        expect(readHeader(headerOf(url(at)), LIMIT).certificateUrl).toBe(url(at));
    expect(readHeader(headerOf(url(0)), LIMIT)).toEqual({ extension: 'shaken', certificateUrl: url(0) });
  });

  it('gives each PASSporT with x5c a chain of its own', () => {
    const der = Uint8Array.of(0x30, 1, 0);
    const signer = createPassportSigner(crypto.generateSigningKey(), 'https://a.example.org/x.pem', {
      chain: [der],
    });
    const [header] = signer
      .signBase({ originator: '1', destinations: ['2'], issuedAt: 1 } as never, 'x')
      .split('.');
    const [first, second] = [readHeader(header!, LIMIT), readHeader(header!, LIMIT)];
    (first.chain![0] as Uint8Array)[0] = 0xff;
    expect(second.chain).toEqual([der]);
  });
});

describe('parsePassport', () => {
  const signature = 'A'.repeat(86);
  const known = headerOf('https://a.example.org/1.pem');
  const payload = encodeBase64urlText('{"dest":{"tn":["1"]},"iat":1,"orig":{"tn":"2"}}');

  it('holds the claims of a known header to its type: no shaken without attest, in either order of arrival', () => {
    readHeader(known, LIMIT);
    expect(() => parsePassport(`${known}.${payload}.${signature}`)).toThrow(refusal('ERR_PASSPORT_FORMAT'));
  });

  it('names a malformed payload before an unsupported type', () => {
    const unheard = headerOf('https://a.example.org/1.pem', 'unheard');
    const broken = encodeBase64urlText('{"iat":1,"iat":1}');
    expect(() => parsePassport(`${unheard}.${broken}.${signature}`)).toThrow(refusal('ERR_PASSPORT_FORMAT'));
    expect(() => parsePassport(`${unheard}.${payload}.${signature}`)).toThrow(
      refusal('ERR_PASSPORT_UNSUPPORTED'),
    );
  });

  it('takes the exact claims of shaken under another type as that type does', () => {
    const shaken =
      '{"attest":"A","dest":{"tn":["1"]},"iat":1,"orig":{"tn":"2"},"origid":"123e4567-e89b-12d3-a456-426655440000"}';
    const as = (ppt: string) =>
      unlessRefused(() =>
        parsePassport(
          `${headerOf('https://a.example.org/1.pem', ppt)}.${encodeBase64urlText(shaken)}.${signature}`,
        ),
      );
    expect(as('shaken')?.shaken).toEqual({ attestation: 'A', originationId: expect.any(String) });
    expect(as('rsp')).toMatchObject({ extension: 'rsp', originator: { kind: 'tn', number: '2' } });
    expect(as('rsp')).not.toHaveProperty('shaken');
    for (const ppt of ['div', 'div-o', 'rph', 'rcd']) expect(as(ppt)).toBeUndefined();
  });
});
