import { encodeBase64url } from '@oobleck/stir/bytes';
import type { PlacedCall } from '@oobleck/stir/call';
import { type AcceptedCredential, judgeKeyCredential, parseKeyCredential } from '@oobleck/stir/credential';
import { parseIdentity } from '@oobleck/stir/identity';
import { retractHash, splitAddress } from '@oobleck/stir/mailbox';
import { createNumberCover, parseTnEntry } from '@oobleck/stir/number';
import { createPassportSigner, parsePassport } from '@oobleck/stir/passport';
import type { Deposit } from '@oobleck/stir/placement';
import { createPassportSealer } from '@oobleck/stir/seal';
import type { Token } from '@oobleck/stir/token';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { mirrorOf, registerKeys } from '../../test/called-party.ts';
import {
  anchorOf,
  type Carrier,
  type Clock,
  createAuthority,
  createCarrier,
  createClock,
  createTestCps,
  crypto,
  mintTokens,
  NOW,
  tn,
} from '../../test/network.ts';
import type { OwnKey } from '../verification/index.ts';
import {
  type AuthenticationOptions,
  type AuthenticationParts,
  createAuthenticationService,
  type DepositAnswer,
  type DepositSender,
  type Tenant,
} from './index.ts';

const CALLER = tn('12155551212');
const CALLED = tn('12155551213');
const X5U = 'https://cr.example/provider.pem';
const sealer = createPassportSealer(crypto);

let provider: Carrier;
let owners: readonly Carrier[];
let anchor: ReturnType<typeof anchorOf>;

beforeAll(async () => {
  const authority = await createAuthority();
  anchor = anchorOf(authority);
  provider = await createCarrier(authority, ['0-1234', '2-12155551212']);
  // Three who have authority over the called number, from the narrowest to the widest.
  owners = await Promise.all(
    ['2-12155551213', '1-12155551200-50', '1-12155550000-9000'].map((entry) =>
      createCarrier(authority, [entry], { name: entry }),
    ),
  );
});

interface Sent {
  readonly cps: string;
  readonly deposit: Deposit;
  readonly tokens: readonly Token[];
}

let clock: Clock;
let sent: Sent[];
let retracted: { cps: string; secrets: readonly Uint8Array[] }[];
let scheduled: { action: () => void; delayMs: number }[];
let taken: { cps: string; count: number }[];
let purse: number;
/** What a CPS answers; stored where it is not named. */
let answers: Record<string, DepositAnswer | Promise<DepositAnswer>>;
let keys: readonly AcceptedCredential[];

beforeEach(() => {
  clock = createClock();
  sent = [];
  retracted = [];
  scheduled = [];
  taken = [];
  purse = 1_000;
  answers = {};
  keys = [];
});

/** Registers one key for each owner and gives back what opens what is sealed to them. */
async function publish(count: number, shape: { cps?: readonly string[]; stake?: number } = {}) {
  const { directory } = createTestCps({ clock, anchors: [anchor] });
  const own: OwnKey[] = [];
  for (const owner of owners.slice(0, count)) {
    const holder = await registerKeys(owner, clock, directory, shape);
    own.push(holder.keysFor(CALLED)[0]!);
  }
  keys = (await mirrorOf(directory, clock, [anchor])).keysFor(CALLED);
  expect(keys).toHaveLength(count);
  return own;
}

const sender: DepositSender = {
  async send(cps, deposit, tokens) {
    sent.push({ cps, deposit, tokens });
    return (await answers[cps]) ?? 'stored';
  },
  async retract(cps, secrets) {
    retracted.push({ cps, secrets });
  },
};

function tenantOf(more: Partial<Tenant> = {}): Tenant {
  return {
    name: 't',
    signer: createPassportSigner(provider.key, X5U),
    certificate: provider.certificate,
    chain: provider.ders,
    highestAttestation: 'A',
    allowedNumbers: 'any',
    ...more,
  };
}

