import { encodeBase64url } from '@oobleck/stir/bytes';
import type { ArrivedCall } from '@oobleck/stir/call';
import { formatIdentity } from '@oobleck/stir/identity';
import { signCompactJws } from '@oobleck/stir/jws';
import { addressOf, type MailboxAddress, splitAddress } from '@oobleck/stir/mailbox';
import { parseTnEntry, type TelephoneNumber } from '@oobleck/stir/number';
import { createPassportSigner } from '@oobleck/stir/passport';
import { createPassportSealer, type Envelope } from '@oobleck/stir/seal';
import type { Reason } from '@oobleck/stir/verdict';
import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  anchorOf,
  type Carrier,
  type Clock,
  createAuthority,
  createCarrier,
  createClock,
  createTestCps,
  createTestKeys,
  crypto,
  DAY,
  NOW,
  tn,
} from '../../test/network.ts';
import { createMemoryUsedPassports } from '../store/memory/used-passports.ts';
import { createTrust, type FetchChain, parseNumberMap } from '../trust/index.ts';
import type { ReplyQuery, ReplySource, VerificationEvent, VerificationParts } from './index.ts';
import { createVerificationService, type VerificationOptions } from './index.ts';

const CALLER = tn('12155551212');
const CALLED = tn('12155551213');
const REPOSITORY = 'https://cr.example';
const sealer = createPassportSealer(crypto);

let home: Awaited<ReturnType<typeof createAuthority>>;
let called: Carrier;
let provider: Carrier;
let numberHolder: Carrier;
let expired: Carrier;
let stranger: Carrier;

beforeAll(async () => {
  home = await createAuthority();
  const strange = await createAuthority();
  called = await createCarrier(home, ['2-12155551213', '2-12155551299']);
  provider = await createCarrier(home, ['0-1234']);
  numberHolder = await createCarrier(home, ['2-12155551212']);
  expired = await createCarrier(home, ['0-1234'], { notBefore: NOW - 5 * DAY, notAfter: NOW - DAY });
  stranger = await createCarrier(strange, ['0-1234']);
});

interface World {
  readonly clock: Clock;
  readonly cps: ReturnType<typeof createTestCps>;
  readonly holder: ReturnType<typeof createTestKeys>['holder'];
  readonly events: VerificationEvent[];
  /** URLs that somebody wanted fetched. */
  readonly fetched: string[];
  readonly queries: ReplyQuery[];
  /** Path on the repository to PEM. */
  readonly repository: Map<string, string>;
  replies: ReplySource;
}

let world: World;

beforeEach(async () => {
  const clock = createClock();
  const cps = createTestCps({ clock, anchors: [anchorOf(home)] });
  const { holder } = createTestKeys(called, clock, (_origin, text) => cps.directory.register(text), {
    entries: ['2-12155551213', '2-12155551299'].map(parseTnEntry),
  });
  expect(await holder.renew()).toEqual([{ origin: 'https://cps.example', registered: true }]);
  const queries: ReplyQuery[] = [];
  const replies: ReplySource = {
    fetchReply: (query) => {
      queries.push(query);
      const { id, shard } = splitAddress(query.address);
      return cps.service.retrieve({ mailboxId: id, shard, page: query.page, nonce: query.nonce });
    },
  };
  world = { clock, cps, holder, events: [], fetched: [], queries, repository: new Map(), replies };
});

function createVs(more: Partial<VerificationParts> = {}, options: VerificationOptions = {}) {
  const { clock, holder, events, fetched, repository } = world;
  const fetchChain: FetchChain = async (url) => {
    fetched.push(url);
    const pem = repository.get(new URL(url).pathname);
    return { status: pem === undefined ? 404 : 200, body: Buffer.from(pem ?? '') };
  };
  const chains = createTrust(
    { crypto, anchors: [anchorOf(home)], fetchChain, now: clock.ms },
    { repositories: [REPOSITORY] },
  );
  return createVerificationService(
    {
      crypto,
      now: clock.ms,
      keys: holder,
      chains,
      replies: { fetchReply: (query) => world.replies.fetchReply(query) },
      used: createMemoryUsedPassports(),
      onEvent: (event) => events.push(event),
      ...more,
    },
    { deadlineMs: 2_000, ...options },
  );
}

