import { createPortableCrypto } from '@oobleck/stir/crypto';
import { formatIdentity, parseIdentity } from '@oobleck/stir/identity';
import { type JsonObject, parseJsonObject } from '@oobleck/stir/json';
import { createPassportSigner, parsePassport } from '@oobleck/stir/passport';
import { notVerified, restoredIdentities, type Verdict } from '@oobleck/stir/verdict';
import { beforeEach, describe, expect, it } from 'vitest';
import { NOW, tn } from '../../../test/network.ts';
import {
  createTrunk,
  createTrunkTable,
  isExemptCall,
  type OfferedCall,
  type PlacedAnswer,
  type ReceivedAnswer,
} from '../trunk/index.ts';
import { AtisRefusal } from './atis-error.ts';
import { readSigning } from './signing.ts';
import { readVerification } from './verification.ts';

const X5U = 'https://cr.example/a.pem';
const signer = createPassportSigner(createPortableCrypto().generateSigningKey(), X5U);
const [CALLER, CALLED, FORWARDED] = [tn('12155551212'), tn('12155551213'), tn('12155551299')];
const identityOf = (token: string): string => {
  const { extension } = parsePassport(token);
  return formatIdentity({
    token,
    info: X5U,
    algorithm: 'ES256',
    ...(extension === 'base' ? {} : { ppt: extension }),
  });
};
const parties = {
  originator: { kind: 'tn', number: CALLER } as const,
  destinations: { numbers: [CALLED], uris: [] },
  issuedAt: NOW,
};
const shaken = signer.signShaken(
  { originator: CALLER, destinations: [CALLED], issuedAt: NOW },
  { attestation: 'A', originationId: '00000000-0000-4000-8000-000000000000' },
);
const div = signer.sign({
  extension: 'div',
  ...parties,
  destinations: { numbers: [FORWARDED], uris: [] },
  diversion: { from: { kind: 'tn', number: CALLED } },
});
const rph = signer.sign({ extension: 'rph', ...parties, priority: { authorized: ['ets.0', 'wps.1'] } });

const trunk = createTrunk({ name: 'east', tenant: 't' });
const asker = { tenant: 't', requestId: 'r', trunks: createTrunkTable([trunk], () => trunk), now: NOW };
const body = (value: unknown): JsonObject => parseJsonObject(Buffer.from(JSON.stringify(value)));
const placed = (identity: string): PlacedAnswer => ({
  action: 'continue',
  identities: [identity],
  identityEncrypted: [],
  removeIdentities: false,
  outOfBand: 'stored',
  reason: 'signed',
  traceId: 'x',
});
const received = (verdict: Verdict): ReceivedAnswer => ({
  action: 'continue',
  verdict,
  identities: [],
  facts: {},
  reason: verdict.reason,
  traceId: 'x',
});
const verifiedBy = (token: string, diversions: readonly string[] = []): Verdict => ({
  status: 'verified',
  verstat: 'TN-Validation-Passed',
  reason: 'verified',
  channel: 'in-band',
  passport: parsePassport(token),
  ...(diversions.length === 0 ? {} : { diversions: diversions.map((one) => parsePassport(one)) }),
});

let request: Record<string, unknown>;
const sign = (change: Record<string, unknown> = {}) => readSigning(body({ ...request, ...change }), asker);
const verify = (change: Record<string, unknown> = {}, codes: 'rfc8224' | 'man' = 'rfc8224') =>
  readVerification(body({ ...request, ...change }), asker, codes);
const refusal = (read: () => unknown): readonly [string, readonly string[]] | undefined => {
  try {
    read();
    return undefined;
  } catch (error) {
    if (!(error instanceof AtisRefusal)) throw error;
    return [error.id, error.variables];
  }
};

