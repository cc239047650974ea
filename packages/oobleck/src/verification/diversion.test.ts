// Diverted calls (RFC 8946): the PASSporT of the caller is for another number, and the diversions beside or around it
// lead to the number that was called here.

import { randomBytes } from 'node:crypto';
import { formatIdentity } from '@oobleck/stir/identity';
import { createPassportSigner, type PassportSigner, parsePassport } from '@oobleck/stir/passport';
import { beforeEach, describe, expect, it } from 'vitest';
import { createAuthority, createCarrier, NOW, tn } from '../../test/network.ts';
import { createMemoryUsedPassports } from '../store/memory/used-passports.ts';
import { divertedPassport, FIRST, identityOfDiversion, X5U } from './diverted-call-fixture.ts';
import {
  CALLED,
  CALLER,
  called,
  callOf,
  createWorld,
  home,
  provider,
  REPOSITORY,
  type World,
} from './verification-fixture.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld({ provider, called });
});

/** A call to the first number, and its diversion, signed by the one who holds that number. */
const diverted = (extension: 'div' | 'div-o', by = called, issuedAt = NOW) => {
  const original = world.passportOf({ dest: [FIRST], issuedAt });
  const signer = createPassportSigner(by.key, X5U);
  return [original, divertedPassport(original, { signer, extension })] as const;
};
const identitiesOf = ([original, div]: readonly [string, string]) => [
  identityOfDiversion(div),
  formatIdentity({ token: original, info: `${REPOSITORY}/provider.pem`, algorithm: 'ES256', ppt: 'shaken' }),
];

describe('in band (RFC 8946 Section 4.2)', () => {
  it('verifies, and tells what diverted the call', async () => {
    const [original, div] = diverted('div');
    const verdict = await world.createVs().verify(callOf(), identitiesOf([original, div]));
    expect(verdict).toMatchObject({ reason: 'verified', channel: 'in-band', attestation: 'A' });
    expect(verdict.passport?.token).toBe(original);
    expect(verdict.diversions?.map(({ token }) => token)).toEqual([div]);
  });

  it.each([0, 1])('verifies where one of the two came sealed and the other in the open', async (sealed) => {
    const pair = identitiesOf(diverted('div'));
    const how = { sealed: [{ identities: [pair[sealed]!], chain: [called, provider][sealed]!.ders }] };
    const verdict = await world.createVs().verify(callOf(), [pair[1 - sealed]!], how);
    expect(verdict).toMatchObject({ reason: 'verified', channel: 'in-band' });
  });

  it('verifies behind 22 envelopes of strangers, who made of theirs as many diverted calls as there are', async () => {
    const forgedSet = (count: number): readonly string[] =>
      Array.from({ length: count }, () => {
        const original = world.passportOf({ dest: [FIRST] });
        const signer = createPassportSigner(called.key, `${REPOSITORY}/provider.pem`);
        const div = divertedPassport(original, { signer });
        return identitiesOf([original, div]).map((one) =>
          one
            .replace(/[^.]+;/, `${randomBytes(64).toString('base64url')};`)
            .replace('called.pem', 'provider.pem'),
        );
      }).flat();
    const hostile = Array.from({ length: 22 }, (_, at) => ({
      identities: forgedSet(at < 4 ? 4 : 2),
      chain: provider.ders,
    }));
    const genuine = { identities: [world.identityOf()], chain: provider.ders };
    const sealed = [...hostile, genuine];
    const vs = world.createVs();
    // What they stand on is trusted and at hand: each costs a signature check.
    expect(await vs.verify(callOf({ callId: '1' }), [world.identityOf()])).toMatchObject({
      status: 'verified',
    });
    const verdict = await vs.verify(callOf(), forgedSet(4), { sealed });
    expect(verdict).toMatchObject({ reason: 'verified', channel: 'in-band' });
  });

  it('what is asked of its header fields alone has its own answer, beside that of the call', async () => {
    const [, original] = identitiesOf(diverted('div'));
    const vs = world.createVs();
    const call = callOf({ called: [FIRST] });
    const [plain, beside] = await Promise.all([
      vs.verify(call, []),
      vs.verify(call, [original!], { isInBandOnly: true }),
    ]);
    expect(plain.status).not.toBe('verified');
    expect(beside).toMatchObject({ reason: 'verified', channel: 'in-band' });
  });

  it('several values in one header field', async () => {
    const list = identitiesOf(diverted('div')).join(', ');
    expect(await world.createVs().verify(callOf(), [list])).toMatchObject({ reason: 'verified' });
  });

  it('not without the original, nor without the diversion', async () => {
    const identities = identitiesOf(diverted('div'));
    const vs = world.createVs();
    expect(await vs.verify(callOf({ callId: '1' }), identities.slice(0, 1))).toMatchObject({
      reason: 'broken-diversion',
      status: 'failed',
    });
    expect(await vs.verify(callOf({ callId: '2' }), identities.slice(1))).toMatchObject({
      reason: 'called-mismatch',
    });
  });

  it('X-01: not signed by somebody else', async () => {
    const other = await createCarrier(await createAuthority(), ['2-12155551299']);
    world.repository.set('/called.pem', other.pem);
    const verdict = await world.createVs().verify(callOf(), identitiesOf(diverted('div', other)));
    expect(verdict).toMatchObject({ reason: 'certificate-untrusted', status: 'failed' });
  });

  it('an old original only where transfers may be', async () => {
    const identities = identitiesOf(diverted('div', called, NOW - 600));
    const strict = await world.createVs().verify(callOf(), identities);
    expect(strict).toMatchObject({ reason: 'stale', status: 'failed' });
    const vs = world.createVs({}, { divertedMaximumAgeSeconds: 3600 });
    expect(await vs.verify(callOf(), identities)).toMatchObject({ reason: 'verified' });
  });

  it('X-06: rsp in a request is ignored (RFC 9970 Section 9)', async () => {
    const shaken = parsePassport(world.passportOf());
    const { shaken: _, ...statement } = shaken;
    const token = createPassportSigner(provider.key, X5U).sign({ ...statement, extension: 'rsp' });
    const identity = formatIdentity({ token, info: X5U, algorithm: 'ES256', ppt: 'rsp' });
    expect(await world.createVs().verify(callOf(), [identity])).toMatchObject({
      reason: 'no-passport',
      status: 'unverifiable',
    });
  });

  it('I-06: a type that is not known is ignored (RFC 8224 Section 6.2, step 1)', async () => {
    const identity = world.identityOf().replace('ppt="shaken"', 'ppt="foo"');
    const verdict = await world.createVs().verify(callOf(), [identity]);
    expect(verdict.reason).toBe('info-mismatch');
  });
});

