// In band and out of band beside each other: neither keeps the other from its turn, and junk in one place does not hide
// what is genuine in another.

import { encodeBase64url } from '@oobleck/stir/bytes';
import { formatPem } from '@oobleck/stir/certificate';
import { readPassport } from '@oobleck/stir/verdict';
import { beforeEach, describe, expect, it } from 'vitest';
import { tn } from '../../test/network.ts';
import { startCandidates } from './candidates-fixture.ts';
import {
  CALLED,
  CALLER,
  callOf,
  createWorld,
  provider,
  REPOSITORY,
  type World,
} from './verification-fixture.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});

const HANGS = `${REPOSITORY}/hangs.pem`;

describe('a certificate that never comes', () => {
  it('does not keep a call from being verified out of band', async () => {
    world.leavePassport();
    const startedMs = performance.now();
    const vs = world.createVs({}, { deadlineMs: 400 });
    const verdict = await vs.verify(callOf(), [world.identityOf({ x5u: HANGS })]);
    expect(verdict).toMatchObject({ status: 'verified', channel: 'out-of-band' });
    expect(performance.now() - startedMs).toBeLessThan(350);
  });

  it('does not hold up a good header field beside it', async () => {
    world.repository.set('/provider.pem', formatPem(provider.ders));
    const identities = [world.identityOf({ x5u: HANGS }), world.identityOf()];
    const verdict = await world.createVs().verify(callOf(), identities);
    expect(verdict).toMatchObject({ status: 'verified', channel: 'in-band' });
  });
});

describe('in band that verifies at once', () => {
  it('asks nothing of a CPS', async () => {
    world.repository.set('/provider.pem', formatPem(provider.ders));
    world.leavePassport();
    const verdict = await world.createVs().verify(callOf(), [world.identityOf()]);
    expect([verdict.channel, world.queries.length]).toEqual(['in-band', 0]);
  });
});

it('a crowd of PASSporTs about other calls does not hide the one about this call', async () => {
  const crowd = Array.from({ length: 200 }, (_, i) =>
    world.passportOf({ caller: tn(String(12155560000 + i)) }),
  );
  world.repository.set('/provider.pem', formatPem(provider.ders));
  const parts = world.partsOf();
  const { candidates, verified } = startCandidates(parts);
  const find = () => parts.chains.chainOf(provider.ders);
  for (const token of [...crowd, world.passportOf()]) candidates.consider([readPassport(token)], find);
  const { reasons } = await candidates.settle();
  expect(reasons.filter((reason) => reason === 'caller-mismatch')).toHaveLength(crowd.length);
  expect(verified.map(({ passport }) => passport?.originator)).toEqual([{ kind: 'tn', number: CALLER }]);
});

it('no mailbox is asked twice for one call: two of its numbers may lie in the same', async () => {
  const call = callOf({ formerlyCalled: [tn('12155551299')] });
  await world.createVs({}, { addressesPerCall: 2 }).verify(call, []);
  const first = world.queries.map(({ address }) => encodeBase64url(address));
  expect(first[0]).toBe(encodeBase64url(world.addressFor(CALLED)));
  expect(first).toHaveLength(2);
});
