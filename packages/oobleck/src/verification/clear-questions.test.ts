// PASSporTs from a neighbour that keeps them in clear: judged as anything from out of band.

import { beforeEach, describe, expect, it } from 'vitest';
import { tn } from '../../test/network.ts';
import type { ClearRetrieval, ClearSource } from './index.ts';
import {
  CALLED,
  CALLER,
  callOf,
  createWorld,
  expired,
  provider,
  REPOSITORY,
  stranger,
  type World,
} from './verification-fixture.ts';

let world: World;
let asked: { peer: string; called: string; caller: string }[];
beforeEach(async () => {
  world = await createWorld();
  asked = [];
});

type Answer = () => Promise<readonly string[]>;

/** Neighbours by name; all are asked about every call of tenant `t`, `trunk` only where the trunk names it. */
function neighbours(answers: Readonly<Record<string, Answer>>): ClearRetrieval {
  const sourceOf = (peer: string, answer: Answer): ClearSource => ({
    retrieve: ({ called, caller }) => {
      if (called.kind !== 'tn' || caller.kind !== 'tn') throw new Error('no numbers');
      asked.push({ peer, called: called.number, caller: caller.number });
      return answer();
    },
  });
  return {
    sourcesFor: ({ tenant, peers = [] }) =>
      Object.entries(answers).flatMap(([name, answer]) =>
        tenant === 't' && (name !== 'trunk' || peers.includes(name)) ? [sourceOf(name, answer)] : [],
      ),
  };
}

const repositoryServes = () => world.repository.set('/provider.pem', provider.pem);

describe('a neighbour that is asked', () => {
  it('V-09: gives the PASSporT of a call, and the call is verified as out of band', async () => {
    repositoryServes();
    const passport = world.passportOf();
    const vs = world.createVs({ clear: neighbours({ one: async () => [passport] }) });
    const verdict = await vs.verify(callOf(), []);
    expect(verdict).toMatchObject({ status: 'verified', channel: 'out-of-band', authority: 'provider' });
    expect(asked).toEqual([{ peer: 'one', called: CALLED, caller: CALLER }]);
  });

  it('serves numbers no key is held for here', async () => {
    repositoryServes();
    const called = tn('12155550000');
    const passport = world.passportOf({ dest: [called] });
    const clear = neighbours({ one: async () => [passport] });
    const call = callOf({ called: [called] });
    expect((await world.createVs().verify(call, [])).reason).toBe('not-served');
    expect((await world.createVs({ clear }).verify(call, [])).status).toBe('verified');
  });

  it('is asked about original numbers too, and each PASSporT serves one call', async () => {
    repositoryServes();
    const formerly = tn('12155550001');
    const passport = world.passportOf();
    const vs = world.createVs({ clear: neighbours({ one: async () => [passport] }) });
    expect((await vs.verify(callOf({ formerlyCalled: [formerly] }), [])).status).toBe('verified');
    expect(asked.map(({ called }) => called)).toEqual([CALLED, formerly]);
    expect((await vs.verify(callOf({ callId: 'call 2' }), [])).reason).toBe('ambiguous');
  });

  it('finds the call among many of the same pair, diverted ones among them', async () => {
    repositoryServes();
    const others = Array.from({ length: 40 }, () =>
      world.passportOf({ issuedAt: world.clock.seconds() - 59 }),
    );
    world.clock.advance(2);
    const vs = world.createVs({ clear: neighbours({ one: async () => [...others, world.passportOf()] }) });
    expect((await vs.verify(callOf({ arrivedAt: world.clock.seconds() }), [])).status).toBe('verified');
  });

  it('is asked for the trunks that name it, and for no other tenant', async () => {
    const clear = neighbours({ trunk: async () => [] });
    const vs = world.createVs({ clear });
    await vs.verify(callOf(), []);
    expect(asked).toEqual([]);
    await vs.verify(callOf({ callId: 'call 2' }), [], { clearPeers: ['trunk'] });
    expect(asked).toHaveLength(1);
    await vs.verify(callOf({ callId: 'call 3', tenant: 'another' }), [], { clearPeers: ['trunk'] });
    await vs.verify(callOf({ callId: 'call 4', withheld: true }), [], { clearPeers: ['trunk'] });
    expect(asked).toHaveLength(1);
  });
});

describe('out of band can only improve a verdict: a neighbour that', () => {
  const lies: readonly [string, () => Promise<readonly string[]>, string][] = [
    ['is away', () => Promise.reject(new Error('away')), 'no-passport'],
    ['answers junk', async () => ['junk', ''], 'malformed'],
    ['has another caller', async () => [world.passportOf({ caller: tn('12155550009') })], 'caller-mismatch'],
    ['has an old one', async () => [world.passportOf({ issuedAt: world.clock.seconds() - 61 })], 'stale'],
    [
      'has one of a stranger',
      async () => [world.passportOf({ by: stranger, x5u: `${REPOSITORY}/stranger.pem` })],
      'certificate-untrusted',
    ],
    [
      'has one of an expired certificate',
      async () => [world.passportOf({ by: expired, x5u: `${REPOSITORY}/expired.pem` })],
      'certificate-expired',
    ],
    [
      'names a host of its own',
      async () => [world.passportOf({ x5u: 'https://evil.example/provider.pem' })],
      'certificate-unlisted',
    ],
  ];

  it.each(lies)('%s leaves the call unverifiable', async (_text, answer, reason) => {
    world.repository.set('/stranger.pem', stranger.pem).set('/expired.pem', expired.pem);
    const vs = world.createVs({ clear: neighbours({ one: answer }) });
    expect(await vs.verify(callOf(), [])).toMatchObject({
      status: 'unverifiable',
      reason,
      verstat: 'No-TN-Validation',
    });
    expect(world.fetched.every((url) => url.startsWith(REPOSITORY))).toBe(true);
  });

  it('throws, or is away, keeps no other from its turn', async () => {
    repositoryServes();
    const clear = neighbours({
      thrower: () => {
        throw new Error('at once');
      },
      away: () => Promise.reject(new Error('away')),
      good: async () => [world.passportOf()],
    });
    expect((await world.createVs({ clear }).verify(callOf(), [])).status).toBe('verified');
  });

  it('says nothing takes nothing from what lies sealed', async () => {
    world.leavePassport();
    const never = neighbours({ one: () => new Promise(() => undefined) });
    const verdict = await world.createVs({ clear: never }).verify(callOf(), []);
    expect(verdict.status).toBe('verified');
  });
});
