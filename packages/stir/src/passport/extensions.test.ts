import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crypto } from '../../test/carrier.ts';
import { MUTATIONS, mutatedText, refusal, unlessRefused } from '../../test/hostile.ts';
import { decodeLeniently } from '../../test/lenient.ts';
import { statements } from '../../test/statements.ts';
import { encodeBase64url, encodeUtf8 } from '../bytes/index.ts';
import { formatCanonicalJson, type Json, type JsonObject } from '../json/index.ts';
import { signCompactJws } from '../jws/index.ts';
import { parseTelephoneNumber } from '../number/index.ts';
import { createPassportSigner } from './create-passport.ts';
import { divert } from './divert.ts';
import { parsePassport } from './passport.ts';
import { formatStatement, parseStatement } from './statement.ts';
import rfc8588 from './vectors/claims.rfc8588.json' with { type: 'json' };
import rfc9027 from './vectors/claims.rfc9027.json' with { type: 'json' };
import rfc9970 from './vectors/claims.rfc9970.json' with { type: 'json' };
import rfc9795 from './vectors/digests.rfc9795.json' with { type: 'json' };
import rfc8946 from './vectors/passport.rfc8946.json' with { type: 'json' };

const X5U = 'https://cert.example.org/passport.cer';
const key = crypto.generateSigningKey();
const signer = createPassportSigner(key, X5U);
const tn = (text: string) => ({ kind: 'tn' as const, number: parseTelephoneNumber(text) });
const dest = (text: string) => ({ numbers: [parseTelephoneNumber(text)], uris: [] });
const parties = { originator: tn('12155551212'), destinations: dest('12155551213'), issuedAt: 1_443_208_345 };

function tokenWith(ppt: string, claims: Record<string, Json>): string {
  const payload = { dest: { tn: ['12155551214'] }, iat: 1, orig: { tn: '12155551212' }, ...claims };
  const header = { alg: 'ES256', typ: 'passport', x5u: X5U, ppt };
  return signCompactJws(JSON.stringify(header), JSON.stringify(payload), key);
}
const refused = (ppt: string, claims: Record<string, Json>) =>
  expect(() => parsePassport(tokenWith(ppt, claims))).toThrow(refusal('ERR_PASSPORT_FORMAT'));

describe('every type', () => {
  it('P-01: what is signed is canonical and reads as what was stated (RFC 8225 Section 9)', () => {
    const check = (statement: Parameters<typeof signer.sign>[0]) => {
      const token = signer.sign(statement);
      const passport = parsePassport(token);
      expect(passport).toMatchObject(statement);
      expect(key.publicKey.verify(passport.signingInput, passport.signature)).toBe(true);
      expect(decodeLeniently(token).payload).toBe(formatCanonicalJson(passport.claims));
      expect(formatStatement(parseStatement(statement.extension, passport.claims))).toEqual(passport.claims);
    };
    fc.assert(fc.property(statements, check));
  });

  it('P-02: no altered claims verify (RFC 8225 Section 6)', () => {
    const check = (altered: string) => {
      const passport = unlessRefused(() => parsePassport(altered));
      if (passport) expect(key.publicKey.verify(passport.signingInput, passport.signature)).toBe(false);
    };
    const damaged = statements.chain((statement) => {
      const [head, body, signature] = signer.sign(statement).split('.');
      const payload = Buffer.from(body!, 'base64url').toString('latin1');
      return mutatedText(payload).map((text) => `${head}.${encodeBase64url(encodeUtf8(text))}.${signature}`);
    });
    fc.assert(fc.property(damaged, check), MUTATIONS);
  });

  it('signs nothing that no strict parser reads', () => {
    const statement = { ...parties, extension: 'rph' as const, priority: { authorized: [] } };
    expect(() => signer.sign(statement)).toThrow(refusal('ERR_PASSPORT_FORMAT'));
    const long = { ...parties, extension: 'base' as const, id: 'x'.repeat(20_000) };
    expect(() => signer.sign(long)).toThrow(refusal('ERR_PASSPORT_FORMAT'));
  });

  it('carries the chain in x5c where it is told to (RFC 9060 Section 7)', () => {
    const chain = [new Uint8Array([48, 0]), new Uint8Array([48, 1, 0])];
    const token = createPassportSigner(key, X5U, { chain }).signBase(
      { originator: parties.originator.number, destinations: parties.destinations.numbers, issuedAt: 1 },
      'x',
    );
    expect(parsePassport(token).chain).toEqual(chain);
    const header = { alg: 'ES256', typ: 'passport', x5u: X5U, x5c: ['MAA'] };
    const bad = signCompactJws(JSON.stringify(header), '{}', key);
    expect(() => parsePassport(bad)).toThrow(refusal('ERR_PASSPORT_FORMAT'));
  });
});