function createAs(
  more: Partial<AuthenticationParts> = {},
  options: AuthenticationOptions = {},
  tenant = tenantOf(),
) {
  const parts: AuthenticationParts = {
    crypto,
    now: clock.ms,
    tenants: { tenant: (name) => (name === 't' ? tenant : undefined) },
    keys: { keysFor: (called) => (called === CALLED ? keys : []) },
    purse: {
      take(cps, count) {
        if (purse < count) return undefined;
        purse -= count;
        taken.push({ cps, count });
        return mintTokens(cps, count);
      },
    },
    sender,
    schedule: (action, delayMs) => void scheduled.push({ action, delayMs }),
    ...more,
  };
  return createAuthenticationService(parts, options);
}

const callOf = (more: Partial<PlacedCall> = {}): PlacedCall => ({
  tenant: 't',
  callId: 'call 1',
  originator: CALLER,
  destinations: [CALLED],
  placedAt: NOW,
  shaken: { attestation: 'A', originationId: '00000000-0000-4000-8000-000000000000' },
  ...more,
});

/** Runs what was to run after `delayMs`. */
async function elapse(delayMs: number): Promise<void> {
  for (const one of scheduled.filter((other) => other.delayMs === delayMs)) one.action();
  await new Promise((done) => setImmediate(done));
}

async function authenticated(outcome: ReturnType<ReturnType<typeof createAs>['authenticate']>) {
  const result = await outcome;
  if (!result.signed) throw new Error(`not signed: ${result.reason}`);
  return result;
}

describe('signing', () => {
  it('S-05: gives a PASSporT and its Identity, and leaves the same PASSporT for the called number', async () => {
    const [owner] = await publish(1);
    const result = await authenticated(createAs().authenticate(callOf()));
    expect(result.outOfBand).toBe('stored');
    const passport = parsePassport(result.passport);
    expect(passport).toMatchObject({
      certificateUrl: X5U,
      issuedAt: NOW,
      originator: { number: CALLER },
      destinations: { numbers: [CALLED] },
      shaken: { attestation: 'A' },
    });
    expect(provider.key.publicKey.verify(passport.signingInput, passport.signature)).toBe(true);
    expect(parseIdentity(result.identity)).toEqual({
      token: result.passport,
      info: X5U,
      algorithm: 'ES256',
      ppt: 'shaken',
    });
    const [{ cps, deposit, tokens }] = sent as [Sent];
    expect(sent).toHaveLength(1);
    expect([cps, tokens.length]).toEqual(['https://cps.example', 1]);
    expect(encodeBase64url(splitAddress(deposit.address).id)).toBe(encodeBase64url(owner!.mailboxId));
    const envelope = sealer.open(owner!.agreement, deposit.address, deposit.blob);
    expect(envelope?.passports).toEqual([result.passport]);
    expect(deposit.retractHash).toEqual(retractHash(crypto, deposit.retractSecret));
    expect(deposit.lifetimeSeconds).toBe(30);
  });

  it('a base PASSporT differs for every call, even in one second', async () => {
    const { shaken: _shaken, ...call } = callOf();
    const as = createAs();
    const one = await authenticated(as.authenticate({ ...call, callId: 'a' }));
    const two = await authenticated(as.authenticate({ ...call, callId: 'b' }));
    const signed = (token: string) => token.split('.').slice(0, 2).join('.');
    expect(signed(one.passport)).not.toBe(signed(two.passport));
    expect(parseIdentity(one.identity).ppt).toBeUndefined();
  });

  it.each<[string, Partial<Tenant>, Partial<PlacedCall>, string]>([
    ['of an unknown tenant', {}, { tenant: 'other' }, 'unknown-tenant'],
    [
      'for a number of somebody else, in a base PASSporT',
      {},
      { originator: tn('12155559999'), shaken: undefined },
      'no-authority',
    ],
    [
      'for a number that was not proven',
      { allowedNumbers: undefined },
      { originator: tn('12155559999') },
      'number-not-allowed',
    ],
    [
      'for a number the tenant may not use',
      { allowedNumbers: createNumberCover([parseTnEntry('2-12155559998')]) },
      { originator: tn('12155559999') },
      'number-not-allowed',
    ],
    ['above the tenant’s attestation', { highestAttestation: 'B' }, {}, 'attestation-too-high'],
  ])('S-01: refuses a call %s, and deposits nothing', async (_name, tenant, call, reason) => {
    await publish(1);
    const as = createAs({}, {}, tenantOf(tenant));
    const { shaken, ...others } = callOf(call);
    const placed = shaken === undefined ? others : { ...others, shaken };
    expect(await as.authenticate(placed)).toEqual({ signed: false, reason });
    expect([sent, taken]).toEqual([[], []]);
  });

  it('S-01: signs what the tenant may claim, at its highest attestation or below', async () => {
    const allowedNumbers = createNumberCover([parseTnEntry('2-12155559999')]);
    const as = createAs({}, {}, tenantOf({ allowedNumbers, highestAttestation: 'B' }));
    for (const attestation of ['B', 'C'] as const) {
      const shaken = { attestation, originationId: '00000000-0000-4000-8000-000000000000' };
      const call = callOf({ originator: tn('12155559999'), callId: attestation, shaken });
      expect((await authenticated(as.authenticate(call))).outOfBand).toBe('no-key');
    }
  });
});

