// A call with several PASSporTs (RFC 8816 Section 5: several may belong to one call): beside the one that verifies it, each
// other one that is about the same call and holds is taken with it and told.

import { formatIdentity } from '@oobleck/stir/identity';
import { createPassportSigner, type PassportStatement, parsePassport } from '@oobleck/stir/passport';
import { restoredIdentities, type Verdict } from '@oobleck/stir/verdict';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Carrier, NOW, tn } from '../../test/network.ts';
import { createMemoryUsedPassports } from '../store/memory/used-passports.ts';
import { divertedPassport, FIRST } from './diverted-call-fixture.ts';
import type { UsedPassports, VerificationParts } from './parts.ts';
import {
  CALLED,
  CALLER,
  called,
  callOf,
  createWorld,
  expired,
  numberHolder,
  provider,
  REPOSITORY,
  stranger,
  type World,
} from './verification-fixture.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld({ provider, called, numberHolder, stranger, expired });
});

const NAMES = new Map<Carrier, string>([
  [provider, 'provider'],
  [called, 'called'],
  [numberHolder, 'numberHolder'],
  [stranger, 'stranger'],
  [expired, 'expired'],
]);
const urlOf = (carrier: Carrier) => `${REPOSITORY}/${NAMES.get(carrier)}.pem`;

/** A PASSporT of any type about the call of these tests. */
const passportBy = (
  by: Carrier,
  statement: Partial<PassportStatement> & Pick<PassportStatement, 'extension'>,
  url = urlOf(by),
) =>
  createPassportSigner(by.key, url).sign({
    originator: { kind: 'tn', number: CALLER },
    destinations: { numbers: [CALLED], uris: [] },
    issuedAt: NOW,
    ...statement,
  });
const RPH = { extension: 'rph', priority: { authorized: ['ets.0'] } } as const;
const RCD = { extension: 'rcd', richCallData: { name: 'Zorin Industries' } } as const;
const THIRD = { ...RCD, issuer: 'Example CNAM' } as const;
const rphBy = (by: Carrier = numberHolder, more: Partial<PassportStatement> = {}) =>
  passportBy(by, { ...RPH, ...more });

/** The tokens of the verdict: the one it rests on, and what came with that. */
async function tokensOf(passports: readonly string[], call = callOf(), used?: UsedPassports) {
  world.leaveEnvelope({ passports });
  const vs = world.createVs(used === undefined ? {} : { used });
  const verdict = await vs.verify(call, [], { withCompanions: true });
  return {
    verdict,
    tokens: [verdict.passport, ...(verdict.companions ?? []).map(({ passport }) => passport)].map(
      (one) => one?.token,
    ),
  };
}

describe('junk beside a PASSporT', () => {
  it('is kept in the record as far as a call may have companions, and no further', async () => {
    const used = createMemoryUsedPassports(6);
    const forged = Array.from({ length: 12 }, (_, at) =>
      rphBy(numberHolder, { id: `${at}` }).replace(/[^.]+$/, 'A'.repeat(86)),
    );
    const [shaken, rph] = [world.passportOf(), rphBy()];
    expect((await tokensOf([shaken, rph, ...forged], callOf(), used)).tokens).toEqual([shaken, rph]);
    const other = world.passportOf();
    expect((await tokensOf([other], callOf({ callId: 'other' }), used)).tokens).toEqual([other]);
  });
});