describe('3GPP TS 24.229 Annex V: signing', () => {
  beforeEach(() => {
    request = {
      orig: { tn: CALLER },
      dest: [{ tn: [CALLED] }],
      iat: NOW,
      attest: 'A',
      origid: '00000000-0000-4000-8000-000000000000',
    };
  });

  it('shaken, with and without ppt; the answer is bare and echoes requestId', () => {
    for (const ppt of [undefined, 'shaken']) {
      const { offer, format } = sign({ ppt, requestId: 'abc', profileId: 'p' });
      expect(offer).toMatchObject({ caller: CALLER, called: CALLED, attestation: 'A', sentAt: NOW });
      expect(format(placed('i'))).toEqual({ identityHeader: 'i', requestId: 'abc' });
    }
    expect(sign().format(placed('i'))).toEqual({ identityHeader: 'i' });
  });

  it('dest may be an object, and name URIs', () => {
    expect(sign({ dest: { tn: [CALLED], uri: ['sip:vm@example.net'] } }).offer).toMatchObject({
      called: CALLED,
      alsoCalled: ['sip:vm@example.net'],
    });
  });

  it.each([undefined, 'div'])('div, ppt %s: the call that is sent on', (ppt) => {
    const { offer } = sign({
      ppt,
      attest: undefined,
      origid: undefined,
      div: { tn: CALLED, hi: '1.1' },
      dest: [{ tn: [FORWARDED] }],
      identityHeader: identityOf(shaken),
    });
    expect(offer).toMatchObject({
      divertedFrom: CALLED,
      historyIndex: '1.1',
      called: FORWARDED,
      identities: [identityOf(shaken)],
    });
    expect(offer).not.toHaveProperty('attestation');
  });

  it('a diversion that takes several fields: all of them, in either form of the answer', () => {
    const answer = { ...placed('one'), identities: ['one', 'two'] };
    expect(sign().format(answer)).toEqual({ identityHeader: 'one', identityHeaders: ['one', 'two'] });
    const { format } = readSigning(body({ signingRequest: request }), asker);
    expect(format(answer)).toEqual({ signingResponse: { identity: 'one', identities: ['one', 'two'] } });
    expect(format(placed('one'))).toEqual({ signingResponse: { identity: 'one' } });
  });

  it('rph, with sph', () => {
    const rphRequest = { ppt: 'rph', attest: undefined, origid: undefined };
    expect(sign({ ...rphRequest, rph: [{ auth: ['ets.0'] }] }).offer.priority).toEqual({
      authorized: ['ets.0'],
    });
    expect(sign({ ...rphRequest, rph: { auth: ['esnet.1'] }, sph: 'psap-callback' }).offer.priority).toEqual({
      authorized: ['esnet.1'],
      isEmergencyCallback: true,
    });
  });

  it.each<[Record<string, unknown>, string, string]>([
    [{ ppt: 'msg' }, 'SVC4005', 'ppt'],
    [{ ppt: 1 }, 'SVC4005', 'ppt'],
    [{ ppt: 'div' }, 'SVC4001', 'div'],
    [{ div: {} }, 'SVC4001', 'tn'],
    [{ div: { tn: 'x' } }, 'SVC4005', 'div'],
    [{ div: { tn: CALLED, hi: 'x' } }, 'SVC4005', 'div'],
    [{ ppt: 'rph' }, 'SVC4001', 'rph'],
    [{ ppt: 'rph', rph: { auth: [] } }, 'SVC4005', 'rph'],
    [{ ppt: 'rph', rph: { auth: ['x'] } }, 'SVC4005', 'rph'],
    [{ ppt: 'rph', rph: { auth: ['ets.0'] }, sph: 'psap-callback' }, 'SVC4005', 'sph'],
    [{ ppt: 'rph', rph: { auth: ['esnet.0'] }, sph: 'other' }, 'SVC4005', 'sph'],
    [{ attest: undefined }, 'SVC4001', 'attest'],
    [{ dest: [] }, 'SVC4005', 'dest'],
    [{ dest: [{}] }, 'SVC4001', 'tn'],
    [{ requestId: 5 }, 'SVC4005', 'requestId'],
    [{ identityHeaders: 'x', ppt: 'div', div: { tn: CALLED } }, 'SVC4005', 'identityHeaders'],
  ])('%j: %s %s', (change, id, variable) => {
    expect(refusal(() => sign(change))).toEqual([id, [variable]]);
  });

  it('a call that is not signed names the member at fault', () => {
    const { format } = sign();
    const refused = (reason: PlacedAnswer['reason']) =>
      refusal(() => format({ ...placed(''), identities: [], action: 'unchanged', reason }));
    expect(refused('priority-not-allowed')).toEqual(['SVC4005', ['rph']]);
    expect(refused('stale')).toEqual(['SVC4005', ['identityHeaders']]);
    expect(refused('deadline')).toEqual(['POL5000', []]);
  });
});

