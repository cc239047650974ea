import fc from 'fast-check';
import * as jose from 'jose';
import { describe, expect, it } from 'vitest';
import { crypto } from '../../test/carrier.ts';
import { MUTATIONS, mutatedText, refusal, unlessRefused } from '../../test/hostile.ts';
import { decodeBase64url, encodeBase64url, encodeUtf8 } from '../bytes/index.ts';
import { formatCanonicalJson, type Json, type JsonObject } from '../json/index.ts';
import { signCompactJws } from '../jws/index.ts';
import { parseTelephoneNumber } from '../number/index.ts';
import { createPassportSigner } from './create-passport.ts';
import { MAXIMUM_PASSPORT_LENGTH, type Passport, parsePassport, parsePassportStatement } from './passport.ts';
import rfc8225 from './vectors/passport.rfc8225.json' with { type: 'json' };
import rfc8443 from './vectors/passport.rfc8443.json' with { type: 'json' };
import rfc8816 from './vectors/passport.rfc8816.json' with { type: 'json' };
import rfc8946 from './vectors/passport.rfc8946.json' with { type: 'json' };
import vesper from './vectors/passport.vesper.json' with { type: 'json' };

interface Vectors {
  readonly source: string;
  readonly publicKeys: Record<string, string>;
  readonly tokens: readonly {
    readonly name: string;
    readonly token: string;
    readonly signedBy?: string;
    readonly refused?: 'ERR_PASSPORT_FORMAT' | 'ERR_PASSPORT_UNSUPPORTED';
    readonly parsed?: object;
  }[];
}

const published: readonly Vectors[] = [rfc8225, rfc8443, rfc8816, rfc8946, vesper] as readonly Vectors[];
const X5U = 'https://cert.example.org/passport.cer';
const ORIGID = '123e4567-e89b-12d3-a456-426655440000';
const key = crypto.generateSigningKey();
const signer = createPassportSigner(key, X5U);
const number = (text: string) => parseTelephoneNumber(text);
const call = {
  originator: number('12155551212'),
  destinations: [number('12155551213')],
  issuedAt: 1_443_208_345,
};

const summary = ({ extension, certificateUrl, originator, destinations, issuedAt, shaken }: Passport) => ({
  extension,
  certificateUrl,
  originator: originator.kind === 'tn' ? originator.number : originator.uri,
  ...destinations,
  issuedAt,
  ...(shaken === undefined ? {} : { shaken }),
});

describe.each(published)('published PASSporTs of $source', ({ publicKeys, tokens }) => {
  const keys = Object.entries(publicKeys).map(
    ([name, spki]) => [name, crypto.importVerifyingKey(Buffer.from(spki, 'base64'))] as const,
  );

  it.each(tokens)('$name', ({ token, signedBy, refused, parsed }) => {
    const signed = token.slice(0, token.lastIndexOf('.'));
    const signature = decodeBase64url(token.slice(signed.length + 1));
    for (const [name, one] of keys) expect(one.verify(encodeUtf8(signed), signature)).toBe(name === signedBy);
    if (refused !== undefined) expect(() => parsePassport(token)).toThrow(refusal(refused));
    else expect(summary(parsePassport(token))).toEqual(parsed);
  });
});

/** A signed token whose header and payload are the usual ones with these members put over them. */
function tokenWith(header: JsonObject, payload: Record<string, Json | undefined>): string {
  const merged = {
    dest: { tn: ['12155551213'] },
    iat: 1_443_208_345,
    orig: { tn: '12155551212' },
    ...payload,
  };
  const head = { alg: 'ES256', typ: 'passport', x5u: X5U, ...header };
  return signCompactJws(JSON.stringify(head), JSON.stringify(merged), key);
}
const shaken = (claims: JsonObject) =>
  tokenWith({ ppt: 'shaken' }, { attest: 'A', origid: ORIGID, ...claims });
const raw = (payload: string) =>
  signCompactJws(JSON.stringify({ alg: 'ES256', typ: 'passport', x5u: X5U }), payload, key);

