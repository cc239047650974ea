import { formatIdentity } from '@oobleck/stir/identity';
import { createPassportSigner } from '@oobleck/stir/passport';
import { describe, expect, it } from 'vitest';
import { crypto, tn } from '../../../test/network.ts';
import {
  CALLED,
  CALLER,
  callOf,
  createWorld,
  numberHolder,
  provider,
  REPOSITORY,
  stranger,
  type World,
} from '../../verification/verification-fixture.ts';
import type { OpenedIdentities } from './identity-cipher.ts';
import { receiveCall } from './receive-call.ts';
import { createSealedIdentity } from './sealed-identity.ts';
import { createTrunk } from './trunk.ts';

/** The calling side's keys are what the called side has published. */
async function setUp() {
  const world = await createWorld({ provider });
  const sealing = (chain?: readonly Uint8Array[]) =>
    createSealedIdentity({
      crypto,
      keys: { keysFor: world.publishedFor },
      chains: { chainAtHand: () => chain },
    });
  const caller = sealing();
  const callee = createSealedIdentity({ crypto, ownKeys: world.holder });
  return { world, caller, callee, sealing };
}

const verify = (world: World, sealed: readonly OpenedIdentities[]) =>
  world.createVs().verify(callOf(), [], { sealed });

describe('Identity-Encrypted', () => {
  it('shows nobody the PASSporT on its way, and verifies where it arrives', async () => {
    const { world, caller, callee } = await setUp();
    const identity = world.identityOf();
    const values = caller.seal([CALLED], [identity]);
    expect(values).toHaveLength(1);
    expect(values.join()).not.toContain(identity.slice(0, 20));
    expect(createSealedIdentity({ crypto }).open('t', [CALLED], values)).toEqual([]);
    const opened = callee.open('t', [CALLED], values);
    expect(opened).toEqual([{ identities: [identity], chain: undefined }]);
    expect(await verify(world, opened)).toMatchObject({
      status: 'verified',
      channel: 'in-band',
      attestation: 'A',
    });
  });

  it('copied to a call to another number, it opens there or not, and verifies nothing', async () => {
    const { world, caller, callee } = await setUp();
    const values = caller.seal([CALLED], [world.identityOf()]);
    const sealed = callee.open('t', [tn('12155551299')], values);
    const call = callOf({ called: [tn('12155551299')] });
    const verdict = await world.createVs().verify(call, [], { sealed });
    expect(verdict.status).not.toBe('verified');
  });

  it('is tried among several values and several numbers, and what is none counts for nothing', async () => {
    const { world, caller, callee } = await setUp();
    const [value] = caller.seal([CALLED], [world.identityOf()]);
    const junk = Buffer.from(crypto.randomBytes(2048)).toString('base64url');
    const open = (called: readonly (typeof CALLED)[], values: readonly string[]) =>
      callee.open('t', called, values).flatMap(({ identities }) => identities);
    expect(open([tn('12155551299'), CALLED], ['nonsense', `${junk}, ${value}`])).toHaveLength(1);
    expect(open([CALLED], [junk, 'x', ''])).toEqual([]);
    // Beyond as many as a SIP header holds nothing is looked at.
    expect(open([CALLED], [...Array(23).fill(junk), value!])).toHaveLength(1);
    expect(open([CALLED], [...Array(24).fill(junk), value!])).toEqual([]);
    // The more keys are to be tried, the fewer values.
    const eight = [...Array(7).fill(tn('12155551299')), CALLED];
    expect(open(eight, [...Array(11).fill(junk), value!])).toHaveLength(1);
    expect(open(eight, [...Array(12).fill(junk), value!])).toEqual([]);
  });

  it('S-05: seals full forms only, all of them or none', async () => {
    const { world, caller, callee } = await setUp();
    const [one, two] = [world.identityOf(), world.identityOf()];
    const compact = one.replace(/^[^.]+\.[^.]+\./, '..');
    expect(caller.seal([CALLED], [one, compact])).toEqual([]);
    expect(caller.seal([CALLED], ['nonsense'])).toEqual([]);
    expect(caller.seal([CALLED], [])).toEqual([]);
    expect(callee.open('t', [CALLED], caller.seal([CALLED], [one, two]))).toEqual([
      { identities: [one, two], chain: undefined },
    ]);
  });

  it('without a key of the called number, or for a number that has none, there is no value', async () => {
    const { world, caller } = await setUp();
    expect(caller.seal([tn('19995550000')], [world.identityOf()])).toEqual([]);
    expect(caller.seal([tn('*67')], [world.identityOf()])).toEqual([]);
  });

  it('more than the larger size holds is not sealed', async () => {
    const { world, caller } = await setUp();
    const many = Array.from({ length: 17 }, () => world.identityOf());
    expect(caller.seal([CALLED], many)).toEqual([]);
  });
});