describe('3GPP TS 24.229 Annex V: verification', () => {
  beforeEach(() => {
    request = { from: CALLER, to: CALLED, time: NOW, identityHeader: identityOf(shaken), displayName: 'A' };
  });
  const answer = (verdict: Verdict, priority?: Verdict, change = {}) => {
    const question = verify(change);
    return question.format(received(verdict), priority && received(priority));
  };

  it('the call as it is asked about', () => {
    const { offer } = verify({ dest: FORWARDED, identityHeaders: [identityOf(div)] });
    expect(offer).toMatchObject({
      caller: CALLER,
      called: FORWARDED,
      formerlyCalled: [CALLED],
      displayName: 'A',
      identities: [identityOf(shaken), identityOf(div)],
    } satisfies Partial<OfferedCall>);
  });

  it('whom the caller asked for is told as well, so that an emergency call is known by it', () => {
    expect(isExemptCall(verify({ dest: FORWARDED, to: '911' }).offer)).toBe(true);
    expect(isExemptCall(verify({ dest: FORWARDED, to: 'urn:service:sos' }).offer)).toBe(true);
    expect(isExemptCall(verify({ dest: FORWARDED }).offer)).toBe(false);
  });

  it('verified: the claims of each PASSporT, and the diversions', () => {
    expect(answer(verifiedBy(shaken, [div]), undefined, { identityHeaders: [identityOf(div)] })).toEqual({
      verstatValue: 'TN-Validation-Passed',
      verifyResults: [
        { verifyResult: { ppt: 'shaken', status: 'pass', validClaims: parsePassport(shaken).claims } },
        { verifyResult: { ppt: 'div', status: 'pass', validClaims: parsePassport(div).claims } },
      ],
      divResult: [{ div: CALLED, verstatValue: 'TN-Validation-Passed' }],
    });
  });

  it('restored: what is to be put into the INVITE, and a result for each PASSporT; one div of two is told once', () => {
    const diversions = [parsePassport(div)];
    const verdict = {
      ...verifiedBy(shaken, [div]),
      channel: 'out-of-band' as const,
      companions: [{ passport: parsePassport(rph), diversions }],
    };
    const identities = restoredIdentities(verdict);
    expect(identities).toHaveLength(3);
    const question = verify({ identityHeader: undefined, protectedHeaders: 'Resource-Priority: ets.0' });
    expect(question.format({ ...received(verdict), identities }, undefined)).toMatchObject({
      verstatValue: 'TN-Validation-Passed',
      verstatPriority: 'RPH-Validation-Passed',
      identityHeaders: identities,
      verifyResults: ['shaken', 'rph', 'div'].map((ppt) => ({ verifyResult: { ppt, status: 'pass' } })),
      divResult: [{ div: CALLED, verstatValue: 'TN-Validation-Passed' }],
    });
    const other = verify({ identityHeader: undefined, protectedHeaders: 'Resource-Priority: q735.0' });
    expect(other.format(received(verdict), undefined)).toMatchObject({
      verstatPriority: 'RPH-Validation-Failed',
    });
    for (const member of ['identityHeaders', 'verstatPriority'])
      expect(question.format(received(verifiedBy(shaken)), undefined)).not.toHaveProperty(member);
  });

  it('not verified: code, text and description of each', () => {
    const failed = notVerified('bad-signature', 'in-band');
    const { verstatValue, verifyResults, divResult } = answer(failed, undefined, {
      identityHeaders: [identityOf(div)],
    }) as { verstatValue: string; verifyResults: JsonObject[]; divResult: JsonObject[] };
    expect(verstatValue).toBe('TN-Validation-Failed');
    expect(verifyResults[0]).toEqual({
      verifyResult: {
        ppt: 'shaken',
        status: 'fail',
        reasonCode: 438,
        reasonText: 'Invalid Identity Header',
        reasonDescription: 'bad-signature: the signature does not hold',
      },
    });
    expect(divResult).toEqual([{ div: CALLED, verstatValue: 'TN-Validation-Failed' }]);
  });

  it('several: each its own reason, beside one that holds too', () => {
    const both = { identityHeaders: [identityOf(div)] };
    const codesOf = (verdict: Verdict) => {
      const { verifyResults } = answer(verdict, undefined, both) as {
        verifyResults: { verifyResult: { ppt: string; status: string; reasonCode?: number } }[];
      };
      return verifyResults.map(({ verifyResult: { ppt, status, reasonCode } }) => [ppt, status, reasonCode]);
    };
    const rejections = [
      { reason: 'stale', token: shaken },
      { reason: 'certificate-expired', token: div },
    ] as const;
    expect(codesOf({ ...notVerified('certificate-expired', 'in-band'), rejections })).toEqual([
      ['shaken', 'fail', 403],
      ['div', 'fail', 437],
    ]);
    expect(codesOf({ ...verifiedBy(shaken), rejections: rejections.slice(1) })).toEqual([
      ['shaken', 'pass', undefined],
      ['div', 'fail', 437],
    ]);
  });

  it.each<[string, unknown, Verdict, string]>([
    ['covered', 'Resource-Priority: ets.0, wps.1', verifiedBy(rph), 'RPH-Validation-Passed'],
    ['covered, as an object', { rph: { auth: ['ets.0'] } }, verifiedBy(rph), 'RPH-Validation-Passed'],
    ['nothing said', undefined, verifiedBy(rph), 'RPH-Validation-Passed'],
    ['not covered', ['Resource-Priority: ets.0, q735.0'], verifiedBy(rph), 'RPH-Validation-Failed'],
    ['failed', undefined, notVerified('bad-signature', 'in-band'), 'RPH-Validation-Failed'],
    ['not found out', undefined, notVerified('certificate-unavailable', 'in-band'), 'No-RPH-Validation'],
  ])('rph %s', (_, protectedHeaders, verdict, expected) => {
    const change = { identityHeaders: [identityOf(rph)], protectedHeaders };
    expect(verify(change).priority?.identities).toEqual([identityOf(rph)]);
    expect(verify(change).offer.identities).toEqual([identityOf(shaken)]);
    expect(answer(verifiedBy(shaken), verdict, change)).toMatchObject({
      verstatValue: 'TN-Validation-Passed',
      verstatPriority: expected,
    });
  });

  it('anonymous callers are no error', () => {
    for (const from of ['', 'anonymous', 'sip:anonymous@anonymous.invalid'])
      expect(verify({ from }).offer.caller).toBeUndefined();
  });

  it.each<[Record<string, unknown>, string, string]>([
    [{ from: 'alice' }, 'SVC4005', 'from'],
    [{ from: 5 }, 'SVC4005', 'from'],
    [{ to: null }, 'SVC4001', 'to'],
    [{ time: 'now' }, 'SVC4005', 'time'],
    [{ dest: {} }, 'SVC4005', 'dest'],
    [{ identityHeader: 5 }, 'SVC4005', 'identityHeader'],
    [{ identityHeaders: Array(9).fill('x') }, 'SVC4005', 'identityHeaders'],
    [{ displayName: 5 }, 'SVC4005', 'displayName'],
  ])('%j: %s %s', (change, id, variable) => {
    expect(refusal(() => verify(change))).toEqual([id, [variable]]);
  });
});