describe('PASSporTs of one envelope', () => {
  it('shaken and rph: both, with the fields that put them back', async () => {
    const [shaken, rph] = [world.passportOf(), rphBy()];
    const { verdict, tokens } = await tokensOf([shaken, rph]);
    expect(tokens).toEqual([shaken, rph]);
    expect(verdict).toMatchObject({ reason: 'verified', channel: 'out-of-band', attestation: 'A' });
    expect(restoredIdentities(verdict)).toEqual([
      formatIdentity({ token: shaken, info: urlOf(provider), algorithm: 'ES256', ppt: 'shaken' }),
      formatIdentity({ token: rph, info: urlOf(numberHolder), algorithm: 'ES256', ppt: 'rph' }),
    ]);
  });

  it('the verdict rests on shaken, wherever it stands and however late its certificate comes', async () => {
    const [shaken, rph] = [world.passportOf(), rphBy()];
    world.leaveEnvelope({ passports: [rph, shaken], chain: numberHolder.ders });
    const verdict = await world.createVs().verify(callOf(), [], { withCompanions: true });
    expect(world.fetched).toEqual([urlOf(provider)]);
    expect(verdict).toMatchObject({ passport: { token: shaken }, attestation: 'A', authority: 'provider' });
    expect(verdict.companions).toEqual([{ passport: parsePassport(rph) }]);
  });

  it('shaken and rcd, of the caller and of a third party that has no authority over the number (RFC 9795)', async () => {
    const passports = [world.passportOf(), passportBy(numberHolder, RCD), passportBy(provider, THIRD)];
    expect((await tokensOf(passports)).tokens).toEqual(passports);
  });

  it.each<[string, () => string]>([
    ['another caller', () => rphBy(numberHolder, { originator: { kind: 'tn', number: tn('12155550000') } })],
    [
      'another called number',
      () => rphBy(numberHolder, { destinations: { numbers: [tn('12155550000')], uris: [] } }),
    ],
    ['another time', () => rphBy(numberHolder, { issuedAt: NOW - 61 })],
    [
      'a third party about another caller',
      () => passportBy(provider, { ...THIRD, originator: { kind: 'tn', number: tn('12155550000') } }),
    ],
    ['a signer without authority over the caller', () => rphBy(provider)],
    ['a signer nobody here trusts', () => rphBy(stranger)],
    ['a third party nobody here trusts', () => passportBy(stranger, THIRD)],
    ['a certificate out of force', () => passportBy(expired, THIRD)],
    ['a certificate that is nowhere', () => passportBy(provider, THIRD, `${REPOSITORY}/missing.pem`)],
    ['a forged signature', () => rphBy().replace(/[^.]+$/, 'A'.repeat(86))],
    [
      'a forged signature of a third party',
      () => passportBy(provider, THIRD).replace(/[^.]+$/, 'A'.repeat(86)),
    ],
    ['a type that is not known', () => 'eyJhbGciOiJFUzI1NiIsInBwdCI6ImZvbyIsInR5cCI6InBhc3Nwb3J0In0.e30.AA'],
    ['an answer (rsp)', () => passportBy(called, { extension: 'rsp' })],
    ['a message', () => passportBy(numberHolder, { extension: 'msg' })],
  ])('%s: not put back, and the call is verified all the same', async (_, other) => {
    const shaken = world.passportOf();
    const { verdict, tokens } = await tokensOf([shaken, other()]);
    expect([verdict.reason, tokens]).toEqual(['verified', [shaken]]);
    expect(restoredIdentities(verdict)).toHaveLength(1);
  });

  it('a third party about another call of the same two, both fresh: not put back', async () => {
    const shaken = world.passportOf({ issuedAt: NOW - 40 });
    const [near, far] = [20, 21].map((seconds) =>
      passportBy(provider, { ...THIRD, issuedAt: NOW + seconds }),
    );
    expect((await tokensOf([shaken, near!, far!])).tokens).toEqual([shaken, near]);
  });

  it('a third party alone verifies nothing', async () => {
    const { verdict } = await tokensOf([passportBy(provider, THIRD)]);
    expect([verdict.status, restoredIdentities(verdict)]).toEqual(['unverifiable', []]);
  });

  it('what is about another call is asked for like what is about this one', async () => {
    const away = passportBy(stranger, { ...THIRD, originator: { kind: 'tn', number: tn('12155550000') } });
    await tokensOf([world.passportOf(), away]);
    expect(world.fetched).toContain(urlOf(stranger));
  });

  it('with one diversion of all: it is put back once', async () => {
    const dest = { destinations: { numbers: [FIRST], uris: [] } };
    const [shaken, rph] = [world.passportOf({ dest: [FIRST] }), rphBy(numberHolder, dest)];
    const third = passportBy(provider, { ...THIRD, ...dest });
    const div = divertedPassport(shaken);
    const { verdict, tokens } = await tokensOf([shaken, rph, third, div]);
    expect(tokens).toEqual([shaken, rph, third]);
    expect(restoredIdentities(verdict).map((value) => value.split(';')[0])).toEqual([
      shaken,
      rph,
      third,
      div,
    ]);
  });

  it('each inside a diversion of its own (RFC 8946 Section 5.1)', async () => {
    const dest = { destinations: { numbers: [FIRST], uris: [] } };
    const all = [world.passportOf({ dest: [FIRST] }), rphBy(numberHolder, dest)];
    const nested = all.map((one) => divertedPassport(one, { extension: 'div-o' }));
    const { verdict, tokens } = await tokensOf(nested);
    expect(tokens).toEqual(all);
    expect(restoredIdentities(verdict).map((value) => value.split(';')[0])).toEqual(nested);
  });

  it('the same one twice, under two signatures, is one', async () => {
    const [shaken, rph, again] = [world.passportOf(), rphBy(), rphBy()];
    expect(again).not.toBe(rph);
    expect((await tokensOf([shaken, rph, again])).tokens).toEqual([shaken, rph]);
  });

  it('are not waited for longer than the call has', async () => {
    const hanging = passportBy(provider, THIRD, `${REPOSITORY}/hangs.pem`);
    const shaken = world.passportOf();
    world.leaveEnvelope({ passports: [shaken, hanging, rphBy()], chain: provider.ders });
    const vs = world.createVs({}, { deadlineMs: 150 });
    const verdict = await vs.verify(callOf(), [], { withCompanions: true });
    expect(verdict).toMatchObject({ reason: 'verified', passport: { token: shaken } });
    expect(verdict.companions?.map(({ passport }) => passport.extension)).toEqual(['rph']);
  });

  it('are not waited for where nobody asked', async () => {
    const hanging = passportBy(provider, THIRD, `${REPOSITORY}/hangs.pem`);
    world.leaveEnvelope({ passports: [world.passportOf(), hanging], chain: provider.ders });
    const verdict = await world.createVs({}, { deadlineMs: 60_000 }).verify(callOf(), []);
    expect([verdict.reason, verdict.companions]).toEqual(['verified', undefined]);
  });

  it('are told to whoever asks for them, also where the same call was asked about without', async () => {
    world.leaveEnvelope({ passports: [world.passportOf(), rphBy()], chain: provider.ders });
    const vs = world.createVs();
    expect((await vs.verify(callOf(), [])).companions).toBe(undefined);
    expect((await vs.verify(callOf(), [], { withCompanions: true })).companions).toHaveLength(1);
  });

  it('of two envelopes do not belong together', async () => {
    world.leaveEnvelope({ passports: [rphBy()], chain: numberHolder.ders });
    world.leavePassport();
    const verdict = await world.createVs().verify(callOf(), [], { withCompanions: true });
    expect([verdict.reason, verdict.companions]).toEqual(['verified', undefined]);
  });
});

