import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Carrier, createStiAuthority, crypto, NOW, type StiAuthority } from '../../test/carrier.ts';
import { MUTATIONS, mutatedText } from '../../test/hostile.ts';
import { decodeBase64url, encodeBase64url, encodeHex } from '../bytes/index.ts';
import type { ArrivedCall } from '../call/index.ts';
import { type NumberMap, validatePath } from '../certificate/index.ts';
import { formatIdentity } from '../identity/index.ts';
import { signCompactJws } from '../jws/index.ts';
import { parseTelephoneNumber, type Spc } from '../number/index.ts';
import { createPassportSigner, type Passport, parsePassport } from '../passport/index.ts';
import { type ChainOutcome, judgeSigner, passportDigest } from './judge-passport.ts';
import { matchCall } from './match-call.ts';
import { readIdentity, readPassport } from './read-passport.ts';
import { notVerified, verifiedBy } from './verdict.ts';

const X5U = 'https://cert.example.org/passport.cer';
const ORIGID = '123e4567-e89b-12d3-a456-426655440000';
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const rules = { crypto, freshnessSeconds: 60 };
const number = (text: string) => parseTelephoneNumber(text);
const content = { originator: number('12155551212'), destinations: [number('12155551213')], issuedAt: NOW };
const call: ArrivedCall = {
  tenant: 't',
  callId: 'c',
  caller: content.originator,
  called: [number('12155551213'), number('12155551299')],
  formerlyCalled: [number('12155551277')],
  arrivedAt: NOW,
};

let authority: StiAuthority;
let holder: Carrier;
let provider: Carrier;
let base: string;
let shaken: string;
beforeAll(async () => {
  authority = await createStiAuthority();
  holder = await authority.issueCarrier(['2-12155551212']);
  provider = await authority.issueCarrier(['0-1234']);
  base = createPassportSigner(holder.key, X5U).signBase(content, 'one');
  shaken = createPassportSigner(provider.key, X5U).signShaken(content, {
    attestation: 'B',
    originationId: ORIGID,
  });
});

const pathOf = ({ chain }: Carrier, at = NOW, anchors = [authority.anchor]): ChainOutcome => ({
  path: validatePath({ chain, anchors, at, crypto }),
});
const fault = (outcome: object) => ('fault' in outcome ? outcome.fault : 'none');

describe('step 2: reading', () => {
  it.each([
    ['', 'malformed'],
    ['a.b.c', 'malformed'],
  ])('%j is %s', (token, expected) => expect(readPassport(token)).toEqual({ fault: expected }));

  it('tells a type that is not supported from what is malformed', () => {
    const header = JSON.stringify({ alg: 'ES256', typ: 'passport', x5u: X5U, ppt: 'foo' });
    expect(readPassport(signCompactJws(header, '{}', holder.key))).toEqual({ fault: 'unsupported-ppt' });
    expect(fault(readPassport(base))).toBe('none');
  });

  it('I-03: requires the header field to mirror the PASSporT (RFC 8224 Section 4.1)', () => {
    const identity = { token: shaken, info: X5U, algorithm: 'ES256', ppt: 'shaken' };
    const { ppt: _, ...plain } = identity;
    expect(fault(readIdentity(formatIdentity(identity)))).toBe('none');
    expect(fault(readIdentity(formatIdentity({ ...plain, token: base })))).toBe('none');
    for (const other of [
      { ...identity, info: `${X5U}x` },
      { ...identity, algorithm: 'ES384' },
      { ...identity, ppt: 'div' },
      { ...identity, token: base },
      plain,
    ])
      expect(fault(readIdentity(formatIdentity(other)))).toBe('info-mismatch');
    expect(fault(readIdentity(shaken))).toBe('malformed');
    expect(fault(readIdentity(`${shaken.slice(1)};info=<${X5U}>`))).toBe('malformed');
  });
});