// RFC 8225 Section 4.1 (P-03), RFC 8225 Section 4.2 (P-02), RFC 8225 Section 5.1.1 (P-05), RFC 8225 Section 5.2.1
// (P-04), RFC 8588 Sections 4 and 5.
describe('parsePassport', () => {
  it.each([
    ['base', tokenWith({}, {})],
    ['claims it does not know', tokenWith({ kid: 'x' }, { more: { deep: [1] } })],
    ['a URI that calls a URI', tokenWith({}, { orig: { uri: 'sip:a@b' }, dest: { uri: ['sip:c@d'] } })],
    ['numbers and URIs called', tokenWith({}, { dest: { tn: ['1', '2'], uri: ['sip:c@d'] } })],
    ['shaken', shaken({})],
    ['shaken, attestation C, upper case', shaken({ attest: 'C', origid: ORIGID.toUpperCase() })],
    ['members in another order', raw(`{ "orig":{"tn":"1"}, "iat":0, "dest":{"tn":["2"]} }`)],
  ])('accepts %s', (_, token) => {
    expect(parsePassport(token).token).toBe(token);
    expect(parsePassport(token)).toMatchObject(parsePassportStatement(token));
  });

  it.each<[string, string]>([
    ['P-03: typ absent', tokenWith({ typ: null }, {})],
    ['P-03: typ of another token', tokenWith({ typ: 'oob-key+jwt' }, {})],
    ['P-03: typ in capitals', tokenWith({ typ: 'PASSporT' }, {})],
    ['P-02: alg none', tokenWith({ alg: 'none' }, {})],
    ['P-02: alg HS256', tokenWith({ alg: 'HS256' }, {})],
    ['x5u absent', tokenWith({ x5u: null }, {})],
    ['x5u empty', tokenWith({ x5u: '' }, {})],
    ['x5u a list', tokenWith({ x5u: [X5U] }, {})],
    ['x5u without scheme', tokenWith({ x5u: '//cert.example.org' }, {})],
    ['x5u that would end a header field', tokenWith({ x5u: `${X5U}\r\nVia: x` }, {})],
    ['x5u that would close its brackets', tokenWith({ x5u: `${X5U}>` }, {})],
    ['x5u of 2 KiB', tokenWith({ x5u: `https://e/${'x'.repeat(2_048)}` }, {})],
    ['crit', tokenWith({ crit: ['ppt'] }, {})],
    ['crit with an unknown ppt', tokenWith({ crit: ['ppt'], ppt: 'div' }, {})],
    ['P-05: iat a string', tokenWith({}, { iat: '1443208345' })],
    ['P-05: iat a fraction', tokenWith({}, { iat: 1443208345.5 })],
    ['P-05: iat negative', tokenWith({}, { iat: -1 })],
    ['P-05: iat beyond whole numbers', tokenWith({}, { iat: 2 ** 53 })],
    ['P-05: iat without end', raw('{"dest":{"tn":["2"]},"iat":1e999,"orig":{"tn":"1"}}')],
    ['P-05: iat absent', tokenWith({}, { iat: undefined })],
    ['P-04: orig absent', tokenWith({}, { orig: undefined })],
    ['P-04: orig a string', tokenWith({}, { orig: '12155551212' })],
    ['P-04: orig empty', tokenWith({}, { orig: {} })],
    ['P-04: orig two identities', tokenWith({}, { orig: { tn: '12155551212', uri: 'sip:a@b' } })],
    ['P-04: orig a list', tokenWith({}, { orig: { tn: ['12155551212'] } })],
    ['P-04: orig not canonical', tokenWith({}, { orig: { tn: '+12155551212' } })],
    ['P-04: orig of 16 digits', tokenWith({}, { orig: { tn: '1234567890123456' } })],
    ['P-04: orig a URI with a blank', tokenWith({}, { orig: { uri: 'sip:a @b' } })],
    ['P-04: orig a URI without scheme', tokenWith({}, { orig: { uri: 'a@b' } })],
    ['P-04: dest absent', tokenWith({}, { dest: undefined })],
    ['P-04: dest empty', tokenWith({}, { dest: {} })],
    ['P-04: dest an empty list', tokenWith({}, { dest: { tn: [] } })],
    ['P-04: dest an empty list beside one that is not', tokenWith({}, { dest: { tn: ['1'], uri: [] } })],
    ['P-04: dest not a list', tokenWith({}, { dest: { tn: '12155551213' } })],
    ['P-04: dest with something else', tokenWith({}, { dest: { tn: ['1'], mail: ['a@b'] } })],
    ['P-04: dest not canonical', tokenWith({}, { dest: { tn: ['12155551213', '1-2'] } })],
    ['P-04: dest a number', tokenWith({}, { dest: { tn: [12155551213] } })],
    ['P-04: dest of 33', tokenWith({}, { dest: { tn: Array(33).fill('1') } })],
    ['a name twice', raw('{"dest":{"tn":["2"]},"iat":1,"orig":{"tn":"1"},"iat":1}')],
    [
      'a name twice, once escaped',
      raw('{"dest":{"tn":["2"]},"iat":1,"orig":{"tn":"1"},"\\u006frig":{"tn":"3"}}'),
    ],
    ['a name twice inside orig', raw('{"dest":{"tn":["2"]},"iat":1,"orig":{"tn":"1","\\u0074n":"3"}}')],
    ['17 levels', tokenWith({}, { deep: JSON.parse(`${'['.repeat(16)}${']'.repeat(16)}`) })],
    ['a payload that is a list', raw('[]')],
    ['X-04: attest unknown', shaken({ attest: 'D' })],
    ['X-04: attest absent', shaken({ attest: null })],
    ['X-04: origid no UUID', shaken({ origid: 'x' })],
    ['X-04: origid in braces', shaken({ origid: `{${ORIGID}}` })],
    ['P-07: the compact form', `..${tokenWith({}, {}).split('.')[2]}`],
    ['over 16 KiB', tokenWith({}, { pad: 'x'.repeat(MAXIMUM_PASSPORT_LENGTH) })],
    ['nothing', ''],
  ])('refuses %s', (_, token) => {
    for (const parse of [parsePassport, parsePassportStatement])
      expect(() => parse(token)).toThrow(refusal('ERR_PASSPORT_FORMAT'));
  });

  it.each<[string, Json]>([
    ['foo', 'foo'],
    ['base', 'base'],
    ['a list', ['shaken']],
    ['Shaken', 'Shaken'],
    ['the empty string', ''],
    ['null', null],
  ])('P-06: ppt %s is not supported (RFC 8225 Section 8.1)', (_, ppt) =>
    expect(() => parsePassport(tokenWith({ ppt }, {}))).toThrow(refusal('ERR_PASSPORT_UNSUPPORTED')),
  );

  it('never verifies what was altered: the text', () => {
    const token = signer.signShaken(call, { attestation: 'A', originationId: ORIGID });
    const check = (text: string) => {
      const passport = unlessRefused(() => parsePassport(text));
      if (passport) expect(key.publicKey.verify(passport.signingInput, passport.signature)).toBe(false);
    };
    fc.assert(fc.property(mutatedText(token), check), MUTATIONS);
  });

  it('never verifies what was altered: the claims', () => {
    const token = signer.signBase(call, 'one');
    const [head, body, signature] = token.split('.');
    const payload = Buffer.from(body!, 'base64url').toString('latin1');
    const check = (text: string) => {
      const altered = `${head}.${encodeBase64url(encodeUtf8(text))}.${signature}`;
      const passport = unlessRefused(() => parsePassport(altered));
      if (passport) expect(key.publicKey.verify(passport.signingInput, passport.signature)).toBe(false);
    };
    fc.assert(fc.property(mutatedText(payload), check), MUTATIONS);
  });
});