describe('out of band (RFC 8946 Section 5, RFC 8816 Section 6.2)', () => {
  it('div-o around the original, the chain of its signer in the envelope', async () => {
    const [original, nested] = diverted('div-o');
    world.leaveEnvelope({ passports: [nested], chain: called.ders });
    const verdict = await world.createVs().verify(callOf(), []);
    expect(verdict).toMatchObject({ reason: 'verified', channel: 'out-of-band' });
    expect(verdict.passport?.token).toBe(original);
    expect(world.fetched).toEqual([`${REPOSITORY}/provider.pem`]);
  });

  it('several PASSporTs of one envelope, in order', async () => {
    const [original, div] = diverted('div');
    world.leaveEnvelope({ passports: [original, div], chain: provider.ders });
    expect(await world.createVs().verify(callOf(), [])).toMatchObject({ reason: 'verified' });
  });

  it('not joined across envelopes', async () => {
    const [original, div] = diverted('div');
    world.leaveEnvelope({ passports: [original], chain: provider.ders });
    world.leaveEnvelope({ passports: [div], chain: called.ders });
    expect(await world.createVs().verify(callOf(), [])).toMatchObject({ status: 'unverifiable' });
  });

  describe('the chain in an envelope', () => {
    const UNSERVED = 'https://unlisted.example.org/both.pem';
    const shaken = { attestation: 'A', originationId: '00000000-0000-4000-8000-000000000001' } as const;
    const originalBy = (signer: PassportSigner) =>
      signer.signShaken({ originator: CALLER, destinations: [FIRST], issuedAt: NOW }, shaken);

    it.each(['div', 'div-o'] as const)(
      'serves every PASSporT of its signer: %s, nothing fetched',
      async (extension) => {
        const both = await createCarrier(home, [`2-${CALLER}`, `2-${FIRST}`]);
        const signer = createPassportSigner(both.key, UNSERVED);
        const original = originalBy(signer);
        const diversion = divertedPassport(original, { signer, extension });
        const passports = extension === 'div' ? [original, diversion] : [diversion];
        world.leaveEnvelope({ passports, chain: both.ders });
        const verdict = await world.createVs().verify(callOf(), []);
        expect(verdict).toMatchObject({ reason: 'verified', channel: 'out-of-band' });
        expect(verdict.passport?.token).toBe(original);
        expect(verdict.diversions?.map(({ token }) => token)).toEqual([diversion]);
        expect(world.fetched).toEqual([]);
      },
    );

    it('vouches for no other signer who names the same x5u', async () => {
      const stranger = await createCarrier(await createAuthority(), [`2-${FIRST}`]);
      const original = originalBy(createPassportSigner(provider.key, UNSERVED));
      const diversion = divertedPassport(original, { signer: createPassportSigner(stranger.key, UNSERVED) });
      world.leaveEnvelope({ passports: [original, diversion], chain: provider.ders });
      const verdict = await world.createVs().verify(callOf(), []);
      expect(verdict).toMatchObject({ status: 'unverifiable' });
      expect(verdict.passport).toBeUndefined();
      expect(world.fetched).toEqual([]);
    });

    it('gives a signer no authority that its certificate has not', async () => {
      const caller = await createCarrier(home, [`2-${CALLER}`]);
      const signer = createPassportSigner(caller.key, UNSERVED);
      const original = originalBy(signer);
      world.leaveEnvelope({
        passports: [original, divertedPassport(original, { signer })],
        chain: caller.ders,
      });
      expect(await world.createVs().verify(callOf(), [])).toMatchObject({ reason: 'no-authority' });
    });

    it('serves nothing where the first PASSporT cannot be read', async () => {
      const both = await createCarrier(home, [`2-${CALLER}`, `2-${FIRST}`]);
      const signer = createPassportSigner(both.key, UNSERVED);
      const original = originalBy(signer);
      const passports = ['a.b.c', original, divertedPassport(original, { signer })];
      world.leaveEnvelope({ passports, chain: both.ders });
      expect(await world.createVs().verify(callOf(), [])).toMatchObject({ reason: 'certificate-unlisted' });
    });

    it('stands behind a chain that a PASSporT brings itself', async () => {
      const both = await createCarrier(home, [`2-${CALLER}`, `2-${FIRST}`]);
      const original = originalBy(createPassportSigner(provider.key, UNSERVED));
      const own = createPassportSigner(both.key, UNSERVED, { chain: both.ders });
      world.leaveEnvelope({
        passports: [original, divertedPassport(original, { signer: own })],
        chain: provider.ders,
      });
      expect(await world.createVs().verify(callOf(), [])).toMatchObject({ reason: 'verified' });
    });
  });

  it('an unlisted certificate inside is not fetched', async () => {
    const original = world.passportOf({ dest: [FIRST], x5u: 'https://evil.example/beacon' });
    const nested = divertedPassport(original, { extension: 'div-o' });
    world.leaveEnvelope({ passports: [nested], chain: called.ders });
    expect(await world.createVs().verify(callOf(), [])).toMatchObject({ reason: 'certificate-unlisted' });
    expect(world.fetched).toEqual([]);
  });

  it('takes the chain that a header brings in x5c (RFC 9060 Section 7)', async () => {
    const signer = createPassportSigner(provider.key, 'https://evil.example/beacon', {
      chain: provider.ders,
    });
    const { numbers } = parsePassport(world.passportOf()).destinations;
    const call = { originator: callOf().caller!, destinations: numbers, issuedAt: NOW };
    const originationId = '00000000-0000-4000-8000-000000000000';
    world.leaveEnvelope({ passports: [signer.signShaken(call, { attestation: 'A', originationId })] });
    expect(await world.createVs().verify(callOf(), [])).toMatchObject({ reason: 'verified' });
    expect(world.fetched).toEqual([]);
  });
});