describe('rich call data', () => {
  it.each<[string, object]>([
    ['of the caller, in a PASSporT of its own', {}],
    ['of a third party', { issuer: 'Example CNAM' }],
  ])('%s: nobody on the way reads it, and it comes out verified', async (_, more) => {
    const { world, caller, callee } = await setUp();
    world.repository.set('/numberHolder.pem', numberHolder.pem);
    const url = `${REPOSITORY}/numberHolder.pem`;
    const token = createPassportSigner(numberHolder.key, url).sign({
      extension: 'rcd',
      originator: { kind: 'tn', number: CALLER },
      destinations: { numbers: [CALLED], uris: [] },
      issuedAt: world.clock.seconds(),
      richCallData: { name: 'Zorin Industries', iconUrl: 'https://zorin.example/logo.png' },
      ...more,
    });
    const rcd = formatIdentity({ token, info: url, algorithm: 'ES256', ppt: 'rcd' });
    const identities = [world.identityOf(), rcd];
    const identityEncrypted = caller.seal([CALLED], identities);
    const seen = Buffer.from(identityEncrypted.join(), 'base64url').toString('latin1');
    for (const part of token.split('.')) expect(identityEncrypted.join()).not.toContain(part.slice(0, 24));
    expect(seen).not.toContain('Zorin');
    const trunk = createTrunk({ name: 'in', tenant: 't', direction: 'incoming', incoming: 'restore' });
    const parts = { verification: world.createVs(), cipher: callee, now: world.clock.seconds() };
    const offer = { trunk, callId: 'one', caller: CALLER, called: CALLED, identityEncrypted };
    const { verdict, identities: restored } = await receiveCall(parts, offer);
    expect(verdict).toMatchObject({ status: 'verified', channel: 'in-band', attestation: 'A' });
    expect(verdict.companions?.[0]?.passport.richCallData?.name).toBe('Zorin Industries');
    expect(restored).toEqual(identities);
  });

  it('alone, of the caller: it says who calls as well', async () => {
    const { world, caller, callee } = await setUp();
    world.repository.set('/numberHolder.pem', numberHolder.pem);
    const url = `${REPOSITORY}/numberHolder.pem`;
    const token = createPassportSigner(numberHolder.key, url).sign({
      extension: 'rcd',
      originator: { kind: 'tn', number: CALLER },
      destinations: { numbers: [CALLED], uris: [] },
      issuedAt: world.clock.seconds(),
      callReason: 'your parcel',
    });
    const identity = formatIdentity({ token, info: url, algorithm: 'ES256', ppt: 'rcd' });
    const verdict = await verify(world, callee.open('t', [CALLED], caller.seal([CALLED], [identity])));
    expect(verdict).toMatchObject({ status: 'verified', passport: { callReason: 'your parcel' } });
  });
});

describe('the chain that travels along', () => {
  const trunk = createTrunk({ name: 'in', tenant: 't', direction: 'incoming' });

  /** A call as it arrives, to a service that can fetch what the world's repository has. */
  async function receive(
    { world, callee }: Pick<Awaited<ReturnType<typeof setUp>>, 'world' | 'callee'>,
    identityEncrypted: readonly string[],
    identities: readonly string[] = [],
  ) {
    const parts = { verification: world.createVs(), cipher: callee, now: world.clock.seconds() };
    const offer = { trunk, callId: 'one', caller: CALLER, called: CALLED, identityEncrypted, identities };
    return (await receiveCall(parts, offer)).verdict;
  }

  it('is used: where nothing lies at x5u the call verifies, and nobody is asked for it', async () => {
    const { world, callee, caller, sealing } = await setUp();
    world.repository.clear();
    const identity = world.identityOf();
    const values = sealing(provider.ders).seal([CALLED], [identity]);
    expect(values.map(({ length }) => length)).toEqual([2731]);
    expect(await receive({ world, callee }, values)).toMatchObject({
      status: 'verified',
      channel: 'in-band',
      attestation: 'A',
    });
    expect(world.fetched).toEqual([]);
    expect(await receive({ world, callee }, caller.seal([CALLED], [identity]))).toMatchObject({
      status: 'unverifiable',
      reason: 'certificate-unavailable',
    });
    expect(world.fetched).toHaveLength(1);
  });

  it.each([
    ['of somebody who may speak for the caller', numberHolder],
    ['of an authority that nobody trusts', stranger],
  ])('that is another’s, %s, verifies nothing, whatever lies at x5u', async (_whose, other) => {
    const { world, callee, sealing } = await setUp();
    const values = sealing(other.ders).seal([CALLED], [world.identityOf()]);
    const verdict = await receive({ world, callee }, values);
    expect(verdict.status).not.toBe('verified');
    expect(verdict.passport).toBe(undefined);
    expect(world.fetched).toEqual([]);
  });

  it('says nothing about a PASSporT in the open, be it the same one: anybody can seal beside it', async () => {
    const { world, callee, sealing } = await setUp();
    const identity = world.identityOf();
    for (const beside of [identity, world.identityOf()]) {
      const hostile = sealing(stranger.ders).seal([CALLED], [beside]);
      expect(await receive({ world, callee }, hostile, [identity])).toMatchObject({ status: 'verified' });
    }
  });

  it('goes along where it fits the smaller size only, and with a PASSporT that can be read', async () => {
    const { world, callee, sealing } = await setUp();
    const chain = (bytes: number) => [new Uint8Array(bytes)];
    const open = (values: readonly string[]) => callee.open('t', [CALLED], values)[0]!;
    const identity = world.identityOf();
    expect(open(sealing(chain(900)).seal([CALLED], [identity])).chain).toHaveLength(1);
    expect(open(sealing(chain(1_900)).seal([CALLED], [identity])).chain).toBe(undefined);
    const long = Array.from({ length: 6 }, () => new Uint8Array(9));
    expect(open(sealing(long).seal([CALLED], [identity]))).toEqual({
      identities: [identity],
      chain: undefined,
    });
    expect(open(sealing(chain(900)).seal([CALLED], ['a.b.c;info=<https://x.example>', identity]))).toEqual({
      identities: [identity],
    });
  });
});