describe('createPassportSigner', () => {
  const texts = (token: string) =>
    token
      .split('.')
      .slice(0, 2)
      .map((part) => Buffer.from(part, 'base64url').toString());

  it('writes the example of RFC 8588 Section 6 in the bytes of RFC 8225 Section 9', () => {
    const example = {
      originator: number('12155550121'),
      destinations: [number('12155550131')],
      issuedAt: 1_443_208_345,
    };
    expect(texts(signer.signShaken(example, { attestation: 'A', originationId: ORIGID }))).toEqual([
      `{"alg":"ES256","ppt":"shaken","typ":"passport","x5u":"${X5U}"}`,
      `{"attest":"A","dest":{"tn":["12155550131"]},"iat":1443208345,"orig":{"tn":"12155550121"},"origid":"${ORIGID}"}`,
    ]);
  });

  const digits = fc
    .string({ unit: fc.constantFrom(...'0123456789#*'), minLength: 1, maxLength: 15 })
    .map(number);
  const calls = fc.record({
    originator: digits,
    destinations: fc.array(digits, { minLength: 1, maxLength: 5 }),
    issuedAt: fc.nat(),
  });

  it('writes canonical JSON that reads as the call', () => {
    const check = (one: typeof call, id: string, attestation: 'A' | 'B' | 'C', originationId: string) => {
      const tokens = [signer.signBase(one, id), signer.signShaken(one, { attestation, originationId })];
      for (const [at, token] of tokens.entries()) {
        for (const text of texts(token)) expect(formatCanonicalJson(JSON.parse(text))).toBe(text);
        expect(summary(parsePassport(token))).toEqual({
          extension: at === 0 ? 'base' : 'shaken',
          certificateUrl: X5U,
          originator: one.originator,
          numbers: [...one.destinations].sort(),
          uris: [],
          issuedAt: one.issuedAt,
          ...(at === 0 ? {} : { shaken: { attestation, originationId } }),
        });
      }
      expect(parsePassport(tokens[0]!).claims.jti).toBe(id);
    };
    fc.assert(
      fc.property(calls, fc.string({ unit: 'grapheme' }), fc.constantFrom('A', 'B', 'C'), fc.uuid(), check),
    );
  });

  it('makes what jose verifies, and reads what jose signs', async () => {
    const spki = Buffer.from(key.publicKey.spki).toString('base64');
    const publicKey = await jose.importSPKI(
      `-----BEGIN PUBLIC KEY-----\n${spki}\n-----END PUBLIC KEY-----`,
      'ES256',
    );
    const token = signer.signShaken(call, { attestation: 'B', originationId: ORIGID });
    const verified = await jose.jwtVerify(token, publicKey, { typ: 'passport', algorithms: ['ES256'] });
    expect(verified.payload).toEqual(parsePassport(token).claims);

    const pair = await jose.generateKeyPair('ES256');
    const theirs = await new jose.SignJWT({ dest: { tn: ['2'] }, iat: 7, orig: { tn: '1' } })
      .setProtectedHeader({ alg: 'ES256', typ: 'passport', x5u: X5U })
      .sign(pair.privateKey);
    const { signingInput, signature, issuedAt } = parsePassport(theirs);
    const exported = await globalThis.crypto.subtle.exportKey('spki', pair.publicKey);
    expect(crypto.importVerifyingKey(new Uint8Array(exported)).verify(signingInput, signature)).toBe(true);
    expect(issuedAt).toBe(7);
  });

  it.each([
    ['no destination', { destinations: [] }],
    ['a number that would close its string', { originator: '1","x":"' as never }],
    ['a destination that is none', { destinations: ['1"' as never] }],
    ['part of a second', { issuedAt: 1.5 }],
    ['no time', { issuedAt: Number.NaN }],
  ])('signs nothing for %s', (_, part) =>
    expect(() => signer.signBase({ ...call, ...part }, 'x')).toThrow(refusal('ERR_PASSPORT_FORMAT')),
  );

  it.each([
    { attestation: 'A' as const, originationId: `${ORIGID}","x":"` },
    { attestation: 'A","x":"' as 'A', originationId: ORIGID },
  ])('signs no claims that would become others', (claims) =>
    expect(() => signer.signShaken(call, claims)).toThrow(refusal('ERR_PASSPORT_FORMAT')),
  );
});