describe('deposits', () => {
  it('S-02: one for each key, each a request of its own with its own secret and token', async () => {
    const opened = await publish(3);
    const { passport } = await authenticated(createAs().authenticate(callOf()));
    expect(sent).toHaveLength(3);
    const distinct = (pick: (one: Sent) => Uint8Array) =>
      new Set(sent.map((one) => encodeBase64url(pick(one)))).size;
    expect(distinct(({ deposit }) => deposit.retractSecret)).toBe(3);
    expect(distinct(({ deposit }) => deposit.blob)).toBe(3);
    expect(distinct(({ deposit }) => deposit.address)).toBe(3);
    expect(distinct(({ tokens }) => tokens[0]!.nonce)).toBe(3);
    for (const key of opened) {
      const mine = sent.filter(({ deposit }) => sealer.open(key.agreement, deposit.address, deposit.blob));
      expect(mine).toHaveLength(1);
      const [{ deposit }] = mine as [Sent];
      expect(sealer.open(key.agreement, deposit.address, deposit.blob)?.passports).toEqual([passport]);
    }
  });

  it('a stake that the owner asks for is paid, and the tokens of a call are bounded: the widest key goes without', async () => {
    await publish(3, { stake: 2 });
    expect((await authenticated(createAs().authenticate(callOf()))).outOfBand).toBe('stored');
    expect(taken.map(({ count }) => count)).toEqual([3, 3, 2]);
    taken = [];
    await createAs({}, { tokensPerCall: 4 }).authenticate(callOf());
    expect(taken.map(({ count }) => count)).toEqual([3, 1]);
    taken = [];
    await createAs({}, { tokensPerCall: 3 }).authenticate(callOf());
    expect(taken.map(({ count }) => count)).toEqual([3]);
  });

  it('no key: signed all the same, and nothing is spent', async () => {
    expect((await authenticated(createAs().authenticate(callOf()))).outOfBand).toBe('no-key');
    expect([sent, taken]).toEqual([[], []]);
  });

  it('a service code has no mailbox', async () => {
    await publish(1);
    const destinations = [tn('*69')];
    expect((await authenticated(createAs().authenticate(callOf({ destinations })))).outOfBand).toBe('no-key');
  });

  it('no token: signed all the same, and nothing is sent', async () => {
    await publish(2);
    purse = 0;
    expect((await authenticated(createAs().authenticate(callOf()))).outOfBand).toBe('no-token');
    expect(sent).toEqual([]);
  });

  it('tries the CPSs in order until one has it, with tokens of its own for each', async () => {
    const cps = ['https://one.example', 'https://two.example:8443', 'https://three.example'];
    await publish(1, { cps });
    answers = { [cps[0]!]: 'unavailable' };
    expect((await authenticated(createAs().authenticate(callOf()))).outOfBand).toBe('stored');
    expect(sent.map((one) => one.cps)).toEqual(cps.slice(0, 2));
    expect(taken.map((one) => one.cps)).toEqual(['one.example', 'two.example:8443']);
    expect(sent[0]!.tokens[0]!.nonce).not.toEqual(sent[1]!.tokens[0]!.nonce);
    expect(sent[0]!.deposit).toBe(sent[1]!.deposit);
  });

  it('all refuse: failed, and the call goes on', async () => {
    const cps = ['https://one.example', 'https://two.example'];
    await publish(2, { cps });
    answers = { [cps[0]!]: 'refused', [cps[1]!]: 'unavailable' };
    expect((await authenticated(createAs().authenticate(callOf()))).outOfBand).toBe('failed');
    expect(sent).toHaveLength(4);
  });

  it('S-04: waits for the first that is stored, not for the others', async () => {
    await publish(2);
    let calls = 0;
    const never = new Promise<DepositAnswer>(() => {});
    const slow: DepositSender = {
      ...sender,
      send: () => (calls++ === 0 ? never : Promise.resolve('stored')),
    };
    expect((await authenticated(createAs({ sender: slow }).authenticate(callOf()))).outOfBand).toBe('stored');
  });

  it('S-04: at the deadline the call goes out, and the deposit goes on', async () => {
    await publish(1);
    let finish: (answer: DepositAnswer) => void = () => {};
    answers = {
      'https://cps.example': new Promise((resolve) => {
        finish = resolve;
      }),
    };
    const as = createAs({}, { deadlineMs: 123 });
    const outcome = as.authenticate(callOf());
    await elapse(0);
    expect(sent).toHaveLength(1);
    await elapse(123);
    expect((await authenticated(outcome)).outOfBand).toBe('deadline');
    let isClosed = false;
    const closing = as.close().then(() => {
      isClosed = true;
    });
    await elapse(0);
    expect(isClosed).toBe(false);
    finish('stored');
    await closing;
  });

  it('the same call again gets the same answer and deposits nothing more; another call is another', async () => {
    await publish(1);
    const as = createAs();
    const [one, two] = await Promise.all([as.authenticate(callOf()), as.authenticate(callOf())]);
    expect(two).toBe(one);
    clock.advance(59);
    expect(await as.authenticate(callOf({ placedAt: NOW + 59 }))).toBe(one);
    expect(sent).toHaveLength(1);
    for (const more of [
      { callId: 'call 2' },
      { originator: tn('12155559999') },
      { destinations: [CALLED, tn('12155550001')] },
      { destinationUris: ['sip:alice@a.example'] },
      { destinationUris: ['sip:bob@b.example'] },
    ])
      expect(await as.authenticate(callOf(more))).not.toBe(one);
    expect(sent).toHaveLength(6);
    clock.advance(1);
    expect(await as.authenticate(callOf())).not.toBe(one);
  });
});

