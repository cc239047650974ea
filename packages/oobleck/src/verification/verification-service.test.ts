import { encodeBase64url } from '@oobleck/stir/bytes';
import { signCompactJws } from '@oobleck/stir/jws';
import { addressOf, splitAddress } from '@oobleck/stir/mailbox';
import type { Reason } from '@oobleck/stir/verdict';
import { beforeEach, describe, expect, it } from 'vitest';
import { crypto, DAY, NOW, tn } from '../../test/network.ts';
import { parseNumberMap } from '../trust/index.ts';
import {
  CALLED,
  CALLER,
  type CallShape,
  called,
  callOf,
  createWorld,
  expired,
  numberHolder,
  provider,
  REPOSITORY,
  sealer,
  stranger,
  type World,
} from './verification-fixture.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});

describe('out of band', () => {
  it('verifies what the caller’s provider left, from the chain in the envelope', async () => {
    world.leavePassport();
    const verdict = await world.createVs().verify(callOf(), []);
    expect(verdict).toMatchObject({
      status: 'verified',
      verstat: 'TN-Validation-Passed',
      reason: 'verified',
      channel: 'out-of-band',
      authority: 'provider',
      attestation: 'A',
    });
    expect(verdict.passport?.originator).toEqual({ kind: 'tn', number: CALLER });
    expect(world.fetched).toEqual([]);
  });

  it('verifies a base PASSporT of whoever holds the number', async () => {
    world.leavePassport({ by: numberHolder, isBase: true });
    const verdict = await world.createVs().verify(callOf(), []);
    expect(verdict).toMatchObject({ reason: 'verified', authority: 'number' });
    expect(verdict.attestation).toBeUndefined();
  });

  it('the operator’s own map turns a provider’s word into a proof', async () => {
    world.leavePassport({ isBase: true });
    const numberMap = parseNumberMap('start,count,spc\n12155551212,1,1234\n');
    const verdict = await world.createVs({}, { numberMap }).verify(callOf(), []);
    expect(verdict).toMatchObject({ reason: 'verified', authority: 'number' });
  });

  it('fetches a chain that did not fit from a listed repository', async () => {
    world.repository.set('/provider.pem', provider.pem);
    world.leaveEnvelope({ passports: [world.passportOf()] });
    expect((await world.createVs().verify(callOf(), [])).reason).toBe('verified');
    expect(world.fetched).toEqual([`${REPOSITORY}/provider.pem`]);
  });

  const rows: [Reason, string, () => void, CallShape?][] = [
    ['no-passport', 'nothing was left', () => {}],
    ['no-passport', 'only cover was left', () => world.leaveEnvelope({ passports: [] })],
    ['no-passport', 'only noise was left', () => world.leave(crypto.randomBytes(2_048))],
    [
      'no-passport',
      'a blob was moved here from another mailbox',
      () => {
        const other = world.addressFor();
        other[0]! ^= 1;
        const { form } = world.holder.keysFor(CALLED)[0]!;
        world.leave(
          sealer.seal(form.publicKey, other, { passports: [world.passportOf()], chain: provider.ders }),
        );
      },
    ],
    ['no-caller', 'no number is presented', () => world.leavePassport(), { withheld: true }],
    ['not-served', 'the called number has no key here', () => {}, { called: [tn('12155550000')] }],
    ['not-served', 'a service code was called', () => {}, { called: [tn('*69')] }],
    ['malformed', 'what was left is no PASSporT', () => world.leaveEnvelope({ passports: ['a.b.c'] })],
    [
      'unsupported-ppt',
      'its type is not known',
      () => {
        const header = { alg: 'ES256', ppt: 'foo', typ: 'passport', x5u: `${REPOSITORY}/p` };
        const payload = { dest: { tn: [CALLED] }, iat: NOW, orig: { tn: CALLER } };
        const token = signCompactJws(JSON.stringify(header), JSON.stringify(payload), provider.key);
        world.leaveEnvelope({ passports: [token], chain: provider.ders });
      },
    ],
    [
      'caller-mismatch',
      'it is about another caller',
      () => world.leavePassport({ caller: tn('12155559999') }),
    ],
    [
      'called-mismatch',
      'it is about another callee',
      () => world.leavePassport({ dest: [tn('12155559999')] }),
    ],
    [
      'called-mismatch',
      'it names only a number called formerly',
      () => world.leavePassport({ dest: [tn('12155551299')] }),
      { formerlyCalled: [tn('12155551299')] },
    ],
    ['stale', 'it is 61 s old', () => world.leavePassport({ issuedAt: NOW - 61 })],
    ['stale', 'it is 61 s ahead', () => world.leavePassport({ issuedAt: NOW + 61 })],
    [
      'certificate-unlisted',
      'its certificate is at a host nobody listed',
      () => world.leaveEnvelope({ passports: [world.passportOf({ x5u: 'https://evil.example/beacon' })] }),
    ],
    [
      'certificate-unavailable',
      'the repository does not have it',
      () => world.leaveEnvelope({ passports: [world.passportOf()] }),
    ],
    [
      'certificate-unavailable',
      'its x5u is no https URL',
      () => world.leaveEnvelope({ passports: [world.passportOf({ x5u: 'http://cr.example/a' })] }),
    ],
    [
      'certificate-malformed',
      'the chain in the envelope is noise',
      () => world.leaveEnvelope({ passports: [world.passportOf()], chain: [crypto.randomBytes(300)] }),
    ],
    [
      'certificate-malformed',
      'the repository serves noise',
      () => {
        world.repository.set('/provider.pem', 'no PEM at all');
        world.leaveEnvelope({ passports: [world.passportOf()] });
      },
    ],
    ['certificate-untrusted', 'its chain leads elsewhere', () => world.leavePassport({ by: stranger })],
    ['certificate-expired', 'its certificate has ended', () => world.leavePassport({ by: expired })],
    ['no-authority', 'a provider signed a base PASSporT', () => world.leavePassport({ isBase: true })],
    ['no-authority', 'it is the certificate of another number', () => world.leavePassport({ by: called })],
    [
      'bad-signature',
      'somebody else signed it',
      () => world.leaveEnvelope({ passports: [world.passportOf({ by: stranger })], chain: provider.ders }),
    ],
  ];

  it.each(rows)('R-07, R-08: %s: %s', async (reason, _text, prepare, shape) => {
    prepare();
    const verdict = await world.createVs().verify(callOf(shape), []);
    expect(verdict).toMatchObject({ reason, status: 'unverifiable', verstat: 'No-TN-Validation' });
    expect(verdict.passport).toBeUndefined();
    expect(world.events.map(({ event }) => event)).toEqual(reason === 'stale' ? ['stale'] : []);
  });

  it('asks nobody for the certificate of an unlisted host, even to refuse it', async () => {
    for (const x5u of [
      'https://evil.example/beacon',
      'https://cr.example.evil.example/',
      'https://cr.example:444/x',
    ])
      world.leaveEnvelope({ passports: [world.passportOf({ x5u })] });
    await world.createVs().verify(callOf(), []);
    expect(world.fetched).toEqual([]);
  });

  it('fetches from a listed repository whether or not the PASSporT is about the call', async () => {
    world.repository.set('/provider.pem', provider.pem);
    world.leaveEnvelope({ passports: [world.passportOf({ caller: tn('12155559999') })] });
    expect((await world.createVs().verify(callOf(), [])).reason).toBe('caller-mismatch');
    expect(world.fetched).toEqual([`${REPOSITORY}/provider.pem`]);
  });

  it('R-06: finds the genuine one behind junk, and tells the fault that got furthest where there is none', async () => {
    // More stake is handed out first: the genuine one comes last.
    const stake = 1;
    for (let i = 0; i < 3; i++) world.leavePassport({ by: stranger }, stake);
    world.leavePassport({ issuedAt: NOW - 100 }, stake);
    world.leaveEnvelope({ passports: ['junk'] }, undefined, stake);
    world.leave(crypto.randomBytes(2_048), undefined, stake);
    expect((await world.createVs().verify(callOf({ callId: 'none' }), [])).reason).toBe(
      'certificate-untrusted',
    );
    world.leavePassport();
    expect((await world.createVs().verify(callOf(), [])).reason).toBe('verified');
  });

  it('tells the owner where a mailbox holds more than its pages show', async () => {
    for (let i = 0; i < 7; i++) world.leaveEnvelope({ passports: [] });
    await world.createVs().verify(callOf({ callId: 'fits' }), []);
    expect(world.events).toEqual([]);
    world.leaveEnvelope({ passports: [] });
    await world.createVs().verify(callOf({ callId: 'too many' }), []);
    expect(world.events).toEqual([{ event: 'mailbox-too-small', reason: 'later-page' }]);
  });

  it('I-05: freshness holds to the second, both ways (RFC 8224 Section 6.2)', async () => {
    for (const [shift, reason] of [
      [60, 'verified'],
      [-60, 'verified'],
    ] as const) {
      world.leavePassport({ issuedAt: NOW + shift });
      expect((await world.createVs().verify(callOf({ callId: `${shift}` }), [])).reason).toBe(reason);
    }
  });

  it('asks the same number of questions for every call, about its own mailboxes only', async () => {
    const vs = world.createVs({}, { addressesPerCall: 3 });
    await vs.verify(callOf({ callId: 'a' }), []);
    await vs.verify(callOf({ callId: 'b', formerlyCalled: [tn('12155551299'), tn('12155550000')] }), []);
    world.leavePassport();
    await vs.verify(callOf({ callId: 'c' }), []);
    expect(world.queries).toHaveLength(9);
    const own = encodeBase64url(world.holder.keysFor(CALLED)[0]!.mailboxId);
    expect(world.queries.every(({ address }) => encodeBase64url(splitAddress(address).id) === own)).toBe(
      true,
    );
    expect(new Set(world.queries.map(({ nonce }) => encodeBase64url(nonce))).size).toBe(9);
    await vs.verify(callOf({ callId: 'd', called: [tn('12155550000')] }), []);
    expect(world.queries).toHaveLength(9);
  });

  it('finds calls sealed to a key and to its successor while both are published', async () => {
    world.leavePassport();
    const before = world.addressFor();
    world.clock.advance(DAY - 300);
    await world.holder.renew();
    expect(world.holder.keysFor(CALLED)).toHaveLength(2);
    expect(world.addressFor()).not.toEqual(before);
    const vs = world.createVs();
    world.leavePassport();
    expect((await vs.verify(callOf({ callId: 'to the new one' }), [])).reason).toBe('verified');
    const [, old] = world.holder.keysFor(CALLED);
    const address = addressOf(crypto, old!.form, CALLED);
    world.leave(
      sealer.seal(old!.form.publicKey, address, { passports: [world.passportOf()], chain: provider.ders }),
      splitAddress(address),
    );
    expect((await vs.verify(callOf({ callId: 'to the old one' }), [])).reason).toBe('verified');
  });
});