describe('one PASSporT serves one call (RFC 8816 Section 7.4)', () => {
  it('diverted or not: the original stands for the whole chain', async () => {
    const used = createMemoryUsedPassports();
    const [original, div] = diverted('div');
    const vs = world.createVs({ used });
    const first = await vs.verify(callOf({ callId: 'a' }), identitiesOf([original, div]));
    expect(first).toMatchObject({ reason: 'verified' });
    const other = divertedPassport(original, { issuedAt: NOW - 1 });
    expect(other).not.toBe(div);
    const second = await vs.verify(callOf({ callId: 'b' }), identitiesOf([original, other]));
    expect(second).toMatchObject({ reason: 'ambiguous' });
  });
  it('sent on to another number it is a further leg, and may come by again', async () => {
    const used = createMemoryUsedPassports();
    const [original, div] = diverted('div');
    const vs = world.createVs({ used });
    const first = callOf({ callId: 'a', called: [FIRST] });
    expect((await vs.verify(first, identitiesOf([original, div]).slice(1))).reason).toBe('verified');
    const onward = await vs.verify(callOf({ callId: 'b' }), identitiesOf([original, div]));
    expect(onward.reason).toBe('verified');
    const again = await vs.verify(callOf({ callId: 'c' }), identitiesOf([original, div]));
    expect(again.reason).toBe('ambiguous');
    // By another name of the same number, as another trunk may have one, it is no other leg.
    const aliased = callOf({ callId: 'd', called: [CALLED, tn('12155551277')] });
    expect((await vs.verify(aliased, identitiesOf([original, div]))).reason).toBe('ambiguous');
  });
});
