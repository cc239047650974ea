import { formatIdentity, parseIdentity } from '@oobleck/stir/identity';
import { splitAddress } from '@oobleck/stir/mailbox';
import type { TelephoneNumber } from '@oobleck/stir/number';
import {
  createPassportSigner,
  formatCompact,
  type PassportStatement,
  parsePassport,
} from '@oobleck/stir/passport';
import type { Deposit } from '@oobleck/stir/placement';
import type { Token } from '@oobleck/stir/token';
import { beforeEach, describe, expect, it } from 'vitest';
import { crypto, tn } from '../../../test/network.ts';
import {
  type AuthenticationParts,
  createAuthenticationService,
  type Tenant,
} from '../../authentication/index.ts';
import type { Trust } from '../../trust/index.ts';
import {
  CALLED,
  CALLER,
  called,
  createWorld,
  numberHolder,
  provider,
  REPOSITORY,
  type Statement,
  sealer,
  type World,
} from '../../verification/verification-fixture.ts';
import type { IdentityCipher } from './identity-cipher.ts';
import { createCallPath, createTrunk, type OfferedCall, type TrunkOptions } from './index.ts';

const FORWARDED = tn('12155551299');
const FULL = 'https://full.example';
const PROVIDER_URL = `${REPOSITORY}/provider.pem`;

let world: World;
let deposits: Deposit[];
let sending: 'stored' | 'unavailable' = 'stored';
beforeEach(async () => {
  world = await createWorld({ provider, called });
  deposits = [];
  sending = 'stored';
});

const tenantOf = (more: Partial<Tenant> = {}): Tenant => ({
  name: 't',
  signer: createPassportSigner(called.key, `${REPOSITORY}/called.pem`),
  certificate: called.certificate,
  chain: called.ders,
  highestAttestation: 'A',
  ...more,
});

/** Both sides in one: the authentication service leaves at the CPS what the verification service finds there. */
function createPath(
  tenant: Tenant | undefined = undefined,
  cipher?: IdentityCipher,
  clear?: AuthenticationParts['clear'],
  keys: AuthenticationParts['keys'] = { keysFor: world.publishedFor },
) {
  const parts = world.partsOf();
  const chains = parts.chains as Trust;
  const authentication = createAuthenticationService({
    crypto,
    now: world.clock.ms,
    tenants: { tenant: () => tenant },
    keys,
    purse: { take: (_cps, count) => Array<Token>(count).fill({} as Token) },
    sender: {
      async send(cps, deposit) {
        if (cps === FULL) return 'refused';
        if (sending !== 'stored') return sending;
        deposits.push(deposit);
        world.leave(deposit.blob, splitAddress(deposit.address));
        return 'stored';
      },
      retract: async () => undefined,
    },
    chains,
    clear,
    schedule: () => undefined,
  });
  return createCallPath({
    authentication,
    cipher,
    verification: world.createVs({ chains }),
    now: world.clock.ms,
    elapsed: () => performance.now(),
    schedule: (action, delayMs) => {
      const timer = setTimeout(action, delayMs);
      return () => clearTimeout(timer);
    },
  });
}

const trunkOf = (options: Partial<TrunkOptions>) =>
  createTrunk({ name: 'gateway', tenant: 't', deadlineMs: 5_000, ...options });
const carrying = trunkOf({ outgoing: 'carry' });
const restoring = trunkOf({ incoming: 'restore' });
const offerOf = (change: Partial<OfferedCall>): OfferedCall => ({
  trunk: carrying,
  callId: 'call',
  caller: CALLER,
  called: CALLED,
  ...change,
});
const envelopeIn = ({ address, blob }: Deposit, number = CALLED) =>
  sealer.open(world.holder.keysFor(number)[0]!.agreement, address, blob)!;
const identityOf = (statement: Statement = {}) => world.identityOf({ x5u: PROVIDER_URL, ...statement });