interface Statement {
  readonly by?: Carrier;
  readonly caller?: TelephoneNumber;
  readonly dest?: readonly TelephoneNumber[];
  readonly issuedAt?: number;
  readonly x5u?: string;
  readonly isBase?: boolean;
}

let origination = 0;
const originationId = () => `00000000-0000-4000-8000-${String(origination++).padStart(12, '0')}`;

function passportOf({
  by = provider,
  caller = CALLER,
  dest = [CALLED],
  issuedAt = world.clock.seconds(),
  x5u = `${REPOSITORY}/provider.pem`,
  isBase = false,
}: Statement = {}): string {
  const signer = createPassportSigner(by.key, x5u);
  const call = { originator: caller, destinations: dest, issuedAt };
  return isBase
    ? signer.signBase(call, originationId())
    : signer.signShaken(call, { attestation: 'A', originationId: originationId() });
}

const identityOf = (statement: Statement = {}) =>
  formatIdentity({
    token: passportOf(statement),
    info: statement.x5u ?? `${REPOSITORY}/provider.pem`,
    algorithm: 'ES256',
    ...(statement.isBase ? {} : { ppt: 'shaken' }),
  });

const addressFor = (number = CALLED) => addressOf(crypto, world.holder.keysFor(number)[0]!.form, number);

/** Leaves a blob as a CPS that took it would have it. */
function leave(blob: Uint8Array, { id, shard } = splitAddress(addressFor())): void {
  world.cps.store.add(`${encodeBase64url(id)}/${shard}`, {
    id: encodeBase64url(crypto.randomBytes(16)),
    bytes: blob,
    hash: crypto.sha256(blob),
    depositedAtMs: world.clock.ms(),
    expiresAtMs: world.clock.ms() + 30_000,
    stake: 0,
    retractHash: encodeBase64url(crypto.randomBytes(16)),
  });
}

function leaveEnvelope(envelope: Envelope, address: MailboxAddress = addressFor()): void {
  leave(
    sealer.seal(world.holder.keysFor(CALLED)[0]!.form.publicKey, address, envelope),
    splitAddress(address),
  );
}

const leavePassport = (statement: Statement = {}) =>
  leaveEnvelope({ passports: [passportOf(statement)], chain: (statement.by ?? provider).ders });

type CallShape = Partial<ArrivedCall> & { readonly withheld?: boolean };

const callOf = (more: CallShape = {}): ArrivedCall => {
  const { withheld, ...others } = more;
  const call = { tenant: 't', callId: 'call 1', called: [CALLED], formerlyCalled: [], arrivedAt: NOW };
  return { ...call, ...(withheld ? {} : { caller: CALLER }), ...others };
};