describe('in band', () => {
  const rows: [Reason, string, () => string][] = [
    ['malformed', 'the field is no Identity', () => 'nonsense'],
    ['malformed', 'the field is empty', () => ''],
    [
      'info-mismatch',
      'info names another certificate',
      () => world.identityOf().replace(/info=<[^>]*>/, 'info=<https://other.example/>'),
    ],
    ['caller-mismatch', 'it is about another caller', () => world.identityOf({ caller: tn('12155559999') })],
    ['called-mismatch', 'it is about another callee', () => world.identityOf({ dest: [tn('12155559999')] })],
    ['stale', 'it is 61 s old', () => world.identityOf({ issuedAt: NOW - 61 })],
    [
      'certificate-untrusted',
      'its chain leads elsewhere',
      () => world.identityOf({ by: stranger, x5u: `${REPOSITORY}/stranger.pem` }),
    ],
    [
      'certificate-expired',
      'its certificate has ended',
      () => world.identityOf({ by: expired, x5u: `${REPOSITORY}/expired.pem` }),
    ],
    ['no-authority', 'a provider signed a base PASSporT', () => world.identityOf({ isBase: true })],
    ['bad-signature', 'somebody else signed it', () => world.identityOf({ by: stranger })],
  ];

  beforeEach(() => {
    world.repository.set('/provider.pem', provider.pem);
    world.repository.set('/stranger.pem', stranger.pem);
    world.repository.set('/expired.pem', expired.pem);
  });

  it('verifies without asking the CPS', async () => {
    const verdict = await world.createVs().verify(callOf(), [world.identityOf()]);
    expect(verdict).toMatchObject({
      reason: 'verified',
      channel: 'in-band',
      verstat: 'TN-Validation-Passed',
    });
    expect(world.queries).toEqual([]);
  });

  it.each(rows)('%s: %s', async (reason, _text, identity) => {
    const verdict = await world.createVs().verify(callOf(), [identity()]);
    expect(verdict).toMatchObject({
      reason,
      channel: 'in-band',
      status: 'failed',
      verstat: 'TN-Validation-Failed',
    });
  });

  it('what could not be looked up is unverifiable, not failed', async () => {
    const verdict = await world
      .createVs()
      .verify(callOf(), [world.identityOf({ x5u: `${REPOSITORY}/missing.pem` })]);
    expect(verdict).toMatchObject({ reason: 'certificate-unavailable', status: 'unverifiable' });
  });

  it('one good field among bad ones is enough', async () => {
    const fields = ['nonsense', world.identityOf({ by: stranger }), world.identityOf()];
    expect((await world.createVs().verify(callOf(), fields)).reason).toBe('verified');
  });

  it('looks at eight fields and no more', async () => {
    const junk = Array.from({ length: 8 }, () => 'nonsense');
    expect((await world.createVs().verify(callOf(), [...junk, world.identityOf()])).reason).toBe('malformed');
  });

  it('out of band mends a failed call and never makes it worse', async () => {
    const bad = world.identityOf({ by: stranger });
    world.leavePassport({ issuedAt: NOW - 100 });
    expect((await world.createVs().verify(callOf(), [bad])).reason).toBe('bad-signature');
    world.leavePassport();
    expect(await world.createVs().verify(callOf(), [bad])).toMatchObject({
      reason: 'verified',
      channel: 'out-of-band',
    });
  });
});