describe('shaken (RFC 8588)', () => {
  it('P-01: the example, byte for byte', () => {
    const claims = JSON.parse(rfc8588.payload) as JsonObject;
    const token = createPassportSigner(key, X5U).sign(parseStatement('shaken', claims));
    expect(decodeLeniently(token)).toMatchObject({
      payload: rfc8588.payload,
      header: JSON.parse(rfc8588.header),
    });
  });
});

describe('div and div-o (RFC 8946)', () => {
  const earlier = parsePassport(signer.sign({ ...parties, extension: 'base' }));

  it('the published div-o carries the published original, though dest is no list', () => {
    const { header, claims } = decodeLeniently(rfc8946.tokens[2]!.token);
    expect(header.ppt).toBe('div-o');
    expect(claims.opt).toBe(rfc8946.tokens[1]!.token);
    expect(claims.dest).toEqual({ tn: '12155551214' });
  });

  it('a diversion copies orig and iat, and nothing else (RFC 8946 Section 3)', () => {
    const rich = parsePassport(signer.sign({ ...parties, extension: 'base', callReason: 'Hello' }));
    const to = tn('12155551214');
    const div = divert(rich, { from: tn('12155551213'), to, extension: 'div' })!;
    expect(formatStatement(div)).toEqual({
      dest: { tn: ['12155551214'] },
      div: { tn: '12155551213' },
      iat: 1_443_208_345,
      orig: { tn: '12155551212' },
    });
    const order = {
      from: tn('12155551213'),
      to,
      extension: 'div-o',
      issuedAt: 9,
      historyIndex: '1.1',
    } as const;
    expect(parsePassport(signer.sign(divert(rich, order)!))).toMatchObject({
      extension: 'div-o',
      issuedAt: 9,
      diversion: { from: tn('12155551213'), historyIndex: '1.1', original: rich.token },
    });
  });

  it('there is none where the destination stays, and none from somebody else', () => {
    const same = tn('12155551213');
    expect(divert(earlier, { from: same, to: same, extension: 'div' })).toBeUndefined();
    const foreign = { from: tn('12155551299'), to: same, extension: 'div' } as const;
    expect(() => divert(earlier, foreign)).toThrow(refusal('ERR_PASSPORT_FORMAT'));
  });

  it.each<[string, string, Record<string, Json>]>([
    ['X-03: div with opt (RFC 8946 Section 3)', 'div', { div: { tn: '1' }, opt: earlier.token }],
    ['X-03: div-o without opt (RFC 8946 Section 5)', 'div-o', { div: { tn: '1' } }],
    [
      'X-03: opt in compact form (RFC 8946 Section 6)',
      'div-o',
      { div: { tn: '1' }, opt: `..${earlier.token.split('.')[2]}` },
    ],
    ['X-03: opt an object', 'div-o', { div: { tn: '1' }, opt: { token: earlier.token } }],
    ['X-01: div absent', 'div', {}],
    ['X-01: div empty', 'div', { div: {} }],
    ['X-01: div a list', 'div', { div: { tn: ['1'] } }],
    ['X-01: div of two', 'div', { div: { tn: '1', uri: 'sip:a@b' } }],
    ['X-01: div to where it was going', 'div', { div: { tn: '12155551214' } }],
    ['X-01: hi no index', 'div', { div: { tn: '1', hi: '1..1' } }],
  ])('refuses %s', (_, ppt, claims) => refused(ppt, claims));
});