describe('PASSporTs from a neighbour that keeps them in clear, of several calls', () => {
  const askedOf = (passports: readonly string[], more: Partial<VerificationParts> = {}) =>
    world.createVs({
      clear: { sourcesFor: () => [{ retrieve: async () => passports }] },
      ...more,
    });
  const tell = (verdict: Verdict) =>
    [verdict.passport, ...(verdict.companions ?? []).map(({ passport }) => passport)].map(
      (one) => one?.token,
    );
  const ask = async (vs: ReturnType<typeof askedOf>, callId: string) =>
    tell(await vs.verify(callOf({ callId }), [], { withCompanions: true }));

  it("each call gets the one that says most about its caller, and nothing beside: it may be another call's", async () => {
    const [first, second] = [NOW - 20, NOW - 1];
    const all = [first, second].map((issuedAt) => [
      world.passportOf({ issuedAt }),
      passportBy(numberHolder, { ...RCD, issuedAt: issuedAt + 1 }),
      rphBy(numberHolder, { issuedAt }),
      passportBy(provider, { ...THIRD, issuedAt }),
    ]);
    const vs = askedOf(all.flat().reverse());
    expect([await ask(vs, 'a'), await ask(vs, 'b')].sort()).toEqual([[all[0]![0]], [all[1]![0]]].sort());
    expect(await ask(vs, 'c')).toEqual([undefined]);
  });

  it.each([
    ['rph', () => [rphBy()]],
    ['rcd', () => [passportBy(numberHolder, RCD)]],
    [
      'both of them, diverted',
      () => {
        const dest = { destinations: { numbers: [FIRST], uris: [] } };
        const inner = [rphBy(numberHolder, dest), passportBy(numberHolder, { ...RCD, ...dest })];
        return [...inner, ...inner.map((one) => divertedPassport(one))];
      },
    ],
    [
      'both of them, each in a diversion',
      () => {
        const dest = { destinations: { numbers: [FIRST], uris: [] } };
        const inner = [rphBy(numberHolder, dest), passportBy(numberHolder, { ...RCD, ...dest })];
        return inner.map((one) => divertedPassport(one, { extension: 'div-o' }));
      },
    ],
  ])('%s, left of a call that another PASSporT proved, proves no second one', async (_, left) => {
    expect(await ask(askedOf(left()), 'a')).toEqual([undefined]);
  });

  it('a call signed twice leaves each of two calls its own', async () => {
    const [shaken, base] = [
      world.passportOf(),
      world.passportOf({ by: numberHolder, isBase: true, x5u: urlOf(numberHolder) }),
    ];
    const vs = askedOf([base, shaken]);
    expect([await ask(vs, 'a'), await ask(vs, 'b')]).toEqual([[shaken], [base]]);
  });
});

