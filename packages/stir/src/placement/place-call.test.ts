import { beforeAll, describe, expect, it } from 'vitest';
import { type Carrier, createStiAuthority, crypto, NOW } from '../../test/carrier.ts';
import type { PlacedCall } from '../call/index.ts';
import type { NumberMap } from '../certificate/index.ts';
import { parseIdentity } from '../identity/index.ts';
import { createNumberCover, parseTelephoneNumber, parseTnEntry, type Spc } from '../number/index.ts';
import { createPassportSigner, parsePassport } from '../passport/index.ts';
import { type SigningAuthority, signCall } from './place-call.ts';

const X5U = 'https://cert.example.org/passport.cer';
const ORIGID = '123e4567-e89b-12d3-a456-426655440000';
const number = (text: string) => parseTelephoneNumber(text);
const call: PlacedCall = {
  tenant: 't',
  callId: 'c',
  originator: number('12155551212'),
  destinations: [number('12155551214'), number('12155551213')],
  placedAt: NOW,
};
const shaken = (attestation: 'A' | 'B' | 'C'): PlacedCall => ({
  ...call,
  shaken: { attestation, originationId: ORIGID },
});
const numberMap: NumberMap = {
  spcOf: (asked) => (asked === call.originator ? ('1234' as Spc) : undefined),
  spcOfRange: () => undefined,
  knowsSpc: () => true,
};
const cover = (...entries: string[]) => createNumberCover(entries.map(parseTnEntry));

let holder: SigningAuthority;
let provider: SigningAuthority;
beforeAll(async () => {
  const authority = await createStiAuthority();
  const of = ({ key, certificate }: Carrier): SigningAuthority => ({
    signer: createPassportSigner(key, X5U),
    certificate,
    highestAttestation: 'A',
  });
  holder = of(await authority.issueCarrier(['2-12155551212']));
  provider = of(await authority.issueCarrier(['0-1234']));
});

const outcome = (authority: SigningAuthority, one: PlacedCall) => {
  const result = signCall(authority, one, 'fresh');
  return result.signed ? 'signed' : result.reason;
};

describe('signCall', () => {
  it('states the call, in PASSporT and Identity alike', () => {
    for (const [one, ppt] of [
      [call, undefined],
      [shaken('B'), 'shaken'],
    ] as const) {
      const result = signCall(holder, one, 'fresh');
      if (!result.signed) throw new Error(result.reason);
      const { passport, identity } = result.call;
      expect(parseIdentity(identity)).toEqual({
        token: passport,
        info: X5U,
        algorithm: 'ES256',
        ...(ppt && { ppt }),
      });
      const read = parsePassport(passport);
      expect(read.originator).toEqual({ kind: 'tn', number: '12155551212' });
      expect(read.destinations.numbers).toEqual(['12155551213', '12155551214']);
      expect(read.issuedAt).toBe(NOW);
      expect(read.shaken).toEqual(one.shaken);
      expect(read.claims.jti).toBe(ppt === undefined ? 'fresh' : undefined);
      const key = crypto.importVerifyingKey(holder.certificate.spki);
      expect(key.verify(read.signingInput, read.signature)).toBe(true);
    }
  });

  it.each<[string, () => [SigningAuthority, PlacedCall], string]>([
    ['the number of the certificate', () => [holder, call], 'signed'],
    ['another number', () => [holder, { ...call, originator: number('12155551213') }], 'no-authority'],
    ['another number, shaken', () => [holder, { ...shaken('A'), originator: number('1') }], 'no-authority'],
    [
      'an allowed number without authority',
      () => [
        { ...holder, allowedNumbers: 'any' },
        { ...call, originator: number('1') },
      ],
      'no-authority',
    ],
    ['a provider, base PASSporT', () => [{ ...provider, allowedNumbers: 'any' }, call], 'no-authority'],
    ['a provider, base PASSporT, number by the map', () => [{ ...provider, numberMap }, call], 'signed'],
    ['a provider, shaken, nothing allowed', () => [provider, shaken('A')], 'number-not-allowed'],
    ['a provider, shaken, number by the map', () => [{ ...provider, numberMap }, shaken('A')], 'signed'],
    ['a provider, shaken, any number', () => [{ ...provider, allowedNumbers: 'any' }, shaken('A')], 'signed'],
    [
      'a provider, shaken, its number',
      () => [{ ...provider, allowedNumbers: cover('1-12155551200-50') }, shaken('A')],
      'signed',
    ],
    [
      'a tenant’s number only',
      () => [{ ...provider, allowedNumbers: cover('2-12155551213') }, shaken('A')],
      'number-not-allowed',
    ],
    [
      'a proven number the tenant may not claim',
      () => [{ ...holder, allowedNumbers: cover('2-12155551213') }, call],
      'number-not-allowed',
    ],
    [
      'A where B is the highest',
      () => [{ ...holder, highestAttestation: 'B' }, shaken('A')],
      'attestation-too-high',
    ],
    [
      'a priority nobody allowed',
      () => [holder, { ...call, priority: { authorized: ['ets.0'] } }],
      'priority-not-allowed',
    ],
    [
      'a priority beside those allowed',
      () => [
        { ...holder, allowedPriorities: new Set(['ets.0']) },
        { ...call, priority: { authorized: ['ets.0', 'ets.1'] } },
      ],
      'priority-not-allowed',
    ],
    [
      'a priority that is allowed',
      () => [
        { ...holder, allowedPriorities: new Set(['ets.0']) },
        { ...call, priority: { authorized: ['ets.0'] } },
      ],
      'signed',
    ],
    [
      'a priority, by a provider without proof of the number',
      () => [
        { ...provider, allowedNumbers: 'any', allowedPriorities: new Set(['ets.0']) },
        { ...call, priority: { authorized: ['ets.0'] } },
      ],
      'no-authority',
    ],
    ['B where B is the highest', () => [{ ...holder, highestAttestation: 'B' }, shaken('B')], 'signed'],
    ['C where B is the highest', () => [{ ...holder, highestAttestation: 'B' }, shaken('C')], 'signed'],
    [
      'B where C is the highest',
      () => [{ ...holder, highestAttestation: 'C' }, shaken('B')],
      'attestation-too-high',
    ],
  ])('%s', (_, setting, expected) => expect(outcome(...setting())).toBe(expected));

  it('states a priority in a PASSporT of its own, and destinations that are no numbers', () => {
    const authority = { ...holder, allowedPriorities: new Set(['ets.0']) };
    const signed = (one: PlacedCall) => {
      const result = signCall(authority, one, 'fresh');
      if (!result.signed) throw new Error(result.reason);
      return { ...parsePassport(result.call.passport), ppt: parseIdentity(result.call.identity).ppt };
    };
    const rph = signed({ ...shaken('A'), priority: { authorized: ['ets.0'] } });
    expect([rph.ppt, rph.extension, rph.priority, rph.shaken]).toEqual([
      'rph',
      'rph',
      { authorized: ['ets.0'] },
      undefined,
    ]);
    const uris = ['sip:vm@example.net'];
    const both = signed({ ...shaken('A'), destinationUris: uris });
    expect([both.ppt, both.destinations.uris, both.shaken?.attestation]).toEqual(['shaken', uris, 'A']);
    expect(signed({ ...call, destinations: [], destinationUris: uris }).destinations).toEqual({
      numbers: [],
      uris,
    });
  });
});