describe('retraction', () => {
  it('takes every copy back where it lies, 5 to 8 seconds later, each at its own time', async () => {
    await publish(3, { cps: ['https://one.example', 'https://two.example'] });
    answers = { 'https://one.example': 'unavailable' };
    const as = createAs();
    await as.authenticate(callOf());
    scheduled = [];
    as.retract(callOf());
    expect(scheduled).toHaveLength(3);
    for (const { delayMs } of scheduled) {
      expect(delayMs).toBeGreaterThanOrEqual(5_000);
      expect(delayMs).toBeLessThan(8_000);
    }
    expect(retracted).toEqual([]);
    for (const { action } of scheduled) action();
    await new Promise((done) => setImmediate(done));
    const stored = sent.filter(({ cps }) => cps === 'https://two.example');
    const expected = stored.map(({ deposit }) => encodeBase64url(deposit.retractSecret)).sort();
    const atSecond = retracted.filter(({ cps }) => cps === 'https://two.example');
    expect(atSecond.map(({ secrets }) => encodeBase64url(secrets[0]!)).sort()).toEqual(expected);
    expect(atSecond.every(({ secrets }) => secrets.length === 1)).toBe(true);
    // The first gave no answer: it may have stored them.
    expect(retracted.filter(({ cps }) => cps === 'https://one.example')).toHaveLength(3);
    scheduled = [];
    as.retract(callOf());
    expect(scheduled).toEqual([]);
  });

  it('delays are spread over the three seconds', async () => {
    await publish(1);
    const as = createAs();
    for (let i = 0; i < 60; i++) await as.authenticate(callOf({ callId: String(i) }));
    scheduled = [];
    for (let i = 0; i < 60; i++) as.retract(callOf({ callId: String(i) }));
    const thirds = new Set(scheduled.map(({ delayMs }) => Math.floor((delayMs - 5_000) / 1_000)));
    expect([...thirds].sort()).toEqual([0, 1, 2]);
  });

  it('takes nothing back of a call it does not know, or that was left nowhere', async () => {
    await publish(1);
    purse = 0;
    const as = createAs();
    as.retract(callOf());
    await as.authenticate(callOf());
    scheduled = [];
    as.retract(callOf());
    for (const { action } of scheduled) action();
    await new Promise((done) => setImmediate(done));
    expect(retracted).toEqual([]);
  });

  it('asks nothing of a CPS that refused', async () => {
    await publish(1);
    answers = { 'https://cps.example': 'refused' };
    const as = createAs();
    await as.authenticate(callOf());
    scheduled = [];
    as.retract(callOf());
    for (const { action } of scheduled) action();
    await new Promise((done) => setImmediate(done));
    expect(retracted).toEqual([]);
  });

  it('what was left a second time can be taken back for a minute from then on', async () => {
    await publish(1);
    const as = createAs();
    await as.authenticate(callOf());
    const first = scheduled.filter(({ delayMs }) => delayMs === 60_000);
    await as.authenticate(callOf({ destinationUris: ['sip:alice@a.example'] }));
    expect(sent).toHaveLength(2);
    for (const { action } of first) action();
    scheduled = [];
    as.retract(callOf());
    expect(scheduled).toHaveLength(2);
  });

  it('a CPS that is away then harms nobody, and after a minute there is nothing to take back', async () => {
    await publish(1);
    const failing = { ...sender, retract: () => Promise.reject(new Error('away')) };
    const as = createAs({ sender: failing });
    await as.authenticate(callOf());
    const minute = scheduled.filter(({ delayMs }) => delayMs === 60_000);
    expect(minute).toHaveLength(1);
    scheduled = [];
    as.retract(callOf());
    for (const { action } of scheduled) action();
    await new Promise((done) => setImmediate(done));
    await as.authenticate(callOf({ callId: 'b' }));
    await elapse(60_000);
    scheduled = [];
    as.retract(callOf({ callId: 'b' }));
    expect(scheduled).toEqual([]);
  });
});

