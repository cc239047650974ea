import fc from 'fast-check';
import * as jose from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { createCertificateIssuer } from '../../../oobleck/src/lab/certificate-issuer.ts';
import { crypto, DAY, NOW } from '../../test/carrier.ts';
import { caListLike } from '../../test/certificate-grammar.ts';
import { MUTATIONS, mutatedText, refusal, unlessRefused } from '../../test/hostile.ts';
import { type Certificate, formatPem, parseCertificate } from '../certificate/index.ts';
import type { SigningKey } from '../crypto/index.ts';
import type { Json } from '../json/index.ts';
import { signCompactJws } from '../jws/index.ts';
import { parseCaList } from './ca-list.ts';
import { judgeCaList } from './judge-ca-list.ts';

let signer: Certificate;
let key: SigningKey;
let roots: Uint8Array[];
beforeAll(async () => {
  const make = (name: string) =>
    createCertificateIssuer({
      name: [{ C: ['US'] }, { CN: [name] }],
      notBefore: new Date((NOW - DAY) * 1000),
      notAfter: new Date((NOW + DAY) * 1000),
      pathLength: 1,
      extensions: [],
    });
  const policyAdministrator = await make('STI-PA');
  signer = parseCertificate(policyAdministrator.certificate);
  key = crypto.importSigningKey(policyAdministrator.privateKeyPkcs8);
  roots = [(await make('Root One')).certificate, (await make('Root Two')).certificate];
});

const base64 = (der: Uint8Array) => Buffer.from(der).toString('base64');
const sign = (payload: object, header: object = { alg: 'ES256' }) =>
  signCompactJws(JSON.stringify(header), JSON.stringify(payload), key);
const list = (more: object = {}) => sign({ sequence: 7, trustList: roots.map(base64), ...more });
const judge = (text: string, more: object = {}) =>
  judgeCaList({ list: parseCaList(text), signers: [signer], at: NOW, crypto, ...more });

describe('the list of trusted authorities', () => {
  it('holds its roots in PEM or base64 of DER, each once', () => {
    const text = list({ trustList: [formatPem([roots[0]!]), base64(roots[1]!), base64(roots[0]!)] });
    const { sequence, anchors, unusable } = parseCaList(`${text}\n`);
    expect([sequence, unusable]).toEqual([7, 0]);
    expect(anchors.map(({ der }) => base64(der))).toEqual(roots.map(base64));
  });

  it('leaves out what cannot be an anchor, and says how many', () => {
    const odd: Json[] = [1, null, 'AAAA', '!', `${base64(roots[1]!)}\n`, formatPem(roots)];
    const { anchors, unusable } = parseCaList(list({ trustList: [...odd, base64(roots[0]!)] }));
    expect([anchors.length, unusable]).toEqual([1, odd.length]);
  });

  it('takes hundreds of roots', () => {
    const trustList = Array.from({ length: 400 }, () => formatPem([roots[0]!]));
    expect(parseCaList(list({ trustList })).anchors).toHaveLength(1);
  });

  it.each<[string, object, object?]>([
    ['without a sequence number', { sequence: undefined }],
    ['with a fraction for a sequence number', { sequence: 1.5 }],
    ['with text for a sequence number', { sequence: '7' }],
    ['with a sequence number below zero', { sequence: -1 }],
    ['without roots', { trustList: [] }],
    ['with no list of roots', { trustList: {} }],
    ['of nothing usable', { trustList: ['AAAA'] }],
    ['with an end that is no time', { exp: 'never' }],
  ])('is refused %s', (_, more) => {
    expect(() => parseCaList(list(more))).toThrow(refusal('ERR_CA_LIST_FORMAT'));
  });

  it('is refused where it is signed with something else, or no JWS', () => {
    const payload = { sequence: 7, trustList: roots.map(base64) };
    expect(() => parseCaList(sign(payload, { alg: 'none' }))).toThrow(refusal('ERR_CA_LIST_FORMAT'));
    for (const text of ['', 'a.b', `${'a'.repeat(1_048_577)}`])
      expect(() => parseCaList(text)).toThrow(refusal('ERR_JWS_FORMAT'));
  });

  it('counts where STI-PA signed it, whoever made the JWS', async () => {
    expect(judge(list())).toBeUndefined();
    const pair = await jose.generateKeyPair('ES256', { extractable: true });
    const spki = new Uint8Array(await globalThis.crypto.subtle.exportKey('spki', pair.publicKey));
    const text = await new jose.SignJWT({ sequence: 7, trustList: roots.map(base64) })
      .setProtectedHeader({ alg: 'ES256', typ: 'JWT' })
      .sign(pair.privateKey);
    const holder: Certificate = Object.assign(Object.create(signer), { spki });
    expect(judge(text, { signers: [signer, holder] })).toBeUndefined();
    expect(judge(text)).toBe('bad-signature');
    expect(judge(list(), { signers: [] })).toBe('bad-signature');
  });

  it('does not count once the certificate of STI-PA is out of its time', () => {
    expect(judge(list(), { at: signer.notAfter + 1 })).toBe('bad-signature');
    expect(judge(list(), { at: signer.notBefore - 1 })).toBe('bad-signature');
  });

  it('is no roll-back unless a higher number was seen', () => {
    expect(judge(list(), { highestSequence: 7 })).toBeUndefined();
    expect(judge(list(), { highestSequence: 8 })).toBe('roll-back');
    expect(judge(list({ sequence: 9 }), { highestSequence: 8 })).toBeUndefined();
  });

  it('does not count after its end', () => {
    expect(judge(list({ exp: NOW + 1 }))).toBeUndefined();
    expect(judge(list({ exp: NOW }))).toBe('expired');
  });

  it('1,000 mutations: none counts with another content', () => {
    const good = list();
    const check = (text: string) => {
      const read = unlessRefused(() => parseCaList(text));
      if (read === undefined || text.trim() === good) return;
      const isSame = Buffer.compare(read.jws.signingInput, parseCaList(good).jws.signingInput) === 0;
      if (!isSame) expect(judgeCaList({ list: read, signers: [signer], at: NOW, crypto })).toBeDefined();
    };
    fc.assert(fc.property(mutatedText(good), check), MUTATIONS);
  });

  it('whatever a grammar makes: read, or refused with StirError', () => {
    let read = 0;
    const check = (text: string) => {
      if (unlessRefused(() => parseCaList(text)) !== undefined) read++;
    };
    fc.assert(fc.property(caListLike, check), { numRuns: 1_000, seed: 1 });
    expect(read).toBeLessThan(1_000);
  });
});
