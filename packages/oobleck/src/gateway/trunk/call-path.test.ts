import type { ArrivedCall, PlacedCall } from '@oobleck/stir/call';
import { notVerified, type Verdict } from '@oobleck/stir/verdict';
import { beforeEach, describe, expect, it } from 'vitest';
import { NOW } from '../../../test/network.ts';
import type { AuthenticationOutcome, SigningOrder } from '../../authentication/index.ts';
import {
  type CallPathEvent,
  createCallPath,
  createTrunk,
  type OfferedCall,
  type TrunkOptions,
} from './index.ts';

// The services are ports here: what they answer, and when, is set by each test, in time that the test moves.
interface World {
  nowMs: number;
  readonly timers: Map<number, { readonly atMs: number; readonly action: () => void }>;
  readonly signed: { call: PlacedCall; order: SigningOrder | undefined }[];
  readonly asked: { call: ArrivedCall; identities: readonly string[]; addresses: number | undefined }[];
  readonly events: CallPathEvent[];
  answer: () => AuthenticationOutcome | Promise<AuthenticationOutcome>;
  verdict: () => Promise<Verdict>;
}

let world: World;
beforeEach(() => {
  world = {
    nowMs: NOW * 1000,
    timers: new Map(),
    signed: [],
    asked: [],
    events: [],
    answer: async () => ({ signed: true, passport: 'p', identity: 'the Identity', outOfBand: 'stored' }),
    verdict: async () => notVerified('no-passport', 'out-of-band'),
  };
});

/** Moves time and runs what is due, in order; what waits on promises gets its turn in between. */
async function advance(ms: number): Promise<void> {
  const untilMs = world.nowMs + ms;
  for (;;) {
    await new Promise(setImmediate);
    const due = [...world.timers].sort((a, b) => a[1].atMs - b[1].atMs)[0];
    if (due === undefined || due[1].atMs > untilMs) break;
    world.timers.delete(due[0]);
    world.nowMs = due[1].atMs;
    due[1].action();
  }
  world.nowMs = untilMs;
}

function createPath() {
  let timer = 0;
  return createCallPath({
    now: () => world.nowMs,
    elapsed: () => world.nowMs,
    schedule(action, delayMs) {
      const id = timer++;
      world.timers.set(id, { atMs: world.nowMs + delayMs, action });
      return () => world.timers.delete(id);
    },
    onEvent: (event) => world.events.push(event),
    authentication: {
      authenticate(call, order) {
        world.signed.push({ call, order });
        return world.answer();
      },
      carry: async () => ({ carried: true, outOfBand: 'stored', passports: 1 }),
      divert: async () => ({ diverted: true, outOfBand: 'stored', identities: ['a div'] }),
      retract: () => undefined,
      close: async () => undefined,
    },
    verification: {
      verify(call, identities, how) {
        world.asked.push({ call, identities, addresses: how?.addresses });
        return world.verdict();
      },
    },
  });
}

const trunkOf = (options: Partial<TrunkOptions> = {}) =>
  createTrunk({
    name: 'east',
    tenant: 'alpha',
    attestation: 'A',
    numbers: { dialPlan: { countryCode: '1', nationalDigits: 10 } },
    ...options,
  });
const trunk = trunkOf();
const offerOf = (change: Partial<OfferedCall> = {}): OfferedCall => ({
  trunk,
  callId: 'call-1',
  caller: '2155551212',
  called: '+12155551213',
  ...change,
});
const never = () => new Promise<never>(() => undefined);