describe('with a real CPS', () => {
  it('what is left is there, and is gone after retraction', async () => {
    const cps = createTestCps({ clock, anchors: [anchor] });
    const [owner] = owners as [Carrier];
    const holder = await registerKeys(owner, clock, cps.directory);
    const credential = holder.keysFor(CALLED)[0]!;
    const line = cps.directory.changesSince(0)[0] as { jws: string };
    const judged = judgeKeyCredential({ crypto, anchors: [anchor] }, parseKeyCredential(line.jws), NOW);
    if (!judged.accepted) throw new Error(judged.reason);
    keys = [judged.value];
    const direct: DepositSender = {
      async send(_cps, deposit, tokens) {
        const { id, shard } = splitAddress(deposit.address);
        const request = { mailboxId: id, shard, tokens, ...deposit };
        return (await cps.service.deposit(request)) === 'created' ? 'stored' : 'refused';
      },
      retract: async (_cps, secrets) => cps.service.retract(secrets),
    };
    const as = createAs({ sender: direct });
    expect((await authenticated(as.authenticate(callOf()))).outOfBand).toBe('stored');
    const name = `${encodeBase64url(credential.mailboxId)}/0`;
    expect(cps.store.list(name, clock.ms()).blobs).toHaveLength(1);
    scheduled = [];
    as.retract(callOf());
    for (const { action } of scheduled) action();
    await new Promise((done) => setImmediate(done));
    expect(cps.store.list(name, clock.ms()).blobs).toHaveLength(0);
  });
});