describe('out of band', () => {
  it('verifies what the caller’s provider left, from the chain in the envelope', async () => {
    leavePassport();
    const verdict = await createVs().verify(callOf(), []);
    expect(verdict).toMatchObject({
      status: 'verified',
      verstat: 'TN-Validation-Passed',
      reason: 'verified',
      channel: 'out-of-band',
      authority: 'provider',
      attestation: 'A',
    });
    expect(verdict.passport?.originator).toEqual({ kind: 'tn', number: CALLER });
    expect(world.fetched).toEqual([]);
  });

  it('verifies a base PASSporT of whoever holds the number', async () => {
    leavePassport({ by: numberHolder, isBase: true });
    const verdict = await createVs().verify(callOf(), []);
    expect(verdict).toMatchObject({ reason: 'verified', authority: 'number' });
    expect(verdict.attestation).toBeUndefined();
  });

  it('the operator’s own map turns a provider’s word into a proof', async () => {
    leavePassport({ isBase: true });
    const numberMap = parseNumberMap('start,count,spc\n12155551212,1,1234\n');
    const verdict = await createVs({}, { numberMap }).verify(callOf(), []);
    expect(verdict).toMatchObject({ reason: 'verified', authority: 'number' });
  });

  it('fetches a chain that did not fit from a listed repository', async () => {
    world.repository.set('/provider.pem', provider.pem);
    leaveEnvelope({ passports: [passportOf()] });
    expect((await createVs().verify(callOf(), [])).reason).toBe('verified');
    expect(world.fetched).toEqual([`${REPOSITORY}/provider.pem`]);
  });

  const rows: [Reason, string, () => void, CallShape?][] = [
    ['no-passport', 'nothing was left', () => {}],
    ['no-passport', 'only cover was left', () => leaveEnvelope({ passports: [] })],
    ['no-passport', 'only noise was left', () => leave(crypto.randomBytes(2_048))],
    [
      'no-passport',
      'a blob was moved here from another mailbox',
      () => {
        const other = addressFor();
        other[0]! ^= 1;
        const { form } = world.holder.keysFor(CALLED)[0]!;
        leave(sealer.seal(form.publicKey, other, { passports: [passportOf()], chain: provider.ders }));
      },
    ],
    ['no-caller', 'no number is presented', () => leavePassport(), { withheld: true }],
    ['not-served', 'the called number has no key here', () => {}, { called: [tn('12155550000')] }],
    ['not-served', 'a service code was called', () => {}, { called: [tn('*69')] }],
    ['malformed', 'what was left is no PASSporT', () => leaveEnvelope({ passports: ['a.b.c'] })],
    [
      'unsupported-ppt',
      'its type is not known',
      () => {
        const header = { alg: 'ES256', ppt: 'rcd', typ: 'passport', x5u: `${REPOSITORY}/p` };
        const payload = { dest: { tn: [CALLED] }, iat: NOW, orig: { tn: CALLER } };
        const token = signCompactJws(JSON.stringify(header), JSON.stringify(payload), provider.key);
        leaveEnvelope({ passports: [token], chain: provider.ders });
      },
    ],
    ['caller-mismatch', 'it is about another caller', () => leavePassport({ caller: tn('12155559999') })],
    ['called-mismatch', 'it is about another callee', () => leavePassport({ dest: [tn('12155559999')] })],
    [
      'called-mismatch',
      'it names only a number called formerly',
      () => leavePassport({ dest: [tn('12155551299')] }),
      { formerlyCalled: [tn('12155551299')] },
    ],
    ['stale', 'it is 61 s old', () => leavePassport({ issuedAt: NOW - 61 })],
    ['stale', 'it is 61 s ahead', () => leavePassport({ issuedAt: NOW + 61 })],
    [
      'certificate-unlisted',
      'its certificate is at a host nobody listed',
      () => leaveEnvelope({ passports: [passportOf({ x5u: 'https://evil.example/beacon' })] }),
    ],
    [
      'certificate-unavailable',
      'the repository does not have it',
      () => leaveEnvelope({ passports: [passportOf()] }),
    ],
    [
      'certificate-unavailable',
      'its x5u is no https URL',
      () => leaveEnvelope({ passports: [passportOf({ x5u: 'http://cr.example/a' })] }),
    ],
    [
      'certificate-malformed',
      'the chain in the envelope is noise',
      () => leaveEnvelope({ passports: [passportOf()], chain: [crypto.randomBytes(300)] }),
    ],
    [
      'certificate-malformed',
      'the repository serves noise',
      () => {
        world.repository.set('/provider.pem', 'no PEM at all');
        leaveEnvelope({ passports: [passportOf()] });
      },
    ],
    ['certificate-untrusted', 'its chain leads elsewhere', () => leavePassport({ by: stranger })],
    ['certificate-expired', 'its certificate has ended', () => leavePassport({ by: expired })],
    ['no-authority', 'a provider signed a base PASSporT', () => leavePassport({ isBase: true })],
    ['no-authority', 'it is the certificate of another number', () => leavePassport({ by: called })],
    [
      'bad-signature',
      'somebody else signed it',
      () => leaveEnvelope({ passports: [passportOf({ by: stranger })], chain: provider.ders }),
    ],
  ];

  it.each(rows)('%s: %s', async (reason, _text, prepare, shape) => {
    prepare();
    const verdict = await createVs().verify(callOf(shape), []);
    expect(verdict).toMatchObject({ reason, status: 'unverifiable', verstat: 'No-TN-Validation' });
    expect(verdict.passport).toBeUndefined();
    expect(world.events).toEqual([]);
  });

  it('asks nobody for the certificate of an unlisted host, even to refuse it', async () => {
    for (const x5u of [
      'https://evil.example/beacon',
      'https://cr.example.evil.example/',
      'https://cr.example:444/x',
    ])
      leaveEnvelope({ passports: [passportOf({ x5u })] });
    await createVs().verify(callOf(), []);
    expect(world.fetched).toEqual([]);
  });

  it('fetches from a listed repository whether or not the PASSporT is about the call', async () => {
    world.repository.set('/provider.pem', provider.pem);
    leaveEnvelope({ passports: [passportOf({ caller: tn('12155559999') })] });
    expect((await createVs().verify(callOf(), [])).reason).toBe('caller-mismatch');
    expect(world.fetched).toEqual([`${REPOSITORY}/provider.pem`]);
  });

  it('finds the genuine one among junk, and tells the fault that got furthest where there is none', async () => {
    for (let i = 0; i < 3; i++) leavePassport({ by: stranger });
    leavePassport({ issuedAt: NOW - 100 });
    leaveEnvelope({ passports: ['junk'] });
    expect((await createVs().verify(callOf({ callId: 'none' }), [])).reason).toBe('certificate-untrusted');
    leavePassport();
    expect((await createVs().verify(callOf(), [])).reason).toBe('verified');
  });

  it('freshness holds to the second, both ways', async () => {
    for (const [shift, reason] of [
      [60, 'verified'],
      [-60, 'verified'],
    ] as const) {
      leavePassport({ issuedAt: NOW + shift });
      expect((await createVs().verify(callOf({ callId: `${shift}` }), [])).reason).toBe(reason);
    }
  });

  it('asks the same number of questions for every call, about its own mailboxes only', async () => {
    const vs = createVs({}, { addressesPerCall: 3 });
    await vs.verify(callOf({ callId: 'a' }), []);
    await vs.verify(callOf({ callId: 'b', formerlyCalled: [tn('12155551299'), tn('12155550000')] }), []);
    leavePassport();
    await vs.verify(callOf({ callId: 'c' }), []);
    expect(world.queries).toHaveLength(9);
    const own = encodeBase64url(world.holder.keysFor(CALLED)[0]!.mailboxId);
    expect(world.queries.every(({ address }) => encodeBase64url(splitAddress(address).id) === own)).toBe(
      true,
    );
    expect(new Set(world.queries.map(({ nonce }) => encodeBase64url(nonce))).size).toBe(9);
    await vs.verify(callOf({ callId: 'd', called: [tn('12155550000')] }), []);
    expect(world.queries).toHaveLength(9);
  });

  it('finds calls sealed to a key and to its successor while both are published', async () => {
    leavePassport();
    const before = addressFor();
    world.clock.advance(DAY - 300);
    await world.holder.renew();
    expect(world.holder.keysFor(CALLED)).toHaveLength(2);
    expect(addressFor()).not.toEqual(before);
    const vs = createVs();
    leavePassport();
    expect((await vs.verify(callOf({ callId: 'to the new one' }), [])).reason).toBe('verified');
    const [, old] = world.holder.keysFor(CALLED);
    const address = addressOf(crypto, old!.form, CALLED);
    leave(
      sealer.seal(old!.form.publicKey, address, { passports: [passportOf()], chain: provider.ders }),
      splitAddress(address),
    );
    expect((await vs.verify(callOf({ callId: 'to the old one' }), [])).reason).toBe('verified');
  });
});

