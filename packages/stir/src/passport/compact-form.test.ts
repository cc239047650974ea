import { describe, expect, it } from 'vitest';
import { crypto } from '../../test/carrier.ts';
import { refusal } from '../../test/hostile.ts';
import { parseTelephoneNumber } from '../number/index.ts';
import { detachSignature, expandCompact, formatCompact, isCompactForm } from './compact-form.ts';
import { createPassportSigner } from './create-passport.ts';
import { parsePassport } from './passport.ts';
import type { PassportStatement } from './statement.ts';
import rfc8225 from './vectors/passport.rfc8225.json' with { type: 'json' };

const X5U = 'https://cert.example.org/passport.cer';
const key = crypto.generateSigningKey();
const signer = createPassportSigner(key, X5U);
const call: PassportStatement = {
  extension: 'base',
  originator: { kind: 'tn', number: parseTelephoneNumber('12155551212') },
  destinations: { numbers: [], uris: ['sip:alice@example.com'] },
  issuedAt: 1_443_208_345,
};
const facts = { ...call, certificateUrl: X5U };

describe('P-07: the compact form (RFC 8225 Section 7)', () => {
  it('is the signature of the published example', () => {
    const { token } = rfc8225.tokens[0]!;
    expect(detachSignature(token)).toBe(
      '..rq3pjT1hoRwakEGjHCnWSwUnshd0-zJ6F1VOgFWSjHBr8Qjpjlk-cpFYpFYsojNCpTzO3QfPOlckGaS6hEck7w',
    );
    expect(isCompactForm(detachSignature(token))).toBe(true);
    expect(isCompactForm(token)).toBe(false);
  });

  it('comes back from the facts of the call, and verifies', () => {
    const token = signer.sign(call);
    const expanded = expandCompact(formatCompact(token), facts);
    expect(expanded).toBe(token);
    const { signingInput, signature } = parsePassport(expanded);
    expect(key.publicKey.verify(signingInput, signature)).toBe(true);
  });

  it('rich call data comes back from the name that signaling shows (RFC 9795 Section 9.1)', () => {
    const named: PassportStatement = { ...call, extension: 'rcd', richCallData: { name: 'James Bond' } };
    const token = signer.sign(named);
    expect(expandCompact(formatCompact(token), { ...named, certificateUrl: X5U })).toBe(token);
  });

  it('does not verify for another call', () => {
    const compact = formatCompact(signer.sign(call));
    for (const other of [
      { issuedAt: 1 },
      { certificateUrl: `${X5U}x` },
      { destinations: { numbers: [], uris: ['sip:bob@example.com'] } },
    ]) {
      const { signingInput, signature } = parsePassport(expandCompact(compact, { ...facts, ...other }));
      expect(key.publicKey.verify(signingInput, signature)).toBe(false);
    }
  });

  it.each<[string, PassportStatement]>([
    ['with jti', { ...call, id: 'x' }],
    ['of type rsp', { ...call, extension: 'rsp' }],
    ['of type rph', { ...call, extension: 'rph', priority: { authorized: ['ets.0'] } }],
    ['of type div (RFC 8946 Section 3)', { ...call, extension: 'div', diversion: { from: call.originator } }],
    ['of a third party', { ...call, extension: 'rcd', callReason: 'x', issuer: 'Zorin' }],
    [
      'with a linked card',
      { ...call, extension: 'rcd', richCallData: { name: 'n', cardUrl: 'https://example.com/c' } },
    ],
  ])('there is none for a PASSporT %s', (_, statement) => {
    expect(() => formatCompact(signer.sign(statement))).toThrow(refusal('ERR_PASSPORT_FORMAT'));
    const compact = detachSignature(signer.sign(call));
    expect(() => expandCompact(compact, { ...statement, certificateUrl: X5U })).toThrow(
      refusal('ERR_PASSPORT_FORMAT'),
    );
  });

  it.each(['', '..', '..abc', `.${'A'.repeat(86)}`, `..${'+'.repeat(86)}`, signer.sign(call)])(
    '%.20j is no compact form',
    (text) => expect(() => expandCompact(text, facts)).toThrow(refusal('ERR_PASSPORT_FORMAT')),
  );

  it('what is not in canonical form cannot be left out', () => {
    const spaced = createPassportSigner(key, X5U, { chain: [new Uint8Array(3)] }).sign(call);
    expect(() => formatCompact(spaced)).toThrow(refusal('ERR_PASSPORT_FORMAT'));
  });
});