describe('gateway placement', () => {
  it('G-01: the PASSporTs of the INVITE go to every key of the called number, and none is made', async () => {
    const identity = identityOf();
    const answer = await createPath().place(offerOf({ identities: [identity] }));
    expect(answer).toMatchObject({
      action: 'continue',
      reason: 'carried',
      outOfBand: 'stored',
      identities: [],
      removeIdentities: false,
    });
    expect(deposits).toHaveLength(world.holder.keysFor(CALLED).length);
    expect(envelopeIn(deposits[0]!).passports).toEqual([parseIdentity(identity).token]);
  });

  it('G-01: where the trunk says so, the INVITE loses them once they are stored, and not before (RFC 8816 Section 8.3)', async () => {
    const trunk = trunkOf({ outgoing: 'carry', removesIdentity: true });
    const place = (callId: string, change: Partial<OfferedCall> = {}) =>
      createPath().place(offerOf({ trunk, callId, identities: [identityOf()], ...change }));
    const taken = { action: 'continue', reason: 'carried', identities: [], identityEncrypted: [] };
    expect(await place('a')).toMatchObject({ ...taken, outOfBand: 'stored', removeIdentities: true });
    const nobodys = await place('b', { called: '12155559999' });
    expect(nobodys).toMatchObject({ ...taken, outOfBand: 'no-key', removeIdentities: false });
    sending = 'unavailable';
    expect(await place('c')).toMatchObject({ ...taken, outOfBand: 'failed', removeIdentities: false });
    sending = 'stored';
    expect(await place('d', { identities: ['nonsense'] })).toMatchObject({ removeIdentities: false });
    const half = await place('f', { identities: [identityOf(), 'nonsense'] });
    expect(half).toMatchObject({ ...taken, outOfBand: 'stored', removeIdentities: false });
    const folded = [`${identityOf()}, ${identityOf()}`, 'nonsense'];
    expect(await place('h', { identities: folded })).toMatchObject({ removeIdentities: false });
    const twice = identityOf();
    expect(await place('g', { identities: [twice, twice] })).toMatchObject({ removeIdentities: true });
    const encrypting = trunkOf({ outgoing: 'carry', removesIdentity: true, encryptIdentity: true });
    expect(await place('e', { trunk: encrypting })).toMatchObject({ ...taken, removeIdentities: true });
  });

  it('what is taken off is stored: another Identity of the same call as well, and as long as it is asked for', async () => {
    const trunk = trunkOf({ outgoing: 'carry', removesIdentity: true });
    const path = createPath();
    const [first, second] = [identityOf(), identityOf()];
    const place = (identity: string) => path.place(offerOf({ trunk, identities: [identity] }));
    for (const identity of [first, second])
      expect(await place(identity)).toMatchObject({ removeIdentities: true });
    const kept = () => deposits.flatMap((deposit) => envelopeIn(deposit).passports);
    expect(kept()).toEqual([first, second].map((identity) => parseIdentity(identity).token));
    world.clock.advance(9);
    await place(first);
    expect(deposits).toHaveLength(2);
    // Longer than the shortest deposit lies: it is left again.
    world.clock.advance(1);
    expect(await place(first)).toMatchObject({ removeIdentities: true });
    expect(deposits).toHaveLength(3);
  });

  it('the same INVITE by another trunk is left for the peers of that one, and where the first only monitored', async () => {
    const asked: string[] = [];
    const clear: AuthenticationParts['clear'] = {
      routeFor: ({ peers = [] }) => ({
        isInstead: false,
        peers: peers.map((peer) => ({
          async publish() {
            asked.push(peer);
            return 'stored';
          },
        })),
      }),
    };
    const path = createPath(tenantOf(), undefined, clear);
    const identities = [identityOf()];
    const by = (name: string, options: Partial<TrunkOptions>) =>
      path.place(
        offerOf({
          identities,
          trunk: trunkOf({ name, outgoing: 'carry', removesIdentity: true, ...options }),
        }),
      );
    for (const peer of ['x', 'y'])
      expect(await by(peer, { clearPeers: [peer] })).toMatchObject({ removeIdentities: true });
    expect(asked).toEqual(['x', 'y']);
    await by('watched', { mode: 'monitor' });
    const before = deposits.length;
    expect(await by('acting', {})).toMatchObject({ outOfBand: 'stored', removeIdentities: true });
    expect(deposits.length).toBeGreaterThan(before);
  });

  it('a copy for one key is not enough where that for another was refused', async () => {
    const keys = {
      // Two who have authority over the number; the second has its mailbox at a CPS that takes nothing.
      keysFor: (number: TelephoneNumber) => {
        const published = world.publishedFor(number);
        const full = published.map((key) => ({ ...key, credential: { ...key.credential, cps: [FULL] } }));
        return [...published, ...full];
      },
    };
    const place = (removesIdentity: boolean) =>
      createPath(undefined, undefined, undefined, keys).place(
        offerOf({ trunk: trunkOf({ outgoing: 'carry', removesIdentity }), identities: [identityOf()] }),
      );
    expect(await place(true)).toMatchObject({ outOfBand: 'failed', removeIdentities: false });
    expect(await place(false)).toMatchObject({ outOfBand: 'stored', removeIdentities: false });
    expect(deposits).toHaveLength(2 * world.holder.keysFor(CALLED).length);
  });

  it.each([
    [['stored', 'stored'], true],
    [['stored', 'refused'], false],
    [['unavailable', 'stored'], false],
  ] as const)('peers that get it in clear say %j: taken off, %s', async (answers, isTakenOff) => {
    const clear: AuthenticationParts['clear'] = {
      routeFor: () => ({
        isInstead: false,
        peers: answers.map((answer) => ({ publish: async () => answer })),
      }),
    };
    const trunk = trunkOf({ outgoing: 'carry', removesIdentity: true });
    const place = (called: string, callId: string) =>
      createPath(undefined, undefined, clear).place(
        offerOf({ trunk, called, callId, identities: [identityOf({ dest: [called as TelephoneNumber] })] }),
      );
    const expected = { reason: 'carried', removeIdentities: isTakenOff };
    expect(await place(CALLED, 'keyed')).toMatchObject(expected);
    expect(await place('12155559999', 'unkeyed')).toMatchObject(expected);
  });

  it('a copy in clear is not enough where the sealed one was refused', async () => {
    sending = 'unavailable';
    const clear = {
      routeFor: () => ({ isInstead: false, peers: [{ publish: async () => 'stored' as const }] }),
    };
    const trunk = trunkOf({ outgoing: 'carry', removesIdentity: true });
    const refused = await createPath(undefined, undefined, clear).place(
      offerOf({ trunk, identities: [identityOf()] }),
    );
    expect(refused).toMatchObject({ outOfBand: 'failed', removeIdentities: false });
  });

  it('a diversion to another party is another answer, and so is another attestation', async () => {
    const path = createPath(tenantOf());
    const identities = [identityOf()];
    const divertedTo = async (uri: string) => {
      const answer = await path.place(
        offerOf({ trunk: trunkOf({}), called: uri, divertedFrom: CALLED, identities }),
      );
      return parsePassport(parseIdentity(answer.identities[0]!).token).destinations.uris;
    };
    for (const uri of ['sip:alice@a.example', 'sip:bob@b.example'])
      expect(await divertedTo(uri)).toEqual([uri]);
    const ofCaller = {
      signer: createPassportSigner(numberHolder.key, `${REPOSITORY}/numberHolder.pem`),
      certificate: numberHolder.certificate,
      chain: numberHolder.ders,
    };
    const signed = createPath(tenantOf(ofCaller));
    const trunk = trunkOf({});
    const attested = async (attestation: 'A' | 'C') => {
      const answer = await signed.place(offerOf({ trunk, attestation }));
      return parsePassport(parseIdentity(answer.identities[0]!).token).shaken?.attestation;
    };
    expect([await attested('A'), await attested('C')]).toEqual(['A', 'C']);
  });

  it('an INVITE keeps its Identity where the trunk encrypts and nothing could be sealed', async () => {
    const trunk = trunkOf({ outgoing: 'carry', encryptIdentity: true });
    const answer = await createPath().place(offerOf({ trunk, identities: [identityOf()] }));
    expect(answer).toMatchObject({ reason: 'carried', identityEncrypted: [], removeIdentities: false });
    const sealing = createPath(undefined, { seal: () => ['sealed'], open: () => [] });
    const sealed = await sealing.place(offerOf({ trunk, callId: 'sealed', identities: [identityOf()] }));
    expect(sealed).toMatchObject({ identityEncrypted: ['sealed'], removeIdentities: true });
  });

  it('G-01: the chain goes along where it is at hand, and is not fetched for it', async () => {
    const path = createPath();
    await path.place(offerOf({ identities: [identityOf()] }));
    expect([envelopeIn(deposits[0]!).chain, world.fetched]).toEqual([undefined, []]);
    const vs = await path.receive(
      offerOf({ trunk: restoring, callId: 'arrived', identities: [identityOf()] }),
    );
    expect(vs.reason).toBe('verified');
    await path.place(offerOf({ callId: 'next', identities: [identityOf()] }));
    expect(envelopeIn(deposits[1]!).chain).toEqual(provider.ders);
  });

  it('G-02: the same INVITE again is one deposit and the same answer; whether another lies there cannot be seen', async () => {
    const path = createPath();
    const offer = offerOf({ identities: [identityOf()] });
    const answers = await Promise.all([path.place(offer), path.place(offer)]);
    expect(deposits).toHaveLength(1);
    expect(answers[1]).toEqual(answers[0]);
    // Somebody left the same PASSporT before: one call takes one, and finds it among two.
    const identity = identityOf();
    await path.place(offerOf({ callId: 'a', identities: [identity] }));
    await path.place(offerOf({ callId: 'b', identities: [identity] }));
    expect((await path.receive(offerOf({ trunk: restoring, callId: 'c' }))).reason).toBe('verified');
  });

  it('G-03: what is found is put back, in full form, and verifies in band', async () => {
    const path = createPath();
    const identity = identityOf();
    await path.place(offerOf({ identities: [identity] }));
    const answer = await path.receive(
      offerOf({ trunk: restoring, callId: 'over the telephone network'.replaceAll(' ', '-') }),
    );
    expect(answer).toMatchObject({
      action: 'continue',
      reason: 'verified',
      identities: [identity],
      facts: { attestation: 'A', channel: 'out-of-band', authority: 'provider' },
    });
    expect(answer.facts.originationId).toMatch(/^00000000-/);
    // Verified all the same, and put back only where the trunk says so.
    await path.place(offerOf({ callId: 'other', identities: [identityOf()] }));
    const plain = await path.receive(offerOf({ trunk: trunkOf({}), callId: 'again' }));
    expect(plain).toMatchObject({ reason: 'verified', identities: [] });
  });

  it.each<[string, Partial<PassportStatement> & Pick<PassportStatement, 'extension'>]>([
    ['rph', { extension: 'rph', priority: { authorized: ['ets.0'] } }],
    ['rcd', { extension: 'rcd', richCallData: { name: 'Zorin Industries' } }],
    ['rcd of a third party', { extension: 'rcd', callReason: 'delivery', issuer: 'Example CNAM' }],
  ])('G-03: shaken and %s of one INVITE, by two signers: both come back as they were', async (_, more) => {
    const url = `${REPOSITORY}/numberHolder.pem`;
    world.repository.set('/numberHolder.pem', numberHolder.pem);
    const token = createPassportSigner(numberHolder.key, url).sign({
      originator: { kind: 'tn', number: CALLER },
      destinations: { numbers: [CALLED], uris: [] },
      issuedAt: world.clock.seconds(),
      ...more,
    });
    const beside = formatIdentity({ token, info: url, algorithm: 'ES256', ppt: more.extension });
    const identities = [identityOf(), beside];
    const path = createPath();
    const carried = await path.place(offerOf({ identities: [...identities].reverse() }));
    expect(carried.reason).toBe('carried');
    const answer = await path.receive(offerOf({ trunk: restoring, callId: 'arrived' }));
    expect(answer).toMatchObject({ reason: 'verified', identities, facts: { attestation: 'A' } });
  });

  it('G-03: what stands in the INVITE as well as sealed is not put back a second time', async () => {
    const identities = [identityOf(), identityOf()];
    const path = createPath(undefined, { seal: () => [], open: () => [{ identities }] });
    const arrived = { trunk: restoring, identityEncrypted: ['sealed'] };
    const both = await path.receive(offerOf({ ...arrived, callId: 'both', identities: [identities.join()] }));
    expect([both.reason, both.identities]).toEqual(['verified', []]);
    const none = await path.receive(offerOf({ ...arrived, callId: 'none' }));
    expect(none.reason).toBe('ambiguous');
  });

  it('G-03, S-05: a compact form is rebuilt from the call before it is left; without its Date it is not', async () => {
    const token = createPassportSigner(provider.key, PROVIDER_URL).sign({
      extension: 'base',
      originator: { kind: 'tn', number: CALLER },
      destinations: { numbers: [CALLED], uris: [] },
      issuedAt: world.clock.seconds(),
    });
    const compact = `${formatCompact(token)};info=<${PROVIDER_URL}>;alg=ES256`;
    const path = createPath();
    const dated = offerOf({ identities: [compact], sentAt: world.clock.seconds() });
    expect((await path.place(dated)).reason).toBe('carried');
    expect(envelopeIn(deposits[0]!).passports).toEqual([token]);
    expect((await path.place(offerOf({ callId: '2', identities: [compact] }))).reason).toBe('no-passport');
  });

  it('nothing that came, or nothing that can be read: on as it came', async () => {
    const path = createPath();
    for (const identities of [[], ['nonsense'], ['a.b.c;info=<x>']])
      expect(
        await path.place(offerOf({ identities, callId: `x${identities.join()}`.replace(/\W/g, '') })),
      ).toMatchObject({
        action: 'unchanged',
        reason: 'no-passport',
      });
    expect(deposits).toEqual([]);
  });

  describe('more than an envelope holds', () => {
    const RCD_URL = `${REPOSITORY}/numberHolder.pem`;
    const rcdOf = (length: number): string => {
      const token = createPassportSigner(numberHolder.key, RCD_URL).sign({
        extension: 'rcd',
        originator: { kind: 'tn', number: CALLER },
        destinations: { numbers: [CALLED], uris: [] },
        issuedAt: world.clock.seconds(),
        richCallData: { name: 'Zorin', iconUrl: `data:,${'x'.repeat(length)}` },
      });
      return formatIdentity({ token, info: RCD_URL, algorithm: 'ES256', ppt: 'rcd' });
    };
    const leftOf = async (identities: readonly string[]) => {
      const { reason, outOfBand } = await createPath(tenantOf()).place(offerOf({ identities }));
      expect(reason).toBe('carried');
      return { outOfBand, left: deposits.flatMap((one) => envelopeIn(one).passports) };
    };
    const tokensOf = (identities: readonly string[]) => identities.map((value) => parseIdentity(value).token);

    it('a long rcd does not keep shaken, and what is short, from the called side', async () => {
      const [shaken, short] = [identityOf(), rcdOf(10)];
      const { outOfBand, left } = await leftOf([rcdOf(6_000), shaken, short]);
      expect([outOfBand, left]).toEqual(['stored', tokensOf([shaken, short])]);
    });

    it('as many as it holds, each with what diverted it', async () => {
      const long = Array.from({ length: 7 }, () =>
        identityOf({
          x5u: `${REPOSITORY}/${'x'.repeat(300)}.pem`,
          dest: Array.from({ length: 32 }, (_, at) => tn(`1215555${2000 + at}`)),
        }),
      );
      const shaken = identityOf();
      const [div] = (
        await createPath(tenantOf()).place(
          offerOf({
            trunk: trunkOf({}),
            callId: 'on',
            identities: [shaken],
            divertedFrom: CALLED,
            called: FORWARDED,
          }),
        )
      ).identities;
      deposits.length = 0;
      const { outOfBand, left } = await leftOf([...long, shaken, div!].slice(-8));
      expect(outOfBand).toBe('stored');
      expect(left.length).toBeLessThan(8);
      expect(left.slice(-2)).toEqual(tokensOf([shaken, div!]));
    });

    it('one that is longer than any: nothing is left, and the call goes on', async () => {
      expect(await leftOf([rcdOf(11_000)])).toEqual({ outOfBand: 'failed', left: [] });
    });
  });
});