describe('reason codes as the French networks agreed', () => {
  const { token } = parseIdentity(identityOf(shaken));
  const [, payload, signature] = token.split('.');
  const withHeader = (header: object, parameters = `;info=<${X5U}>;alg=ES256;ppt=shaken`): string =>
    `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${payload}.${signature}${parameters}`;
  const header = { alg: 'ES256', ppt: 'shaken', typ: 'passport', x5u: X5U };
  const { alg: _alg, ...noAlg } = header;
  const { ppt: _ppt, ...noPpt } = header;

  it.each<
    [string, string, 'malformed' | 'info-mismatch' | 'stale' | 'called-mismatch' | 'no-passport', number]
  >([
    ['no info', token, 'malformed', 436],
    ['x5u other than info', withHeader({ ...header, x5u: 'https://other.example/' }), 'info-mismatch', 436],
    ['three members', withHeader(noPpt), 'info-mismatch', 436],
    ['no alg', withHeader(noAlg), 'malformed', 437],
    ['another alg', withHeader({ ...header, alg: 'RS256' }), 'malformed', 437],
    ['another typ', withHeader({ ...header, typ: 'JWT' }), 'malformed', 437],
    ['claims out of form', withHeader(header), 'malformed', 438],
    ['an old iat', withHeader(header), 'stale', 403],
    ['dest other than To', withHeader(header), 'called-mismatch', 438],
    ['none', '', 'no-passport', 428],
  ])('%s', (_, identity, reason, code) => {
    request = { verificationRequest: { from: { tn: CALLER }, to: { tn: [CALLED] }, time: NOW, identity } };
    const answer = (codes: 'rfc8224' | 'man') =>
      verify({}, codes).format(received(notVerified(reason, 'in-band')), undefined) as {
        verificationResponse: { reasoncode: number };
      };
    expect(answer('man').verificationResponse.reasoncode).toBe(code);
    expect([403, 428, 438]).toContain(answer('rfc8224').verificationResponse.reasoncode);
  });
});
