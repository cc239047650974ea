// A call with several PASSporTs is sent on: how many diversions are signed for it, and around what (RFC 8946 Sections 4.1
// and 5.1).

import { beforeAll, describe, expect, it } from 'vitest';
import { type Carrier, createStiAuthority, NOW } from '../../test/carrier.ts';
import { parseIdentity } from '../identity/index.ts';
import { parseTelephoneNumber } from '../number/index.ts';
import {
  createPassportSigner,
  type Passport,
  type PassportStatement,
  parsePassport,
} from '../passport/index.ts';
import { envelopeBytes } from '../seal/index.ts';
import { findChains, findCompanions, matchChain } from '../verdict/index.ts';
import { type DiversionRequest, signDiversion } from './divert-call.ts';

const number = parseTelephoneNumber;
const CALLER = number('12155551212');
const [FIRST, SECOND, THIRD] = [number('12155551213'), number('12155551214'), number('12155551215')];
const ROOM = 8_144;

let holder: Carrier;
beforeAll(async () => {
  const authority = await createStiAuthority();
  holder = await authority.issueCarrier([`2-${FIRST}`, `2-${SECOND}`]);
});

const signer = () => createPassportSigner(holder.key, 'https://cr.example/holder.pem');
const tn = (one: typeof CALLER) => ({ kind: 'tn' as const, number: one });
function passport(statement: Partial<PassportStatement> & Pick<PassportStatement, 'extension'>): Passport {
  const token = signer().sign({
    originator: tn(CALLER),
    destinations: { numbers: [FIRST], uris: [] },
    issuedAt: NOW,
    ...statement,
  });
  return parsePassport(token);
}
const shaken = (more: Partial<PassportStatement> = {}) =>
  passport({
    extension: 'shaken',
    shaken: { attestation: 'A', originationId: '00000000-0000-4000-8000-000000000000' },
    ...more,
  });
const rph = (more: Partial<PassportStatement> = {}) =>
  passport({ extension: 'rph', priority: { authorized: ['ets.0'] }, ...more });
const rcd = (more: Partial<PassportStatement> = {}) =>
  passport({ extension: 'rcd', richCallData: { name: 'Zorin' }, ...more });

function sendOn(passports: readonly Passport[], change: Partial<DiversionRequest> = {}) {
  const authority = { signer: signer(), certificate: holder.certificate, highestAttestation: 'A' } as const;
  const request = { from: FIRST, to: tn(SECOND), caller: CALLER, ...change };
  const outcome = signDiversion(authority, passports, request, NOW);
  if (!outcome.diverted) return { reason: outcome.reason, beside: [], outOfBand: [] };
  const beside = outcome.call.identities.map((value) => parsePassport(parseIdentity(value).token));
  return { reason: 'diverted', beside, outOfBand: outcome.call.passports.map(parsePassport) };
}
const originals = (passports: readonly Passport[]) =>
  passports.map(({ diversion }) => (diversion && 'original' in diversion ? diversion.original : undefined));
const both = { destinations: { numbers: [FIRST, THIRD], uris: [] } };