describe('rph (RFC 8443, RFC 9027)', () => {
  it.each((rfc9027.claims as unknown as JsonObject[]).map((claims) => [JSON.stringify(claims), claims]))(
    'P-01: %s',
    (text, claims) => {
      const token = signer.sign(parseStatement('rph', claims as JsonObject));
      expect(decodeLeniently(token).payload).toBe(text);
      expect(parsePassport(token).priority?.isEmergencyCallback).toBe(
        text.toString().includes('sph') || undefined,
      );
    },
  );

  it.each<[string, Record<string, Json>]>([
    ['rph absent', {}],
    ['auth empty', { rph: { auth: [] } }],
    ['auth a string', { rph: { auth: 'ets.0' } }],
    ['a value without priority', { rph: { auth: ['ets'] } }],
    ['esnet beyond 4 (RFC 9027 Section 3)', { rph: { auth: ['esnet.5'] } }],
    ['X-05: another sph (RFC 9027 Section 4)', { rph: { auth: ['esnet.1'] }, sph: 'emergency' }],
    ['X-05: sph without esnet (RFC 9027 Section 4)', { rph: { auth: ['ets.0'] }, sph: 'psap-callback' }],
  ])('refuses %s', (_, claims) => refused('rph', claims));
});

describe('rsp (RFC 9970 Section 9)', () => {
  it('P-01: the example', () => {
    const { x5u, ppt } = rfc9970.header;
    const statement = parseStatement('rsp', rfc9970.claims as JsonObject);
    const token = createPassportSigner(key, x5u).sign(statement);
    expect(decodeLeniently(token)).toMatchObject({ header: rfc9970.header, claims: rfc9970.claims });
    expect(parsePassport(token).extension).toBe(ppt);
  });
});

describe('rcd (RFC 9795)', () => {
  it.each(
    (rfc9795.claims as unknown as JsonObject[]).map((claims) => [JSON.stringify(claims), claims] as const),
  )('reads %.90s', (_, claims) => {
    const statement = parseStatement(claims.attest === undefined ? 'rcd' : 'shaken', claims);
    expect(statement.richCallData?.name).toBe((claims.rcd as JsonObject).nam);
    expect(statement.callReason).toBe(claims.crn);
    expect(statement.issuer).toBe(claims.iss);
    expect(formatStatement(statement)).toEqual(claims);
  });

  const CARD = ['vcard', [['logo', {}, 'uri', 'https://example.com/a.png']]];
  const DIGEST = rfc9795.digests[0]!.digest;
  it.each<[string, Record<string, Json>]>([
    ['neither rcd nor crn', {}],
    ['rcd without nam', { rcd: { apn: '1' } }],
    ['nam empty', { rcd: { nam: '' } }],
    ['apn not canonical', { rcd: { nam: 'n', apn: '+1' } }],
    ['icn by http', { rcd: { nam: 'n', icn: 'http://example.com/a.png' } }],
    ['jcd beside jcl', { rcd: { nam: 'n', jcd: CARD, jcl: 'https://example.com/c.json' } }],
    ['jcd no card', { rcd: { nam: 'n', jcd: ['vcard'] } }],
    ['rcdi without rcd', { crn: 'x', rcdi: { '/nam': DIGEST } }],
    ['rcdi empty', { rcd: { nam: 'n' }, rcdi: {} }],
    ['rcdi that points elsewhere', { rcd: { nam: 'n' }, rcdi: { '/orig': DIGEST } }],
    ['rcdi of another algorithm', { rcd: { nam: 'n' }, rcdi: { '/nam': DIGEST.replace('256', '1') } }],
    ['rcdi of another length', { rcd: { nam: 'n' }, rcdi: { '/nam': DIGEST.replace('256', '384') } }],
    [
      'rcdi that leaves out the icon',
      { rcd: { nam: 'n', icn: 'https://example.com/a.png' }, rcdi: { '/nam': DIGEST } },
    ],
    [
      'rcdi that leaves out the linked card',
      { rcd: { nam: 'n', jcl: 'https://example.com/c.json' }, rcdi: { '/nam': DIGEST } },
    ],
    ['rcdi that leaves out a URL of the card', { rcd: { nam: 'n', jcd: CARD }, rcdi: { '/jcd': DIGEST } }],
    ['crn no text', { crn: [1] }],
    ['iss no text', { crn: 'x', iss: 1 }],
  ])('refuses %s', (_, claims) => refused('rcd', claims));

  it('a broken rcd is refused on any type', () => {
    const call = { ...rfc9970.claims, rcd: { nam: 1 } } as unknown as JsonObject;
    expect(() => parseStatement('base', call)).toThrow(refusal('ERR_PASSPORT_FORMAT'));
  });
});