describe('steps 3 and 5: this call, now', () => {
  const { caller: _, ...anonymous } = call;
  it.each<[string, ArrivedCall, number, string | undefined]>([
    ['the call', call, NOW, undefined],
    ['no caller presented', anonymous, NOW, 'no-caller'],
    [
      'I-04: another caller (RFC 8224 Section 6.2.4)',
      { ...call, caller: number('12155551211') },
      NOW,
      'caller-mismatch',
    ],
    ['an alias called', { ...call, called: [number('1'), number('12155551213')] }, NOW, undefined],
    ['another called', { ...call, called: [number('12155551299')] }, NOW, 'called-mismatch'],
    [
      'formerly called only',
      { ...call, called: [number('1')], formerlyCalled: content.destinations },
      NOW,
      'called-mismatch',
    ],
    ['60 s later', call, NOW + 60, undefined],
    ['I-05: 61 s later (RFC 8224 Section 6.2, step 4)', call, NOW + 61, 'stale'],
    ['60 s early', call, NOW - 60, undefined],
    ['61 s early', call, NOW - 61, 'stale'],
    ['another caller, long ago', { ...call, caller: number('1') }, NOW + 999, 'caller-mismatch'],
  ])('%s', (_, arrived, now, expected) =>
    expect(matchCall(parsePassport(base), arrived, rules, now)).toBe(expected),
  );

  it('is never about a URI', () => {
    const passport: Passport = {
      ...parsePassport(base),
      originator: { kind: 'uri', uri: 'sip:12155551212@x' },
    };
    expect(matchCall(passport, call, rules, NOW)).toBe('caller-mismatch');
    const uris: Passport = {
      ...parsePassport(base),
      destinations: { numbers: [], uris: ['sip:12155551213@x'] },
    };
    expect(matchCall(uris, call, rules, NOW)).toBe('called-mismatch');
  });
});