describe('a call that is sent on', () => {
  const forwarding = (identities: readonly string[], change: Partial<OfferedCall> = {}) =>
    offerOf({ trunk: trunkOf({}), identities, divertedFrom: CALLED, called: FORWARDED, ...change });

  it('G-04: div in band, div-o out of band, sealed to the new target, and the chain verifies there', async () => {
    const path = createPath(tenantOf());
    const original = identityOf();
    const answer = await path.place(forwarding([original], { historyIndex: '1.1' }));
    expect(answer).toMatchObject({ action: 'continue', reason: 'diverted', outOfBand: 'stored' });
    const { token, ppt } = parseIdentity(answer.identities[0]!);
    expect([ppt, parsePassport(token).diversion]).toEqual([
      'div',
      { from: { kind: 'tn', number: CALLED }, historyIndex: '1.1' },
    ]);
    const [nested, ...others] = envelopeIn(deposits[0]!, FORWARDED).passports;
    expect(parsePassport(nested!).diversion).toMatchObject({ original: parseIdentity(original).token });
    expect(others).toEqual([]);
    const reached = await path.receive(offerOf({ trunk: restoring, callId: 'reached', called: FORWARDED }));
    expect(reached.reason).toBe('verified');
    expect(reached.verdict.diversions).toHaveLength(1);
    expect(reached.identities.map((value) => parseIdentity(value).ppt)).toEqual(['div-o']);
    // In band, with the field that was added, it verifies as well.
    const inBand = await path.receive(
      offerOf({
        trunk: trunkOf({}),
        callId: 'in-band',
        called: FORWARDED,
        identities: [identityOf(), ...answer.identities],
      }),
    );
    expect(inBand.verdict.status).toBe('verified');
  });

  it('G-04: with shaken and rph: one div for both in band, a div-o around each out of band, and both arrive', async () => {
    const url = `${REPOSITORY}/numberHolder.pem`;
    world.repository.set('/numberHolder.pem', numberHolder.pem);
    const token = createPassportSigner(numberHolder.key, url).sign({
      extension: 'rph',
      originator: { kind: 'tn', number: CALLER },
      destinations: { numbers: [CALLED], uris: [] },
      issuedAt: world.clock.seconds(),
      priority: { authorized: ['ets.0'] },
    });
    const identities = [identityOf(), formatIdentity({ token, info: url, algorithm: 'ES256', ppt: 'rph' })];
    const path = createPath(tenantOf());
    const answer = await path.place(forwarding(identities));
    expect(answer).toMatchObject({ reason: 'diverted', outOfBand: 'stored' });
    expect(answer.identities).toHaveLength(1);
    const reached = await path.receive(offerOf({ trunk: restoring, callId: 'reached', called: FORWARDED }));
    expect(reached).toMatchObject({
      reason: 'verified',
      facts: { attestation: 'A', channel: 'out-of-band' },
    });
    expect(reached.verdict.companions?.map(({ passport }) => passport.token)).toEqual([token]);
    expect(reached.identities.map((value) => parseIdentity(value).ppt)).toEqual(['div-o', 'div-o']);
    const further = await path.receive(
      offerOf({
        trunk: trunkOf({}),
        callId: 'in-band',
        called: FORWARDED,
        identities: [...identities, ...answer.identities],
      }),
    );
    expect(further.reason).toBe('ambiguous');
  });

  it('back and forth to five diversions, and not to a sixth', async () => {
    const path = createPath(tenantOf());
    const identities = [identityOf()];
    for (let at = 0; at < 6; at++) {
      const [from, to] = at % 2 === 0 ? [CALLED, FORWARDED] : [FORWARDED, CALLED];
      const offer = forwarding(identities, { divertedFrom: from, called: to, callId: `hop-${at}` });
      const answer = await path.place(offer);
      expect(answer.reason).toBe(at < 5 ? 'diverted' : 'too-many-diversions');
      identities.push(...answer.identities);
    }
    const reached = await path.receive(offerOf({ trunk: restoring, callId: 'reached', called: FORWARDED }));
    expect(reached.reason).toBe('verified');
  });

  it('a stale outermost PASSporT gets no new signature', async () => {
    const path = createPath(tenantOf());
    const original = identityOf();
    world.clock.advance(61);
    const answer = await path.place(forwarding([original]));
    expect(answer).toMatchObject({ action: 'unchanged', reason: 'stale', identities: [], outOfBand: 'none' });
    expect(deposits).toEqual([]);
  });

  it('the time of the earlier PASSporT is kept', async () => {
    const original = identityOf();
    const { issuedAt } = parsePassport(parseIdentity(original).token);
    world.clock.advance(40);
    const { identities } = await createPath(tenantOf()).place(forwarding([original]));
    expect(parsePassport(parseIdentity(identities[0]!).token).issuedAt).toBe(issuedAt);
  });

  it.each<[string, () => Tenant | undefined, Partial<OfferedCall>]>([
    ['no-authority', () => tenantOf({ certificate: provider.certificate }), {}],
    ['no-passport', () => tenantOf(), { caller: '12155550000' }],
    ['no-passport', () => tenantOf(), { divertedFrom: '12155550000' }],
    ['same-number', () => tenantOf(), { called: CALLED }],
    ['unknown-tenant', () => undefined, {}],
  ])('%s: on as it came', async (reason, tenant, change) => {
    const answer = await createPath(tenant()).place(forwarding([identityOf()], change));
    expect(answer).toMatchObject({ action: 'unchanged', reason, identities: [] });
  });

  it('without the earlier PASSporT only the div is signed, of what the switch says', async () => {
    const path = createPath(tenantOf());
    const answer = await path.place(forwarding([], { sentAt: world.clock.seconds() - 5 }));
    const { originator, destinations, issuedAt } = parsePassport(parseIdentity(answer.identities[0]!).token);
    expect([originator, destinations.numbers, issuedAt]).toEqual([
      { kind: 'tn', number: CALLER },
      [FORWARDED],
      world.clock.seconds() - 5,
    ]);
    expect([answer.outOfBand, deposits]).toEqual(['none', []]);
    const late = forwarding([], { sentAt: world.clock.seconds() - 61, callId: 'late' });
    expect((await path.place(late)).reason).toBe('stale');
  });
});
