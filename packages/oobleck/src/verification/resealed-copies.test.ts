// Whoever saw a PASSporT can seal it again, beside whatever chain, to the published key: nothing of that keeps the genuine
// deposit from its turn, and one call still takes one PASSporT.

import { readPassport } from '@oobleck/stir/verdict';
import { beforeEach, describe, expect, it } from 'vitest';
import { anchorOf, type Carrier, createCarrier, crypto, NOW } from '../../test/network.ts';
import type { ChainResult } from '../trust/index.ts';
import { startCandidates } from './candidates-fixture.ts';
import {
  callOf,
  createWorld,
  home,
  numberHolder,
  provider,
  stranger,
  type World,
} from './verification-fixture.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});

function start() {
  const parts = world.partsOf();
  const { candidates, verified } = startCandidates(parts);
  const bring = (token: string, chain: readonly Uint8Array[] | Promise<ChainResult>): void =>
    candidates.consider([readPassport(token)], () =>
      chain instanceof Promise ? chain : parts.chains.chainOf(chain),
    );
  return { candidates, bring, verified };
}

/** Chains that lead nowhere, all of them different. */
const untrusted = (count: number): (readonly Uint8Array[])[] =>
  Array.from({ length: count }, (_, at) => [stranger.ders[0]!, ...Array(1 + at).fill(stranger.ders.at(-1)!)]);

const others: Carrier[] = await Promise.all(Array.from({ length: 9 }, () => createCarrier(home, ['0-1234'])));

describe('a copy beside another chain, sealed before the genuine deposit', () => {
  it.each([
    ['of an authority that nobody trusts', stranger.ders],
    ['of another provider', others[0]!.ders],
    ['of somebody who may speak for the caller', numberHolder.ders],
    ['that is noise', [crypto.randomBytes(300)]],
  ])('%s, does not suppress it', async (_whose, chain) => {
    const token = world.passportOf();
    world.leaveEnvelope({ passports: [token], chain });
    world.leaveEnvelope({ passports: [token], chain: provider.ders });
    expect(await world.createVs().verify(callOf(), [])).toMatchObject({ status: 'verified' });
  });

  it('whose certificate is to be fetched, and is nowhere, does not suppress it', async () => {
    const token = world.passportOf();
    world.leaveEnvelope({ passports: [token] });
    world.leaveEnvelope({ passports: [token], chain: provider.ders });
    expect(await world.createVs().verify(callOf(), [])).toMatchObject({ status: 'verified' });
  });

  it('alone, verifies nothing', async () => {
    world.leaveEnvelope({ passports: [world.passportOf()], chain: others[0]!.ders });
    expect(await world.createVs().verify(callOf(), [])).toMatchObject({
      status: 'unverifiable',
      reason: 'bad-signature',
    });
  });
});

describe('a crowd of copies', () => {
  it('beside chains that nobody trusts takes no place, however many', async () => {
    const { candidates, bring, verified } = start();
    const token = world.passportOf();
    for (const chain of untrusted(200)) bring(token, chain);
    expect(verified).toEqual([]);
    bring(token, provider.ders);
    expect(verified).toHaveLength(1);
    await candidates.settle();
  });

  it('beside trusted chains of others: the genuine one comes last, and has its turn', async () => {
    const { candidates, bring, verified } = start();
    const token = world.passportOf();
    for (const { ders } of others) bring(token, ders);
    bring(token, provider.ders);
    const { reasons } = await candidates.settle();
    expect(verified).toHaveLength(1);
    expect(reasons).toEqual(Array(9).fill('bad-signature'));
  });

  it('does not hold up another PASSporT: beyond its share it waits', () => {
    const { bring, verified } = start();
    const token = world.passportOf();
    for (const { ders } of others) bring(token, ders);
    bring(token, provider.ders);
    expect(verified).toEqual([]);
    bring(world.passportOf(), provider.ders);
    expect(verified).toHaveLength(1);
  });
});

it('the same copy with the same chain is judged once, at hand or fetched', async () => {
  const { candidates, bring } = start();
  const token = world.passportOf();
  const fetched = Promise.resolve<ChainResult>({ unavailable: 'fetch-failed' });
  for (let i = 0; i < 5; i++) {
    bring(token, others[0]!.ders);
    bring(token, fetched);
  }
  const { reasons } = await candidates.settle();
  expect([...reasons].sort()).toEqual(['bad-signature', 'certificate-unavailable']);
});

it('good copies of one PASSporT beside several good chains serve one call, and no second one', async () => {
  const token = world.passportOf();
  const parts = world.partsOf();
  const chains = [provider.ders, [...provider.ders, anchorOf(home).der]];
  for (const chain of chains) {
    const found = parts.chains.chainOf(chain);
    expect('chain' in found && parts.chains.validated(found.chain, NOW).valid).toBe(true);
    world.leaveEnvelope({ passports: [token], chain });
  }
  const vs = world.createVs();
  expect((await vs.verify(callOf({ callId: 'a' }), [])).reason).toBe('verified');
  expect((await vs.verify(callOf({ callId: 'b' }), [])).reason).toBe('ambiguous');
});