describe('steps 4 and 6: the signer', () => {
  const judge = (token: string, chain: ChainOutcome, numberMap?: NumberMap) =>
    judgeSigner(parsePassport(token), chain, 'in-band', { ...rules, numberMap });

  it('whose number it is, or who vouches for it', () => {
    expect(judge(base, pathOf(holder))).toEqual({
      value: { passport: parsePassport(base), authority: 'number', channel: 'in-band' },
    });
    expect(judge(shaken, pathOf(provider))).toMatchObject({ value: { authority: 'provider' } });
    const numberMap: NumberMap = {
      spcOf: () => '1234' as Spc,
      spcOfRange: () => undefined,
      knowsSpc: () => true,
    };
    expect(judge(shaken, pathOf(provider), numberMap)).toMatchObject({ value: { authority: 'number' } });
  });

  it('without authority: a provider in a base PASSporT, a stranger, a URI', async () => {
    const byProvider = createPassportSigner(provider.key, X5U).signBase(content, 'two');
    expect(fault(judge(byProvider, pathOf(provider)))).toBe('no-authority');
    const other = await authority.issueCarrier(['2-12155551213']);
    expect(fault(judge(createPassportSigner(other.key, X5U).signBase(content, 'x'), pathOf(other)))).toBe(
      'no-authority',
    );
    const uri: Passport = { ...parsePassport(base), originator: { kind: 'uri', uri: 'sip:a@b' } };
    expect(fault(judgeSigner(uri, pathOf(holder), 'in-band', rules))).toBe('no-authority');
  });

  it('with another key than the certificate’s', async () => {
    const twin = await authority.issueCarrier(['2-12155551212']);
    expect(fault(judge(base, pathOf(twin)))).toBe('bad-signature');
  });

  it('with a chain that does not hold', async () => {
    expect(fault(judge(base, { fault: 'certificate-unavailable' }))).toBe('certificate-unavailable');
    expect(fault(judge(base, pathOf(holder, NOW, [])))).toBe('certificate-untrusted');
    expect(fault(judge(base, pathOf(holder, NOW - 30 * 86_400)))).toBe('certificate-expired');
    expect(fault(judge(base, pathOf(holder, NOW + 900 * 86_400)))).toBe('certificate-expired');
    const constrained = await authority.issueCarrier(['2-12155551212'], { isConstrained: true });
    const signed = createPassportSigner(constrained.key, X5U).signBase(content, 'x');
    expect(fault(judge(signed, pathOf(constrained)))).toBe('claims-not-permitted');
  });

  it('C-04: with claims that the certificate asks for (RFC 8226 Section 8)', async () => {
    const constrained = await authority.issueCarrier(['2-12155551212'], { isConstrained: true });
    const header = JSON.stringify({ alg: 'ES256', typ: 'passport', x5u: X5U });
    const claims = { dest: { tn: ['12155551213'] }, iat: NOW, orig: { tn: '12155551212' } };
    const sign = (more: object) =>
      signCompactJws(header, JSON.stringify({ ...claims, ...more }), constrained.key);
    const chain = pathOf(constrained);
    for (const channel of ['in-band', 'out-of-band'] as const) {
      const judged = (token: string) => fault(judgeSigner(parsePassport(token), chain, channel, rules));
      expect(judged(sign({ confidence: 'high' }))).toBe('none');
      expect(judged(sign({}))).toBe('claims-not-permitted');
    }
  });

  it('never for a PASSporT that speaks for no caller (RFC 9970 Section 9, RFC 9475)', () => {
    const { signingInput: _, ...statement } = parsePassport(base);
    for (const extension of ['rsp', 'msg'] as const) {
      const token = createPassportSigner(holder.key, X5U).sign({ ...statement, extension });
      expect(fault(judge(token, pathOf(holder)))).toBe('no-authority');
    }
  });

  it('never for a PASSporT that was altered', () => {
    const chain = pathOf(holder);
    const check = (token: string) => {
      const read = readPassport(token);
      if ('value' in read)
        expect(judgeSigner(read.value, chain, 'out-of-band', rules)).toHaveProperty('fault');
    };
    fc.assert(fc.property(mutatedText(base), check), MUTATIONS);
    const [head, body, signature] = base.split('.');
    const claims = (text: string) =>
      check(`${head}.${Buffer.from(text, 'latin1').toString('base64url')}.${signature}`);
    const json = Buffer.from(body!, 'base64url').toString('latin1');
    fc.assert(fc.property(mutatedText(json), claims), MUTATIONS);
  });

  it('the same PASSporT under the other valid signature is the same (RFC 8816 Section 7.4)', () => {
    const at = base.lastIndexOf('.') + 1;
    const signature = decodeBase64url(base.slice(at));
    const s = BigInt(`0x${encodeHex(signature.subarray(32))}`);
    signature.set(Buffer.from((ORDER - s).toString(16).padStart(64, '0'), 'hex'), 32);
    const twin = base.slice(0, at) + encodeBase64url(signature);
    expect(twin).not.toBe(base);
    expect(fault(judge(twin, pathOf(holder)))).toBe('none');
    expect(passportDigest(crypto, parsePassport(twin))).toEqual(passportDigest(crypto, parsePassport(base)));
    const next = createPassportSigner(holder.key, X5U).signBase(content, 'two');
    expect(passportDigest(crypto, parsePassport(next))).not.toEqual(
      passportDigest(crypto, parsePassport(base)),
    );
  });

  it('becomes a verdict', () => {
    const outcome = judge(shaken, pathOf(provider));
    if ('fault' in outcome) throw new Error(outcome.fault);
    expect(verifiedBy(outcome.value)).toEqual({
      status: 'verified',
      verstat: 'TN-Validation-Passed',
      reason: 'verified',
      channel: 'in-band',
      passport: outcome.value.passport,
      authority: 'provider',
      attestation: 'B',
    });
    const plain = judge(base, pathOf(holder));
    expect('value' in plain && verifiedBy(plain.value)).not.toHaveProperty('attestation');
    expect(notVerified('stale', 'in-band')).toMatchObject({
      status: 'failed',
      verstat: 'TN-Validation-Failed',
    });
    expect(notVerified('stale', 'out-of-band')).toMatchObject({
      verstat: 'No-TN-Validation',
      reason: 'stale',
    });
    expect(notVerified('no-passport')).toEqual({
      status: 'unverifiable',
      verstat: 'No-TN-Validation',
      reason: 'no-passport',
    });
  });
});