describe('one call takes all that came together (RFC 8816 Section 7.4)', () => {
  const slow = (used: UsedPassports): UsedPassports => ({ take: async (...order) => used.take(...order) });

  it.each([
    ['a record at hand', (used: UsedPassports) => used],
    ['a record that is waited for', slow],
  ])('no second call is verified by what is left, %s', async (_, kept) => {
    const used = kept(createMemoryUsedPassports());
    const passports = [world.passportOf(), rphBy(), passportBy(numberHolder, RCD)];
    world.leaveEnvelope({ passports, chain: provider.ders });
    const vs = world.createVs({ used });
    expect((await vs.verify(callOf({ callId: 'first' }), [])).reason).toBe('verified');
    expect((await vs.verify(callOf({ callId: 'second' }), [])).reason).toBe('ambiguous');
  });

  it('in band as well', async () => {
    const identities = [
      world.identityOf(),
      formatIdentity({ token: rphBy(), info: urlOf(numberHolder), algorithm: 'ES256', ppt: 'rph' }),
    ];
    const vs = world.createVs();
    expect((await vs.verify(callOf({ callId: 'first' }), identities)).reason).toBe('verified');
    expect((await vs.verify(callOf({ callId: 'second' }), identities)).reason).toBe('ambiguous');
  });

  it('one that another call has is not put back', async () => {
    const used = createMemoryUsedPassports();
    const [shaken, rph] = [world.passportOf(), rphBy()];
    const first = await tokensOf([rph], callOf({ callId: 'first' }), used);
    expect(first.tokens).toEqual([rph]);
    const second = await tokensOf([shaken, rph], callOf({ callId: 'second' }), used);
    expect(second.tokens).toEqual([shaken]);
  });
});
