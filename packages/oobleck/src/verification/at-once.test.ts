// What is in memory is judged in the turn that asks, and what is waited for is judged the same: one set of rules, whatever
// the parts answer with.

import type { Verdict } from '@oobleck/stir/verdict';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { tn } from '../../test/network.ts';
import type { VerificationParts } from './parts.ts';
import { createTurns } from './turns.ts';
import { callOf, createWorld, provider, REPOSITORY, type World } from './verification-fixture.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld({ provider });
});
afterEach(() => {
  vi.restoreAllMocks();
});

const ELSEWHERE = tn('12155550000');

/** With every chain that the calls below need in memory already. */
async function warmParts(): Promise<VerificationParts> {
  const parts = world.partsOf();
  for (const name of ['provider', 'missing'])
    await parts.chains.chainFor(`${REPOSITORY}/${name}.pem`, { channel: 'in-band', signalDeadlineMs: 1_000 });
  return parts;
}

/** The same parts, with an answer later to everything they are asked. */
function slowed({ chains, used, ...parts }: VerificationParts): VerificationParts {
  return {
    ...parts,
    chains: { ...chains, chainFor: async (...question) => chains.chainFor(...question) },
    used: { take: async (...order) => used.take(...order) },
  };
}

const CALLS: [string, () => readonly string[]][] = [
  ['a good header field', () => [world.identityOf()]],
  ['a good one behind junk', () => ['junk', world.identityOf()]],
  [
    'a good one before one about another call',
    () => [world.identityOf(), world.identityOf({ dest: [ELSEWHERE] })],
  ],
  ['two good ones', () => [world.identityOf(), world.identityOf()]],
  ['one about another caller', () => [world.identityOf({ caller: ELSEWHERE })]],
  ['a stale one', () => [world.identityOf({ issuedAt: world.clock.seconds() - 120 })]],
  ['a forged one', () => [world.identityOf().replace(/[^.]+;/, `${'A'.repeat(86)};`)]],
  ['one whose certificate is nowhere', () => [world.identityOf({ x5u: `${REPOSITORY}/missing.pem` })]],
  ['junk alone', () => ['junk']],
];

const asked = (verdict: Verdict | Promise<Verdict>): Verdict => {
  expect(verdict).not.toBeInstanceOf(Promise);
  return verdict as Verdict;
};

describe.each(CALLS)('%s', (_name, identitiesOf) => {
  it('is judged at once, as it is where its parts are waited for', async () => {
    const identities = identitiesOf();
    const how = { isInBandOnly: true };
    const atOnce = asked(world.createVs(await warmParts()).verify(callOf(), identities, how));
    const later = world.createVs(slowed(await warmParts())).verify(callOf(), identities, how);
    expect(await later).toEqual(atOnce);
  });
});

describe('a call whose chain is in memory', () => {
  it('is verified without a timer; asked again, it gets the same value', async () => {
    const vs = world.createVs(await warmParts());
    const timers = vi.spyOn(globalThis, 'setTimeout');
    const identities = [world.identityOf()];
    const verdict = asked(vs.verify(callOf(), identities));
    expect(verdict).toMatchObject({ status: 'verified', channel: 'in-band' });
    expect(vs.verify(callOf(), identities)).toBe(verdict);
    expect(timers).not.toHaveBeenCalled();
  });

  it('that holds another call’s PASSporT is looked for out of band, and stays ambiguous', async () => {
    const vs = world.createVs(await warmParts());
    const identities = [world.identityOf()];
    expect(asked(vs.verify(callOf(), identities)).status).toBe('verified');
    const second = await vs.verify(callOf({ callId: 'call 2' }), identities);
    expect([second.reason, second.rejections?.map(({ reason }) => reason)]).toEqual([
      'ambiguous',
      ['ambiguous'],
    ]);
  });

  it('with a header field that falls short is found out of band', async () => {
    world.leavePassport();
    const verdict = world.createVs(await warmParts()).verify(callOf(), ['junk']);
    expect(await verdict).toMatchObject({ status: 'verified', channel: 'out-of-band' });
  });

  it('where a part breaks in the same turn, is unverifiable and told', async () => {
    const used = {
      take: () => {
        throw new Error('away');
      },
    };
    const verdict = world.createVs({ ...(await warmParts()), used }).verify(callOf(), [world.identityOf()]);
    expect(asked(verdict)).toMatchObject({ status: 'unverifiable', reason: 'internal' });
    expect(world.events.map(({ event }) => event)).toEqual(['internal-error']);
  });
});

describe('turns', () => {
  it('are taken one after the other, at once or later, and none after one that succeeded', async () => {
    const turns = createTurns();
    const order: string[] = [];
    const attempt = (name: string, isTaken: boolean | Promise<boolean>) => () => {
      order.push(name);
      return isTaken;
    };
    expect(turns.take(attempt('first', false))).toBeUndefined();
    const slow = Promise.withResolvers<boolean>();
    const waiting = [turns.take(attempt('slow', slow.promise)), turns.take(attempt('next', true))];
    expect(order).toEqual(['first', 'slow']);
    slow.resolve(false);
    await Promise.all(waiting);
    await turns.take(attempt('last', true));
    expect(order).toEqual(['first', 'slow', 'next']);
  });
});
