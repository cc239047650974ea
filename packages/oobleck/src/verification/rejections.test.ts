// What is told of each PASSporT that came with a call (RFC 9410 Section 4), by way of the real service.

import { parseIdentity } from '@oobleck/stir/identity';
import { beforeEach, describe, expect, it } from 'vitest';
import { NOW } from '../../test/network.ts';
import { divertedPassport, FIRST, identityOfDiversion } from './diverted-call-fixture.ts';
import {
  called,
  callOf,
  createWorld,
  expired,
  provider,
  REPOSITORY,
  type World,
} from './verification-fixture.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld({ provider, called, expired });
});

const tokenOf = (identity: string) => parseIdentity(identity).token;
const tell = async (identities: readonly string[]) => {
  const { reason, rejections = [] } = await world.createVs().verify(callOf(), identities);
  return {
    reason,
    rejections: rejections.map((one) => [one.reason, identities.map(tokenOf).indexOf(one.token!)]),
  };
};
const spoilt = (identity: string): string => {
  const [token] = identity.split(';');
  const wrong = `${token!.slice(0, token!.lastIndexOf('.'))}.${'c2ln'.repeat(21)}cw`;
  return identity.replace(token!, wrong);
};
const diversionOf = (original: string, issuedAt = NOW): string =>
  identityOfDiversion(divertedPassport(tokenOf(original), { issuedAt }));

describe('I-08: one reason for each PASSporT that fell short (RFC 9410 Section 4)', () => {
  it('several, each its own', async () => {
    const stale = world.identityOf({ issuedAt: NOW - 100 });
    const other = world.identityOf({ dest: [FIRST] });
    const old = world.identityOf({ by: expired, x5u: `${REPOSITORY}/expired.pem` });
    expect(await tell([stale, other, spoilt(world.identityOf()), old])).toEqual({
      reason: 'bad-signature',
      rejections: [
        ['stale', 0],
        ['called-mismatch', 1],
        ['bad-signature', 2],
        ['certificate-expired', 3],
      ],
    });
  });

  it('one is bad beside one that holds', async () => {
    expect(await tell([world.identityOf({ issuedAt: NOW - 100 }), world.identityOf()])).toEqual({
      reason: 'verified',
      rejections: [['stale', 0]],
    });
  });

  it('also where the call is proven out of band', async () => {
    world.leavePassport();
    expect(await tell([world.identityOf({ issuedAt: NOW - 100 })])).toEqual({
      reason: 'verified',
      rejections: [['stale', 0]],
    });
  });

  it('a type that is not known is no error beside one that holds (RFC 8224 Section 6.2, step 1)', async () => {
    const unknown = world.identityOf().replace('ppt="shaken"', 'ppt="new"');
    const compact = unknown.replace(/^[^;]*/, `..${'c2ln'.repeat(21)}cw`);
    expect((await tell([compact, world.identityOf()])).rejections).toEqual([]);
    expect((await tell([compact])).rejections).toEqual([['unsupported-ppt', 0]]);
  });

  it('none of a diverted call that holds, though the original alone is for another number', async () => {
    const original = world.identityOf({ dest: [FIRST] });
    expect(await tell([original, diversionOf(original)])).toEqual({ reason: 'verified', rejections: [] });
  });

  it('of a chain the link that is at fault, and no other', async () => {
    const original = world.identityOf({ dest: [FIRST] });
    const diversion = diversionOf(original);
    expect((await tell([original, spoilt(diversion)])).rejections).toEqual([['bad-signature', 1]]);
    expect((await tell([spoilt(original), diversion])).rejections).toEqual([['bad-signature', 0]]);
    expect((await tell([original, diversionOf(original, NOW - 100)])).rejections).toEqual([['stale', 1]]);
    expect((await tell([diversion])).rejections).toEqual([['broken-diversion', 0]]);
    const old = world.identityOf({ dest: [FIRST], issuedAt: NOW - 100 });
    expect((await tell([old, diversionOf(old)])).rejections).toEqual([['stale', 0]]);
  });

  it('what another call has taken', async () => {
    const identity = world.identityOf();
    const vs = world.createVs();
    await vs.verify(callOf({ callId: 'first' }), [identity]);
    const { rejections } = await vs.verify(callOf({ callId: 'second' }), [identity]);
    expect(rejections).toEqual([{ reason: 'ambiguous', token: tokenOf(identity) }]);
  });
});
