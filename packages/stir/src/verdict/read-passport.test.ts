import { describe, expect, it } from 'vitest';
import { crypto } from '../../test/carrier.ts';
import type { ArrivedCall } from '../call/index.ts';
import { formatIdentity } from '../identity/index.ts';
import { parseTelephoneNumber } from '../number/index.ts';
import {
  createPassportSigner,
  formatCompact,
  type PassportStatement,
  parseFingerprint,
} from '../passport/index.ts';
import { matchCall } from './match-call.ts';
import { readIdentity } from './read-passport.ts';

const X5U = 'https://cert.example.org/passport.cer';
const key = crypto.generateSigningKey();
const signer = createPassportSigner(key, X5U);
const [caller, called] = ['12155551212', '12155551213'].map((text) => parseTelephoneNumber(text));
const SENT = 1_443_208_345;
const call: ArrivedCall = {
  tenant: 't',
  callId: 'c',
  caller: caller!,
  called: [called!, parseTelephoneNumber('12155551299')],
  formerlyCalled: [],
  arrivedAt: SENT + 2,
  sentAt: SENT,
};
const statement: PassportStatement = {
  extension: 'base',
  originator: { kind: 'tn', number: caller! },
  destinations: { numbers: [called!], uris: [] },
  issuedAt: SENT,
};
const identityOf = (one: PassportStatement, more = {}) =>
  formatIdentity({ token: formatCompact(signer.sign(one)), info: X5U, algorithm: 'ES256', ...more });
const verifies = (value: string, arrived: ArrivedCall) => {
  const read = readIdentity(value, arrived);
  if ('fault' in read) return read.fault;
  return key.publicKey.verify(read.value.signingInput, read.value.signature);
};

describe('P-07: a compact form from SIP and back (RFC 8225 Section 7, RFC 8224 Section 4.1)', () => {
  it('is put together from caller, called and Date', () => {
    expect(verifies(identityOf(statement), call)).toBe(true);
    expect(verifies(identityOf(statement), { ...call, sentAt: SENT + 1 })).toBe(false);
    expect(verifies(identityOf(statement), { ...call, caller: called! })).toBe(false);
    expect(verifies(identityOf(statement, { info: `${X5U}x` }), call)).toBe(false);
  });

  it('with URIs, media keys and a display name', () => {
    const { caller: _, ...others } = call;
    const uris = {
      ...others,
      callerUri: 'sip:bob@example.com',
      called: [],
      calledUris: ['sip:alice@example.com'],
    };
    const mediaKeys = [parseFingerprint(`sha-256 ${Array(32).fill('AB').join(':')}`)];
    const said: PassportStatement = {
      extension: 'rcd',
      originator: { kind: 'uri', uri: 'sip:bob@example.com' },
      destinations: { numbers: [], uris: ['sip:alice@example.com'] },
      issuedAt: SENT,
      mediaKeys,
      richCallData: { name: 'Bob' },
    };
    const value = identityOf(said, { ppt: 'rcd' });
    expect(verifies(value, { ...uris, mediaKeys, displayName: 'Bob' })).toBe(true);
    expect(verifies(value, { ...uris, mediaKeys, displayName: 'Rob' })).toBe(false);
    expect(verifies(value, uris)).toBe('malformed');
    expect(verifies(value, { ...uris, displayName: 'Bob' })).toBe(false);
  });

  it('cannot be read without the facts', () => {
    const { sentAt: _, ...undated } = call;
    const { caller: __, ...anonymous } = call;
    expect(readIdentity(identityOf(statement))).toEqual({ fault: 'malformed' });
    expect(verifies(identityOf(statement), undated)).toBe('malformed');
    expect(verifies(identityOf(statement), anonymous)).toBe('malformed');
  });

  it.each([
    ['foo', 'unsupported-ppt'],
    ['div', 'malformed'],
    ['shaken', 'malformed'],
  ])('I-03: ppt=%s is %s', (ppt, fault) =>
    expect(verifies(identityOf(statement, { ppt }), call)).toBe(fault),
  );

  it('I-03: another algorithm', () =>
    expect(verifies(identityOf(statement, { algorithm: 'ES384' }), call)).toBe('info-mismatch'));
});

describe('I-02: URIs of the call (RFC 8224 Section 8.5)', () => {
  const rules = { freshnessSeconds: 60 };
  const read = (one: PassportStatement) => {
    const outcome = readIdentity(`${signer.sign(one)};info=<${X5U}>`);
    if ('fault' in outcome) throw new Error(outcome.fault);
    return outcome.value;
  };
  const toAlice = { ...statement, destinations: { numbers: [], uris: ['sip:alice@example.com'] } };

  it('dest may name the URI that was called', () => {
    const passport = read(toAlice);
    expect(matchCall(passport, call, rules, SENT)).toBe('called-mismatch');
    expect(
      matchCall(passport, { ...call, calledUris: ['sip:alice@example.com'] }, rules, SENT),
    ).toBeUndefined();
    expect(matchCall(passport, { ...call, calledUris: ['sip:ALICE@example.com'] }, rules, SENT)).toBe(
      'called-mismatch',
    );
  });

  it('I-04: orig is the URI that calls, by signaling', () => {
    const passport = read({ ...statement, originator: { kind: 'uri', uri: 'sip:bob@example.com' } });
    const { caller: _, ...others } = call;
    expect(matchCall(passport, { ...others, callerUri: 'sip:bob@example.com' }, rules, SENT)).toBeUndefined();
    expect(matchCall(passport, { ...others, callerUri: 'sip:rob@example.com' }, rules, SENT)).toBe(
      'caller-mismatch',
    );
    expect(matchCall(passport, call, rules, SENT)).toBe('caller-mismatch');
  });

  it('media keys are those of the call', () => {
    const keyOf = (pair: string) => parseFingerprint(`sha-256 ${Array(32).fill(pair).join(':')}`);
    const passport = read({ ...statement, mediaKeys: [keyOf('AB')] });
    expect(matchCall(passport, call, rules, SENT)).toBeUndefined();
    expect(matchCall(passport, { ...call, mediaKeys: [keyOf('AB')] }, rules, SENT)).toBeUndefined();
    expect(matchCall(passport, { ...call, mediaKeys: [keyOf('AC')] }, rules, SENT)).toBe('media-mismatch');
  });
});