describe('shaken and rph of one call, sent on', () => {
  it('one div for both, which share orig and dest; a div-o around each', () => {
    const [one, two] = [shaken(), rph()];
    const { beside, outOfBand } = sendOn([two, one]);
    expect(beside).toMatchObject([{ extension: 'div', issuedAt: NOW, destinations: { numbers: [SECOND] } }]);
    expect(outOfBand.map(({ extension }) => extension)).toEqual(['div-o', 'div-o']);
    expect(originals(outOfBand)).toEqual([one.token, two.token]);
  });

  it('of different seconds, one div, with the time of who says most about the caller', () => {
    expect(sendOn([rph({ issuedAt: NOW - 2 }), shaken({ issuedAt: NOW - 1 })]).beside).toMatchObject([
      { issuedAt: NOW - 1 },
    ]);
  });

  it('for different destinations, a div for each; where both would say the same, one', () => {
    const [one, two] = [shaken(), rph({ ...both, issuedAt: NOW - 1 })];
    const { beside, outOfBand } = sendOn([one, two]);
    expect(beside.map(({ issuedAt }) => issuedAt)).toEqual([NOW, NOW - 1]);
    expect(originals(outOfBand)).toEqual([one.token, two.token]);
    expect(sendOn([one, rph(both)]).beside).toHaveLength(1);
    expect(sendOn([one, two], { issuedAt: NOW }).beside).toHaveLength(1);
  });

  it('verify where they arrive, both, in band and out of band', () => {
    const all = [shaken(), rph(), rcd({ issuer: 'Example CNAM' })];
    const { beside, outOfBand } = sendOn(all);
    const call = {
      tenant: 't',
      callId: 'c',
      caller: CALLER,
      called: [SECOND],
      formerlyCalled: [],
      arrivedAt: NOW,
    };
    const rules = { freshnessSeconds: 60 };
    for (const passports of [[...all, ...beside], outOfBand]) {
      const arrived = findCompanions(passports).filter(
        (chain) => matchChain(chain, call, rules, NOW) === undefined,
      );
      expect(arrived.map(({ base }) => base.token)).toEqual(all.map(({ token }) => token));
    }
    expect(beside).toHaveLength(1);
  });

  it('sent on again: the div they share is one, around which there is one div-o', () => {
    const [one, two] = [shaken(), rph()];
    const { beside } = sendOn([one, two]);
    const again = sendOn([one, two, ...beside], { from: SECOND, to: tn(THIRD) });
    expect(again.beside).toHaveLength(1);
    const [outer, ...standing] = again.outOfBand;
    expect(originals([outer!])).toEqual([beside[0]!.token]);
    expect(standing.map(({ token }) => token)).toEqual([one.token, two.token]);
    const chains = findChains(again.outOfBand).chains.filter(({ diversions }) => diversions.length === 2);
    expect(chains.map(({ base }) => base.token)).toEqual([one.token, two.token]);
  });

  it('sent on again as div-o: around each its own, and nothing twice', () => {
    const [one, two] = [shaken(), rph()];
    const first = sendOn([one, two]).outOfBand;
    const again = sendOn(first, { from: SECOND, to: tn(THIRD) });
    expect(originals(again.outOfBand)).toEqual(first.map(({ token }) => token));
    expect(again.beside).toHaveLength(1);
  });
});

describe('what is not sent on', () => {
  it('a PASSporT for somebody else, of another caller, an answer, a message', () => {
    const one = shaken();
    const others = [
      rph({ destinations: { numbers: [THIRD], uris: [] } }),
      rph({ originator: tn(THIRD) }),
      passport({ extension: 'rsp' }),
      passport({ extension: 'msg' }),
    ];
    const { beside, outOfBand } = sendOn([...others, one]);
    expect(beside).toHaveLength(1);
    expect(originals(outOfBand)).toEqual([one.token]);
  });

  it('a stale one beside a fresh one; and none where who says most about the caller is stale', () => {
    const old = { issuedAt: NOW - 61 };
    expect(originals(sendOn([shaken(), rph(old)]).outOfBand)).toHaveLength(1);
    expect(sendOn([shaken(old), rph()]).reason).toBe('stale');
  });

  it('a third party’s word alone: nobody speaks for the caller', () => {
    expect(sendOn([rcd({ issuer: 'Example CNAM' })]).reason).toBe('no-passport');
    expect(sendOn([rcd({ issuer: 'Example CNAM' }), shaken()]).outOfBand).toHaveLength(2);
  });

  it('out of band no more than one envelope holds, who says most about the caller first', () => {
    const long = rcd({ richCallData: { name: 'Zorin', iconUrl: `data:,${'x'.repeat(3_800)}` } });
    const [one, two] = [shaken(), rph()];
    const { beside, outOfBand } = sendOn([long, two, one]);
    expect(beside).toHaveLength(1);
    expect(originals(outOfBand)).toEqual([one.token, two.token]);
    expect(envelopeBytes({ passports: outOfBand.map(({ token }) => token) })).toBeLessThanOrEqual(ROOM);
    // What is too long to be nested at all stays beside.
    const longest = rcd({ richCallData: { name: 'Zorin', iconUrl: `data:,${'x'.repeat(11_000)}` } });
    expect(originals(sendOn([longest, one]).outOfBand)).toEqual([one.token]);
  });
});