describe('in band', () => {
  const rows: [Reason, string, () => string][] = [
    ['malformed', 'the field is no Identity', () => 'nonsense'],
    ['malformed', 'the field is empty', () => ''],
    [
      'info-mismatch',
      'info names another certificate',
      () => identityOf().replace(/info=<[^>]*>/, 'info=<https://other.example/>'),
    ],
    ['caller-mismatch', 'it is about another caller', () => identityOf({ caller: tn('12155559999') })],
    ['called-mismatch', 'it is about another callee', () => identityOf({ dest: [tn('12155559999')] })],
    ['stale', 'it is 61 s old', () => identityOf({ issuedAt: NOW - 61 })],
    [
      'certificate-untrusted',
      'its chain leads elsewhere',
      () => identityOf({ by: stranger, x5u: `${REPOSITORY}/stranger.pem` }),
    ],
    [
      'certificate-expired',
      'its certificate has ended',
      () => identityOf({ by: expired, x5u: `${REPOSITORY}/expired.pem` }),
    ],
    ['no-authority', 'a provider signed a base PASSporT', () => identityOf({ isBase: true })],
    ['bad-signature', 'somebody else signed it', () => identityOf({ by: stranger })],
  ];

  beforeEach(() => {
    world.repository.set('/provider.pem', provider.pem);
    world.repository.set('/stranger.pem', stranger.pem);
    world.repository.set('/expired.pem', expired.pem);
  });

  it('verifies without asking the CPS', async () => {
    const verdict = await createVs().verify(callOf(), [identityOf()]);
    expect(verdict).toMatchObject({
      reason: 'verified',
      channel: 'in-band',
      verstat: 'TN-Validation-Passed',
    });
    expect(world.queries).toEqual([]);
  });

  it.each(rows)('%s: %s', async (reason, _text, identity) => {
    const verdict = await createVs().verify(callOf(), [identity()]);
    expect(verdict).toMatchObject({
      reason,
      channel: 'in-band',
      status: 'failed',
      verstat: 'TN-Validation-Failed',
    });
  });

  it('what could not be looked up is unverifiable, not failed', async () => {
    const verdict = await createVs().verify(callOf(), [identityOf({ x5u: `${REPOSITORY}/missing.pem` })]);
    expect(verdict).toMatchObject({ reason: 'certificate-unavailable', status: 'unverifiable' });
  });

  it('one good field among bad ones is enough', async () => {
    const fields = ['nonsense', identityOf({ by: stranger }), identityOf()];
    expect((await createVs().verify(callOf(), fields)).reason).toBe('verified');
  });

  it('looks at eight fields and no more', async () => {
    const junk = Array.from({ length: 8 }, () => 'nonsense');
    expect((await createVs().verify(callOf(), [...junk, identityOf()])).reason).toBe('malformed');
  });

  it('out of band mends a failed call and never makes it worse', async () => {
    const bad = identityOf({ by: stranger });
    leavePassport({ issuedAt: NOW - 100 });
    expect((await createVs().verify(callOf(), [bad])).reason).toBe('bad-signature');
    leavePassport();
    expect(await createVs().verify(callOf(), [bad])).toMatchObject({
      reason: 'verified',
      channel: 'out-of-band',
    });
  });
});

