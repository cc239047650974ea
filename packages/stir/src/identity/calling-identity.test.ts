import { describe, expect, it } from 'vitest';
import { callingIdentity } from './calling-identity.ts';
import vectors from './vectors/sip.rfc8224.json' with { type: 'json' };

const FROM = '"Alice" <sip:alice@example.com>;tag=1';
const ASSERTED = '"Cullen Jennings" <sip:fluffy@cisco.com>';
const TEL = 'tel:+14085264000';
const trusting = { isAssertedTrusted: true };
const plan = { countryCode: '1', nationalDigits: 10 };

describe('I-01: callingIdentity (RFC 8224 Sections 4.1 and 8.3)', () => {
  it('the example', () => {
    const found = callingIdentity({ from: vectors.from }, { isAssertedTrusted: false });
    expect(found).toEqual({ source: 'From', caller: '12155551212' });
    expect(Date.parse(vectors.date) / 1000).toBe(vectors.issuedAt);
  });

  it.each<[string, string, object | undefined]>([
    ['a URI', FROM, { callerUri: 'sip:alice@example.com', displayName: 'Alice' }],
    ['a number in a SIP URI', '<sip:+1-215-555-1212@h;user=phone>;tag=x', { caller: '12155551212' }],
    ['a tel URI', 'tel:+12155551212;tag=x', { caller: '12155551212' }],
    ['a national number', 'sip:2155551212@h', { caller: '12155551212' }],
    ['a quoted name with a comma', '"a, \\"b\\"" <sip:a@h>', { callerUri: 'sip:a@h', displayName: 'a, "b"' }],
    ['a name of words', 'A  B <sip:A@H:5060>', { callerUri: 'sip:a@h', displayName: 'A B' }],
    ['anonymous', '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=x', undefined],
    ['nothing', '', undefined],
    ['two values', '<sip:a@h>, <sip:b@h>', undefined],
    ['an open bracket', '<sip:a@h', undefined],
    ['two brackets', '<sip:a@h> <sip:b@h>', undefined],
    ['no user', '<sip:h>', undefined],
    ['a flood', `<sip:${'1'.repeat(65_536)}@h>`, undefined],
  ])('%s', (_, from, expected) => {
    const found = callingIdentity({ from }, { isAssertedTrusted: true, plan });
    expect(found).toEqual(expected && { source: 'From', ...expected });
  });

  it('P-Asserted-Identity stands before From where it is trusted, a number before a URI', () => {
    const asserted = { source: 'P-Asserted-Identity' };
    const headers = { from: FROM, assertedIdentities: [ASSERTED, TEL] };
    expect(callingIdentity(headers, trusting)).toEqual({ ...asserted, caller: '14085264000' });
    expect(callingIdentity({ assertedIdentities: [`${ASSERTED}, <${TEL}>`] }, trusting)).toMatchObject({
      caller: '14085264000',
    });
    expect(callingIdentity({ from: FROM, assertedIdentities: [ASSERTED] }, trusting)).toEqual({
      ...asserted,
      callerUri: 'sip:fluffy@cisco.com',
      displayName: 'Cullen Jennings',
    });
    expect(callingIdentity(headers, { isAssertedTrusted: false })).toMatchObject({ source: 'From' });
    expect(callingIdentity({ from: FROM, assertedIdentities: ['<>'] }, trusting)).toMatchObject({
      source: 'From',
    });
  });
});
