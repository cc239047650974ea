// Anybody can seal to a published key, so what stands in Identity-Encrypted keeps nothing genuine from its turn, neither
// in the open nor sealed beside it, and never makes a call a failed one.

import { beforeEach, describe, expect, it } from 'vitest';
import { crypto, tn } from '../../../test/network.ts';
import {
  CALLED,
  CALLER,
  createWorld,
  provider,
  REPOSITORY,
  stranger,
  type World,
} from '../../verification/verification-fixture.ts';
import { receiveCall } from './receive-call.ts';
import { createSealedIdentity } from './sealed-identity.ts';
import { createTrunk } from './trunk.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld({ provider });
});

const trunk = createTrunk({ name: 'in', tenant: 't', direction: 'incoming' });
const ELSEWHERE = tn('12155550000');

const forged = (): string => world.identityOf().replace(/[^.]+;/, `${'A'.repeat(86)};`);
const foreign = (): string[] => Array.from({ length: 8 }, () => world.identityOf({ caller: ELSEWHERE }));

/** One value of Identity-Encrypted, as anybody makes it who has the published key. */
function seal(identities: readonly string[], chain?: readonly Uint8Array[]): string {
  const parts = { crypto, keys: { keysFor: world.publishedFor }, chains: { chainAtHand: () => chain } };
  const values = createSealedIdentity(parts).seal([CALLED], identities);
  expect(values).toHaveLength(1);
  return values[0]!;
}

async function receive(identityEncrypted: readonly string[], identities: readonly string[] = []) {
  const cipher = createSealedIdentity({ crypto, ownKeys: world.holder });
  const parts = { verification: world.createVs(), cipher, now: world.clock.seconds() };
  const offer = { trunk, callId: 'one', caller: CALLER, called: CALLED, identityEncrypted, identities };
  return (await receiveCall(parts, offer)).verdict;
}

describe('a good Identity in the open', () => {
  it.each([
    ['eight PASSporTs about other calls', () => [seal(foreign())]],
    ['forged ones', () => [seal(Array.from({ length: 8 }, forged), stranger.ders)]],
    ['four envelopes of them', () => [1, 2, 3, 4].map(() => seal(foreign()))],
  ])('is found beside %s that came sealed', async (_what, hostile) => {
    expect(await receive(hostile(), [world.identityOf()])).toMatchObject({ status: 'verified' });
  });

  it('is found in the eighth place, whatever came sealed', async () => {
    const identities = [...foreign().slice(1), world.identityOf()];
    expect(await receive([seal(foreign())], identities)).toMatchObject({ status: 'verified' });
  });
});

describe('a good envelope', () => {
  beforeEach(() => {
    world.repository.clear();
  });

  it.each([1, 3, 4, 22])('is found behind hostile ones, %i of them, by its own chain', async (count) => {
    const hostile = Array.from({ length: count }, () => seal(foreign(), stranger.ders));
    const genuine = seal([world.identityOf()], provider.ders);
    expect(await receive([...hostile, genuine])).toMatchObject({ status: 'verified', channel: 'in-band' });
    expect(world.fetched).toEqual([]);
  });

  it.each([3, 4, 22])(
    'is found behind %i that name addresses to be fetched, by one of its own',
    async (count) => {
      world.repository.set('/provider.pem', provider.pem);
      const at = (path: string) => `${REPOSITORY}/${path}.pem`;
      const hostile = Array.from({ length: count }, (_, one) =>
        seal(Array.from({ length: 8 }, (__, other) => world.identityOf({ x5u: at(`${one}-${other}`) }))),
      );
      expect(await receive([...hostile, seal([world.identityOf()])])).toMatchObject({ status: 'verified' });
      const first = Math.min(count, 4);
      expect(world.fetched.length).toBeLessThanOrEqual(first * 8 + (count - first) + 1);
      expect(world.fetched.length).toBeGreaterThan(first);
    },
  );

  it('is found behind a copy of it beside another chain', async () => {
    const identity = world.identityOf();
    const verdict = await receive([seal([identity], stranger.ders), seal([identity], provider.ders)]);
    expect(verdict).toMatchObject({ status: 'verified' });
  });

  it('verifies beside an Identity that fails', async () => {
    world.repository.set('/provider.pem', provider.pem);
    expect(await receive([seal([world.identityOf()])], [forged()])).toMatchObject({ status: 'verified' });
  });
});

describe('an envelope that does not verify', () => {
  it('leaves the call unverifiable, and says why (RFC 8816 Section 7.2)', async () => {
    expect(await receive([seal([forged()])])).toMatchObject({
      status: 'unverifiable',
      verstat: 'No-TN-Validation',
      reason: 'bad-signature',
      channel: 'in-band',
    });
  });

  it('beside an Identity that could not be checked changes nothing', async () => {
    const unchecked = world.identityOf({ x5u: `${REPOSITORY}/missing.pem` });
    expect(await receive([seal([forged()])], [unchecked])).toMatchObject({
      status: 'unverifiable',
      reason: 'certificate-unavailable',
    });
  });

  it('beside an Identity that fails: the call fails for what stands in the open', async () => {
    const stale = world.identityOf({ issuedAt: world.clock.seconds() - 120 });
    for (const sealed of [[], [seal([forged()])]])
      expect(await receive(sealed, [stale])).toMatchObject({ status: 'failed', reason: 'stale' });
  });
});