describe('substitution', () => {
  it('one PASSporT serves one call: the second is ambiguous, and the event names the first', async () => {
    leavePassport();
    const vs = createVs();
    expect((await vs.verify(callOf(), [])).reason).toBe('verified');
    expect(await vs.verify(callOf({ callId: 'call 2' }), [])).toMatchObject({
      reason: 'ambiguous',
      status: 'unverifiable',
      verstat: 'No-TN-Validation',
    });
    expect((await vs.verify(callOf(), [])).reason).toBe('verified');
    expect(world.events).toEqual([
      { event: 'ambiguous', holder: expect.any(String), call: expect.any(String) },
    ]);
    expect(JSON.stringify(world.events)).not.toContain('1215555');
  });

  it('two calls at once share nothing: one PASSporT makes one of them verified', async () => {
    leavePassport();
    const vs = createVs();
    const verdicts = await Promise.all(
      Array.from({ length: 20 }, (_, i) => vs.verify(callOf({ callId: `call ${i}` }), [])),
    );
    const reasons = verdicts.map(({ reason }) => reason).sort();
    expect(reasons).toEqual([...Array(19).fill('ambiguous'), 'verified']);
  });

  it('two PASSporTs make two calls verified, at once or in turn, and a third ambiguous', async () => {
    leavePassport();
    leavePassport();
    const vs = createVs();
    const verdicts = await Promise.all(['a', 'b'].map((callId) => vs.verify(callOf({ callId }), [])));
    expect(verdicts.map(({ reason }) => reason)).toEqual(['verified', 'verified']);
    expect(verdicts[0]!.passport?.token).not.toBe(verdicts[1]!.passport?.token);
    expect((await vs.verify(callOf({ callId: 'c' }), [])).reason).toBe('ambiguous');
  });

  it('a call takes one PASSporT, however many would do', async () => {
    for (let i = 0; i < 5; i++) leavePassport();
    const used = createMemoryUsedPassports();
    let takes = 0;
    const counting = {
      take(...args: Parameters<typeof used.take>) {
        takes++;
        return used.take(...args);
      },
    };
    await createVs({ used: counting }).verify(callOf(), []);
    await new Promise((done) => setImmediate(done));
    expect(takes).toBe(1);
  });

  it('the same PASSporT with an altered signature is the same PASSporT', async () => {
    const token = passportOf();
    const bytes = Buffer.from(token.split('.')[2]!, 'base64url');
    const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
    const s = order - BigInt(`0x${bytes.subarray(32).toString('hex')}`);
    const other = Buffer.concat([
      bytes.subarray(0, 32),
      Buffer.from(s.toString(16).padStart(64, '0'), 'hex'),
    ]);
    const altered = `${token.split('.').slice(0, 2).join('.')}.${other.toString('base64url')}`;
    leaveEnvelope({ passports: [altered], chain: provider.ders });
    const vs = createVs();
    expect((await vs.verify(callOf({ callId: 'a' }), [])).reason).toBe('verified');
    leaveEnvelope({ passports: [token], chain: provider.ders });
    expect((await vs.verify(callOf({ callId: 'b' }), [])).reason).toBe('ambiguous');
  });

  it('in band and out of band are one record', async () => {
    world.repository.set('/provider.pem', provider.pem);
    const identity = identityOf();
    leaveEnvelope({ passports: [identity.split(';')[0]!], chain: provider.ders });
    const vs = createVs();
    expect((await vs.verify(callOf({ callId: 'a' }), [])).channel).toBe('out-of-band');
    expect(await vs.verify(callOf({ callId: 'b' }), [identity])).toMatchObject({
      reason: 'ambiguous',
      status: 'unverifiable',
    });
  });

  it('nodes that share the record agree, and the record ends with freshness', async () => {
    const used = createMemoryUsedPassports();
    leavePassport();
    expect((await createVs({ used }).verify(callOf({ callId: 'a' }), [])).reason).toBe('verified');
    expect((await createVs({ used }).verify(callOf({ callId: 'b' }), [])).reason).toBe('ambiguous');
    expect((await createVs({ used }).verify(callOf({ callId: 'a' }), [])).reason).toBe('verified');
  });

  it('the same call gets the same answer, also while it is being found; other numbers make another call', async () => {
    const vs = createVs();
    const [first, again] = [vs.verify(callOf(), []), vs.verify(callOf(), [])];
    expect((await first).reason).toBe('no-passport');
    expect(await again).toBe(await first);
    leavePassport();
    expect(await vs.verify(callOf(), [])).toBe(await first);
    const asked = world.queries.length;
    expect((await vs.verify(callOf({ called: [CALLED, tn('12155551299')] }), [])).reason).toBe('verified');
    expect(world.queries.length).toBeGreaterThan(asked);
  });
});