describe('placing', () => {
  it('signs as the trunk says, numbers canonical', async () => {
    const answer = await createPath().place(offerOf());
    expect(answer).toMatchObject({
      action: 'continue',
      identities: ['the Identity'],
      removeIdentities: false,
      outOfBand: 'stored',
      reason: 'signed',
    });
    expect(world.signed[0]!.call).toMatchObject({
      tenant: 'alpha',
      originator: '12155551212',
      destinations: ['12155551213'],
      placedAt: NOW,
      shaken: { attestation: 'A', originationId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    });
  });

  it('a repeated call: one signature, the same answer', async () => {
    const path = createPath();
    const answers = await Promise.all([path.place(offerOf()), path.place(offerOf()), path.place(offerOf())]);
    expect(world.signed).toHaveLength(1);
    expect(new Set(answers.map(({ traceId }) => traceId)).size).toBe(1);
    await path.place(offerOf({ called: '12155551299' }));
    expect(world.signed).toHaveLength(2);
  });

  it.each<[string, Partial<OfferedCall>]>([
    ['off', { trunk: trunkOf({ isOn: false }) }],
    ['direction', { trunk: trunkOf({ direction: 'incoming' }) }],
    ['exempt', { called: '911' }],
    ['exempt', { called: 'urn:service:sos.fire' }],
    ['exempt', { called: '<sip:+112@example.net;user=phone>' }],
    ['exempt', { called: '933', trunk: trunkOf({ exemptNumbers: ['933'] }) }],
    ['exempt', { alsoCalled: ['911'] }],
    ['exempt', { addressedTo: 'urn:service:sos' }],
    ['exempt', { addressedTo: '911' }],
    ['exempt', { caller: '911' }],
    ['exempt', { assertedIdentities: ['<sip:911@psap.example.net>'] }],
    ['exempt', { isEmergencyMarked: true }],
    ['exempt', { called: '911', trunk: trunkOf({ areEmergencyMarksTrusted: false }) }],
    ['malformed-call', { caller: 'alice' }],
    ['malformed-call', { called: 'bob' }],
    ['malformed-call', { callId: 'x'.repeat(300) }],
    ['already-signed', { identities: ['an Identity'] }],
  ])('%s: on as it came, and nobody is asked', async (reason, change) => {
    const answer = await createPath().place(offerOf(change));
    expect(answer).toMatchObject({ action: 'unchanged', reason, identities: [] });
    expect(world.signed).toEqual([]);
  });

  it('a service that fails: on as it came', async () => {
    world.answer = () => Promise.reject(new Error('boom'));
    expect(await createPath().place(offerOf())).toMatchObject({ action: 'unchanged', reason: 'internal' });
    expect(world.events[0]).toMatchObject({ event: 'call-path-failed' });
  });

  it('what is decided at once sets no timer, whether it is an answer or a fault', async () => {
    world.answer = () => ({ signed: true, passport: 'p', identity: 'the Identity', outOfBand: 'no-key' });
    const path = createPath();
    expect(await path.place(offerOf())).toMatchObject({ reason: 'signed', outOfBand: 'no-key' });
    world.answer = () => {
      throw new Error('boom');
    };
    const failed = await path.place(offerOf({ called: '12155551299' }));
    expect(failed).toMatchObject({ action: 'unchanged', reason: 'internal' });
    expect(world.timers.size).toBe(0);
    expect(world.events.map(({ event }) => event)).toEqual([
      'call-placed',
      'call-path-failed',
      'call-placed',
    ]);
  });
});

describe('receiving', () => {
  const FINGERPRINT = [{ algorithm: 'sha-256', digest: 'AB'.repeat(32) }];
  it.each<[string, Partial<OfferedCall>]>([
    ['other fingerprints', { mediaKeys: FINGERPRINT }],
    ['another Identity', { identities: ['j'] }],
    ['no Identity', { identities: [] }],
    ['another envelope', { identityEncrypted: ['e'] }],
    ['another name shown', { displayName: 'Bank' }],
    ['another original called number', { formerlyCalled: ['2155551299'] }],
  ])('the same INVITE again has the same answer; one with %s is looked at anew', async (_, change) => {
    const path = createPath();
    const first = await path.receive(offerOf({ identities: ['i'] }));
    expect(await path.receive(offerOf({ identities: ['i'], sentAt: NOW + 1 }))).toBe(first);
    expect(world.asked).toHaveLength(1);
    expect(await path.receive(offerOf({ identities: ['i'], ...change }))).not.toBe(first);
    expect(world.asked).toHaveLength(2);
  });

  it('hands on what the call brought', async () => {
    const answer = await createPath().receive(
      offerOf({
        caller: '"A" <sip:anonymous@anonymous.invalid>',
        assertedIdentities: ['<sip:+12155551212@a.example;user=phone>'],
        identities: ['i'],
        formerlyCalled: ['2155551299', 'nonsense'],
        trunk: trunkOf({ addressesPerCall: 4 }),
      }),
    );
    expect(answer).toMatchObject({ action: 'continue', reason: 'no-passport', identities: [] });
    expect(world.asked).toEqual([
      {
        call: expect.objectContaining({
          caller: '12155551212',
          called: ['12155551213'],
          formerlyCalled: ['12155551299'],
        }),
        identities: ['i'],
        addresses: 4,
      },
    ]);
  });

  it.each([
    '"<sip:+12155551299@h>" <sip:+12155551212@h>;tag=a',
    '"a \\" <tel:+12155551299> \\" b" <sip:+12155551212@h>',
  ])('whoever calls is in the address, not in the name beside it: %s', async (caller) => {
    await createPath().receive(offerOf({ caller }));
    expect(world.asked[0]!.call.caller).toBe('12155551212');
    await createPath().place(offerOf({ caller }));
    expect(world.signed[0]!.call.originator).toBe('12155551212');
  });

  it.each(['<sip:room112@hotel.example>', 'sip:alice911@h', '"a" <sip:x9-1-1@h>'])(
    'nor do digits in a name that is no number: %s',
    async (caller) => {
      world.verdict = async () => notVerified('bad-signature', 'in-band');
      const blocking = trunkOf({ block: ['bad-signature'] });
      const answer = await createPath().receive(
        offerOf({ caller, assertedIdentities: ['<sip:+12155551212@h>'], trunk: blocking }),
      );
      expect(answer).toMatchObject({ action: 'block' });
    },
  );

  it.each(['"<sip:911@h>" <sip:+12155551212@h>', '"x <tel:112>" <sip:+12155551212@h>'])(
    'no name makes a call one of an emergency service: %s',
    async (caller) => {
      world.verdict = async () => notVerified('bad-signature', 'in-band');
      const blocking = trunkOf({ block: ['bad-signature'] });
      expect(await createPath().receive(offerOf({ caller, trunk: blocking }))).toMatchObject({
        action: 'block',
      });
    },
  );

  it('blocks for the reasons of the trunk only, and no callback of an emergency service', async () => {
    const path = createPath();
    expect((await path.receive(offerOf())).action).toBe('continue');
    const strict = trunkOf({ block: ['no-passport'] });
    expect((await path.receive(offerOf({ trunk: strict, callId: '2' }))).action).toBe('block');
    const watching = trunkOf({ block: ['no-passport'], mode: 'monitor' });
    expect((await path.receive(offerOf({ trunk: watching, callId: '3' }))).action).toBe('unchanged');
    expect((await path.receive(offerOf({ trunk: strict, callId: '4', caller: '911' }))).reason).toBe(
      'exempt',
    );
  });

  const saidToBe: [string, Partial<OfferedCall>][] = [
    ['a mark', { isEmergencyMarked: true }],
    ['To', { addressedTo: '911' }],
    ['From', { caller: '911' }],
    ['P-Asserted-Identity', { assertedIdentities: ['911'] }],
  ];
  it.each(saidToBe)(
    '%s that says emergency service: believed where the trunk does, and never verified',
    async (_what, change) => {
      const path = createPath();
      world.verdict = async () => notVerified('bad-signature', 'in-band');
      const block = ['bad-signature'] as const;
      const believed = await path.receive(offerOf({ ...change, trunk: trunkOf({ block }) }));
      expect(believed).toMatchObject({
        action: 'unchanged',
        reason: 'exempt',
        verdict: { status: 'unverifiable' },
      });
      expect(world.asked).toEqual([]);
      const doubted = trunkOf({ name: 'doubted', block, areEmergencyMarksTrusted: false });
      expect((await path.receive(offerOf({ ...change, trunk: doubted }))).action).toBe('block');
      await path.place(offerOf({ caller: '2155551212', ...change, trunk: doubted, callId: '2' }));
      expect(world.asked).toHaveLength(1);
    },
  );

  it('a call refused before is not refused once it says that it is one of an emergency service', async () => {
    const path = createPath();
    const trunk = trunkOf({ block: ['no-passport'] });
    expect((await path.receive(offerOf({ trunk }))).action).toBe('block');
    for (const change of [{ isEmergencyMarked: true }, { addressedTo: 'urn:service:sos' }])
      expect((await path.receive(offerOf({ trunk, ...change }))).reason).toBe('exempt');
    expect((await path.receive(offerOf({ trunk }))).action).toBe('block');
  });

  /** An Identity whose signature nobody looks at here. @param more claims behind `orig` */
  const priorityIdentity = (more: object): string => {
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
    const header = { alg: 'ES256', ppt: 'rph', typ: 'passport', x5u: 'https://cr.example.net/a.pem' };
    const claims = { dest: { tn: ['12155550100'] }, iat: NOW - 600, orig: { tn: '12155551212' }, ...more };
    const signature = Buffer.alloc(64, 1).toString('base64url');
    return `${encode(header)}.${encode(claims)}.${signature};info=<https://cr.example.net/a.pem>;alg=ES256;ppt=rph`;
  };
  const strict = () => trunkOf({ block: ['stale', 'no-passport'] });

  it('refuses no call that says it comes back from an emergency service, proven or not (RFC 9027 Section 4)', async () => {
    world.verdict = async () => notVerified('stale', 'in-band');
    const receive = (...identities: string[]) =>
      createPath().receive(offerOf({ trunk: strict(), identities }));
    const callback = priorityIdentity({ rph: { auth: ['esnet.0'] }, sph: 'psap-callback' });
    expect((await receive(callback)).action).toBe('continue');
    expect((await receive('nonsense', callback)).action).toBe('continue');
    for (const claims of [
      { rph: { auth: ['esnet.0'] } },
      { rph: { auth: ['ets.0'] }, sph: 'psap-callback' },
      { rph: { auth: ['esnet.0'] }, sph: 'emergency' },
    ])
      expect((await receive(priorityIdentity(claims))).action).toBe('block');
  });

  it('where the trunk believes no marks, a callback has to be proven', async () => {
    const identities = [priorityIdentity({ rph: { auth: ['esnet.0'] }, sph: 'psap-callback' })];
    const trunk = trunkOf({ block: ['stale', 'no-passport'], areEmergencyMarksTrusted: false });
    world.verdict = async () => notVerified('stale', 'in-band');
    expect((await createPath().receive(offerOf({ trunk, identities }))).action).toBe('block');
    world.verdict = async () =>
      ({ ...notVerified('stale'), status: 'verified', reason: 'verified' }) as Verdict;
    expect((await createPath().receive(offerOf({ trunk, identities }))).action).toBe('continue');
  });
});

describe('time', () => {
  it('at the deadline the call goes on, and stays with that answer', async () => {
    const path = createPath();
    world.verdict = never;
    const answer = path.receive(offerOf());
    await advance(380);
    expect(await answer).toMatchObject({
      action: 'unchanged',
      reason: 'deadline',
      verdict: { status: 'unverifiable', reason: 'deadline' },
    });
    world.verdict = async () => notVerified('no-passport');
    expect((await path.receive(offerOf())).reason).toBe('deadline');
  });

  it('after five time-outs no call waits; a probe behind a call brings it back', async () => {
    const path = createPath();
    world.verdict = never;
    for (let at = 0; at < 5; at++) {
      const answer = path.receive(offerOf({ callId: `late-${at}` }));
      await advance(380);
      expect((await answer).reason).toBe('deadline');
    }
    const suspended = { event: 'trunk-suspended', trunk: 'east', direction: 'incoming' };
    expect(world.events.filter(({ event }) => event === 'trunk-suspended')).toEqual([suspended]);
    const { trunk } = offerOf();
    expect(path.isSuspended(trunk, 'incoming')).toBe(true);
    expect(path.isSuspended(trunk, 'outgoing')).toBe(false);
    const ask = async (callId: string) => (await path.receive(offerOf({ callId }))).reason;
    expect(await ask('a')).toBe('suspended');
    await advance(2_000);
    expect(await ask('b')).toBe('suspended');
    expect(world.asked).toHaveLength(6);
    world.verdict = async () => notVerified('no-passport');
    await advance(2_000);
    expect(await ask('c')).toBe('suspended');
    await advance(0);
    expect(await ask('d')).toBe('no-passport');
    expect(path.isSuspended(trunk, 'incoming')).toBe(false);
    const outgoing = await path.place(offerOf());
    expect(outgoing.reason).toBe('signed');
  });

  it('whatever the moment decisions come again, no call was late, and calls are decided within a probe of it', async () => {
    for (let phaseMs = 0; phaseMs < 2_400; phaseMs += 100) {
      const path = createPath();
      const took: number[] = [];
      let decidedMs: number | undefined;
      let call = 0;
      const place = (): void => {
        const placedMs = world.nowMs;
        void Promise.resolve(path.receive(offerOf({ callId: `phase-${phaseMs}-${call++}` }))).then(
          ({ reason }) => {
            took.push(world.nowMs - placedMs);
            if (reason === 'no-passport') decidedMs ??= world.nowMs;
          },
        );
      };
      const callFor = async (ms: number): Promise<void> => {
        for (let at = 0; at < ms; at += 100) {
          place();
          await advance(100);
        }
      };
      world.verdict = never;
      await callFor(4_000 + phaseMs);
      world.verdict = async () => notVerified('no-passport');
      const backMs = world.nowMs;
      await callFor(3_000);
      expect(Math.max(...took), `after ${phaseMs} ms`).toBe(380);
      // Five calls in a row, placed 100 ms apart, and those that were under way meanwhile.
      expect(took.filter((ms) => ms > 0).length).toBeLessThanOrEqual(9);
      expect(decidedMs! - backMs, `after ${phaseMs} ms`).toBeLessThanOrEqual(2_100);
    }
  });

  it('a monitored call is not kept waiting; what was decided is recorded', async () => {
    const path = createPath();
    const monitored = trunkOf({ mode: 'monitor' });
    const answer = await path.place(offerOf({ trunk: monitored }));
    expect(answer).toMatchObject({ action: 'unchanged', reason: 'monitor', identities: [] });
    expect(world.signed[0]!.order).toMatchObject({ deposits: false });
    await advance(0);
    expect(world.events).toEqual([
      {
        event: 'call-placed',
        trunk: 'east',
        mode: 'monitor',
        reason: 'signed',
        action: 'continue',
        elapsedMs: 0,
      },
    ]);
    const [trace] = path.traces.find('alpha', 'call-1');
    expect(trace!.steps.map(({ step, reason }) => `${step} ${reason}`)).toEqual([
      'offered ok',
      'asked monitor',
      'decided signed',
      'decided out-of-band-stored',
      'answered unchanged',
    ]);
  });
});

describe('traces', () => {
  it('are found by call id or trace id, by the tenant alone, and say no number', async () => {
    const path = createPath();
    world.verdict = async () => {
      world.nowMs += 12;
      return notVerified('stale', 'in-band');
    };
    const { traceId } = await path.receive(offerOf());
    const [trace] = path.traces.find('alpha', 'call-1');
    expect(path.traces.find('alpha', traceId)).toEqual([trace]);
    expect(path.traces.find('bravo', 'call-1')).toEqual([]);
    expect(trace).toMatchObject({ trunk: 'east', direction: 'incoming' });
    expect(trace!.steps.at(-1)).toEqual({ step: 'answered', ms: 12, reason: 'continue' });
    expect(JSON.stringify(trace)).not.toMatch(/2155551/);
  });
});

describe('clocks', () => {
  it('many calls off in one direction are one alarm', async () => {
    const path = createPath();
    for (let at = 0; at < 100; at++)
      await path.receive(offerOf({ callId: `skew-${at}`, sentAt: NOW + (at % 2 === 0 ? 300 : -300) }));
    expect(world.events.filter(({ event }) => event === 'clock-skew')).toEqual([]);
    for (let at = 0; at < 200; at++) await path.receive(offerOf({ callId: `ahead-${at}`, sentAt: NOW + 90 }));
    expect(world.events.filter(({ event }) => event === 'clock-skew')).toEqual([
      { event: 'clock-skew', seconds: expect.any(Number), count: 64 },
    ]);
  });
});
