// PASSporTs shown to neighbours in clear: only where a rule says so, and never of a number that is pinned.

import type { AcceptedCredential } from '@oobleck/stir/credential';
import { createPassportSigner, parsePassport } from '@oobleck/stir/passport';
import { beforeEach, describe, expect, it } from 'vitest';
import { createCalledParty, mirrorOf, registerKeys } from '../../test/called-party.ts';
import {
  createCarrier,
  createClock,
  createTestCps,
  crypto,
  mintTokens,
  NOW,
  tn,
} from '../../test/network.ts';
import {
  type ClearQuestion,
  type ClearRoute,
  createAuthenticationService,
  type SigningOrder,
} from './index.ts';

const CALLER = tn('12155551212');
const CALLED = tn('12155551213');
const owner = await createCalledParty('2-12155551213');
const carrier = await createCarrier(owner.authority, ['0-1234']);

interface Publication {
  readonly peer: string;
  readonly called: string;
  readonly caller: string;
  readonly passports: readonly string[];
}

let published: Publication[];
let asked: ClearQuestion[];
let answers: Record<string, 'stored' | 'refused' | 'unavailable' | Promise<'stored'>>;
let scheduled: (() => void)[];
/** Deposits sent. */
let sealed: number;

beforeEach(() => {
  published = [];
  asked = [];
  answers = {};
  scheduled = [];
  sealed = 0;
});

const routeTo = (names: readonly string[], isInstead = false): ClearRoute => ({
  isInstead,
  peers: names.map((peer) => ({
    publish: async ({ called, caller }, passports) => {
      if (called.kind !== 'tn' || caller.kind !== 'tn') throw new Error('no numbers');
      published.push({ peer, called: called.number, caller: caller.number, passports });
      return (await answers[peer]) ?? 'stored';
    },
  })),
});

/** The key of the called number, as its owner published it. */
async function keysOfOwner(only: boolean): Promise<readonly AcceptedCredential[]> {
  const clock = createClock();
  const { directory } = createTestCps({ clock, anchors: owner.anchors });
  await registerKeys(owner.carrier, clock, directory, { only });
  return (await mirrorOf(directory, clock, owner.anchors)).keysFor(CALLED);
}

function createAs(
  route: ClearRoute | undefined | ((question: ClearQuestion) => ClearRoute | undefined),
  keys: readonly AcceptedCredential[] = [],
) {
  const clock = createClock();
  return createAuthenticationService(
    {
      crypto,
      now: clock.ms,
      tenants: {
        tenant: (name) => ({
          name,
          signer: createPassportSigner(carrier.key, 'https://cr.example/a.pem'),
          certificate: carrier.certificate,
          chain: carrier.ders,
          highestAttestation: 'A',
          allowedNumbers: 'any',
        }),
      },
      keys: { keysFor: () => keys },
      purse: { take: (authorityOfCps, count) => mintTokens(authorityOfCps, count) },
      sender: {
        send: async () => {
          sealed++;
          return (await answers.cps) ?? 'stored';
        },
        retract: async () => undefined,
      },
      clear: {
        routeFor: (question) => {
          asked.push(question);
          return typeof route === 'function' ? route(question) : route;
        },
      },
      schedule: (action) => scheduled.push(action),
    },
    { deadlineMs: 100 },
  );
}

const call = (more = {}) => ({
  tenant: 't',
  callId: 'call 1',
  originator: CALLER,
  destinations: [CALLED],
  placedAt: NOW,
  shaken: { attestation: 'A' as const, originationId: '123e4567-e89b-12d3-a456-426655440000' },
  ...more,
});

async function place(service: ReturnType<typeof createAs>, order?: SigningOrder) {
  const outcome = await service.authenticate(call(), order);
  if (!outcome.signed) throw new Error(outcome.reason);
  return outcome;
}

describe('a call with a route in clear', () => {
  it('is published at each peer, under the number called and who calls; its own PASSporT, full form', async () => {
    const outcome = await place(createAs(routeTo(['one', 'two'])));
    expect(outcome.outOfBand).toBe('stored');
    expect(published.map(({ peer }) => peer)).toEqual(['one', 'two']);
    expect(published[0]).toMatchObject({ called: CALLED, caller: CALLER, passports: [outcome.passport] });
    expect(parsePassport(published[0]!.passports[0]!).destinations.numbers).toEqual([CALLED]);
  });

  it('without one nothing is shown to anybody', async () => {
    expect((await place(createAs(undefined))).outOfBand).toBe('no-key');
    expect((await place(createAs(routeTo([])))).outOfBand).toBe('no-key');
    expect(published).toEqual([]);
  });

  it('rules see the tenant, the number and the peers of the trunk', async () => {
    await place(createAs(undefined), { clearPeers: ['one'] });
    expect(asked).toEqual([{ tenant: 't', called: CALLED, peers: ['one'] }]);
  });

  it('that leaves nothing leaves nothing in clear either', async () => {
    expect((await place(createAs(routeTo(['one'])), { deposits: false })).outOfBand).toBe('none');
    expect(published).toEqual([]);
  });

  it.each(['refused', 'unavailable'] as const)(
    'a peer that answers %s: failed, and the call is signed',
    async (answer) => {
      answers = { one: answer };
      expect((await place(createAs(routeTo(['one'])))).outOfBand).toBe('failed');
    },
  );

  it('one of several that has it is enough; one that is silent keeps no call beyond the deadline', async () => {
    answers = { one: 'refused' };
    expect((await place(createAs(routeTo(['one', 'two'])))).outOfBand).toBe('stored');
    answers = { one: new Promise(() => undefined) };
    const waiting = place(createAs(routeTo(['one'])));
    for (const action of scheduled) action();
    expect((await waiting).outOfBand).toBe('deadline');
  });

  it('the same call again is published once', async () => {
    const service = createAs(routeTo(['one']));
    await place(service);
    await place(service);
    expect(published).toHaveLength(1);
  });
});

describe('a number that its owner pinned to the sealed profile (`only`)', () => {
  it.each([true, false])(
    'is never sent in clear, whatever the rules say (instead: %s)',
    async (isInstead) => {
      const keys = await keysOfOwner(true);
      expect((await place(createAs(routeTo(['one'], isInstead), keys))).outOfBand).toBe('stored');
      expect([published.length, sealed]).toEqual([0, 1]);
    },
  );

  it('one that is not pinned goes both ways, or in clear alone where the rules say so', async () => {
    const keys = await keysOfOwner(false);
    expect((await place(createAs(routeTo(['one']), keys))).outOfBand).toBe('stored');
    expect([published.length, sealed]).toEqual([1, 1]);
    expect((await place(createAs(routeTo(['one'], true), keys))).outOfBand).toBe('stored');
    expect([published.length, sealed]).toEqual([2, 1]);
  });

  it('what could not be left sealed is not sent in clear for it', async () => {
    answers = { cps: 'unavailable' };
    expect((await place(createAs(undefined, await keysOfOwner(false)))).outOfBand).toBe('failed');
    expect(published).toEqual([]);
  });
});