describe('a CPS that lies or fails', () => {
  const honest = () => world.replies;

  it.each<[string, (query: ReplyQuery, real: Promise<Uint8Array>) => Promise<Uint8Array>]>([
    ['rejects', () => Promise.reject(new Error('away'))],
    [
      'throws at once',
      () => {
        throw new Error('away');
      },
    ],
    ['answers noise', (query) => Promise.resolve(crypto.randomBytes(query.replyBytes))],
    ['answers nothing', () => Promise.resolve(new Uint8Array(0))],
    ['answers a few bytes', () => Promise.resolve(new Uint8Array(31))],
    [
      'answers with a reply to another question',
      (query) => honest().fetchReply({ ...query, nonce: crypto.randomBytes(16) }),
    ],
    ['answers with another page', (query) => honest().fetchReply({ ...query, page: query.page + 1 })],
  ])('that %s leaves the call without a verdict: cps-unavailable', async (_text, lie) => {
    leavePassport();
    const before = world.replies;
    const fetchReply = async (query: ReplyQuery) => lie(query, before.fetchReply(query));
    const vs = createVs({ replies: { fetchReply } });
    expect(await vs.verify(callOf(), [])).toMatchObject({
      reason: 'cps-unavailable',
      verstat: 'No-TN-Validation',
    });
  });

  it('an old reply replayed is no reply', async () => {
    const kept = await world.replies.fetchReply({
      cps: '',
      address: addressFor(),
      page: 0,
      nonce: crypto.randomBytes(16),
      replyBytes: 16_384,
      deadlineMs: 1,
    });
    const vs = createVs({ replies: { fetchReply: async () => kept } });
    expect((await vs.verify(callOf(), [])).reason).toBe('cps-unavailable');
  });

  it('a reply damaged anywhere is no reply, 1000 times', async () => {
    leavePassport();
    const real = world.replies;
    let damage = { at: 0, xor: 1 };
    const fetchReply = async (query: ReplyQuery) => {
      const reply = Uint8Array.from(await real.fetchReply(query));
      reply[damage.at % reply.length]! ^= damage.xor;
      return reply;
    };
    const vs = createVs({ replies: { fetchReply } }, { addressesPerCall: 1 });
    let calls = 0;
    const damages = fc.record({ at: fc.nat(16_383), xor: fc.integer({ min: 1, max: 255 }) });
    await fc.assert(
      fc.asyncProperty(damages, async (one) => {
        damage = one;
        const { reason } = await vs.verify(callOf({ callId: `call ${calls++}` }), []);
        expect(reason).toBe('cps-unavailable');
      }),
      { numRuns: 1_000 },
    );
    expect(world.events).toEqual([]);
  });

  it('blobs damaged anywhere verify nothing and break nothing, 1000 times', async () => {
    const blob = sealer.seal(world.holder.keysFor(CALLED)[0]!.form.publicKey, addressFor(), {
      passports: [passportOf()],
      chain: provider.ders,
    });
    await fc.assert(
      fc.property(fc.nat(blob.length - 1), fc.integer({ min: 1, max: 255 }), (at, xor) => {
        const damaged = Uint8Array.from(blob);
        damaged[at]! ^= xor;
        const key = world.holder.keysFor(CALLED)[0]!;
        expect(sealer.open(key.agreement, addressFor(), damaged)).toBeUndefined();
      }),
      { numRuns: 1_000 },
    );
  });

  it('PASSporTs and chains damaged inside a good envelope verify nothing and break nothing, 1000 times', async () => {
    const token = passportOf();
    const chain = provider.ders;
    const vs = createVs({}, { addressesPerCall: 1 });
    const reasons = new Set<string>();
    let calls = 0;
    const edits = fc.record({ where: fc.nat(2), at: fc.nat(5_000), byte: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(edits, async ({ where, at, byte }) => {
        const parts = [Buffer.from(token, 'latin1'), ...chain.map((der) => Buffer.from(der))];
        const target = parts[where]!;
        const changed = where === 0 ? byte & 127 : byte;
        if (target[at % target.length] === changed) return;
        target[at % target.length] = changed;
        const [passport, ...ders] = parts;
        const only = { passports: [passport!.toString('latin1')], chain: ders };
        const sealed = sealer.seal(world.holder.keysFor(CALLED)[0]!.form.publicKey, addressFor(), only);
        const question = `call ${calls++}`;
        const { id, shard } = splitAddress(addressFor());
        const name = `${encodeBase64url(id)}/${shard}`;
        world.cps.store.add(name, {
          id: question,
          bytes: sealed,
          hash: crypto.sha256(sealed),
          depositedAtMs: world.clock.ms(),
          expiresAtMs: world.clock.ms() + 30_000,
          stake: 0,
          retractHash: question,
        });
        const verdict = await vs.verify(callOf({ callId: question }), []);
        world.cps.store.retract([question]);
        reasons.add(verdict.reason);
        expect(verdict.status).toBe('unverifiable');
        expect(verdict.reason).not.toBe('internal');
      }),
      { numRuns: 1_000 },
    );
    expect([...reasons]).toEqual(
      expect.arrayContaining([
        'malformed',
        'bad-signature',
        'certificate-malformed',
        'certificate-untrusted',
      ]),
    );
    expect(world.events).toEqual([]);
  });

  it('one CPS that answers is enough beside one that does not', async () => {
    leavePassport();
    const { holder } = createTestKeys(called, world.clock, async () => {}, {
      entries: [parseTnEntry('2-12155551213')],
      cps: ['https://down.example', 'https://cps.example'],
    });
    await holder.renew();
    const real = world.replies;
    const keys = {
      ...holder,
      keysFor: (number: TelephoneNumber) =>
        world.holder
          .keysFor(number)
          .map((key) => ({ ...key, cps: ['https://down.example', 'https://cps.example'] })),
    };
    const fetchReply = (query: ReplyQuery) =>
      query.cps === 'https://down.example' ? Promise.reject(new Error('down')) : real.fetchReply(query);
    expect((await createVs({ keys, replies: { fetchReply } }).verify(callOf(), [])).reason).toBe('verified');
  });
});

describe('a fault of our own', () => {
  it.each(['in band', 'out of band'])('leaves the call unverifiable, and is told: %s', async (where) => {
    world.repository.set('/provider.pem', provider.pem);
    const failing = { take: () => Promise.reject(new Error('the record is away')) };
    const unhandled: unknown[] = [];
    const listen = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', listen);
    onTestFinished(() => void process.off('unhandledRejection', listen));
    leavePassport();
    const real = world.replies;
    const fetchReply = async (query: ReplyQuery) => {
      const reply = await real.fetchReply(query);
      // The second question is answered long after the first PASSporT was judged.
      if (world.queries.length > 1) await new Promise((done) => setTimeout(done, 50));
      return reply;
    };
    const vs = createVs({ used: failing, replies: { fetchReply } });
    const verdict = await vs.verify(callOf(), where === 'in band' ? [identityOf()] : []);
    expect(verdict).toMatchObject({
      reason: 'internal',
      status: 'unverifiable',
      verstat: 'No-TN-Validation',
    });
    expect(world.events).toEqual([{ event: 'internal-error', error: expect.any(Error) }]);
    expect(unhandled).toEqual([]);
  });
});
