// The redirect recipe of docs/switches/kamailio.md, one switch at a time over the real listener and element: what it
// puts on the INVITE, what it believes, and that a call goes on whatever the element does.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { notVerified, verifiedBy } from '@oobleck/stir/verdict';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createPeerBook,
  createRedirectElement,
  createUdpListener,
} from '../packages/oobleck/src/gateway/sip/index.ts';
import {
  createTestPath,
  IDENTITY,
  PLACED,
  received,
  trunk,
} from '../packages/oobleck/src/gateway/sip/sip-fixture.ts';
import { startKamailio } from './kamailio.ts';
import type { Running } from './processes.ts';
import { isMissing } from './programs.ts';
import { writeRecipe } from './recipe.ts';
import { createSipProbe, fieldOf, type Invite, type PlacedInvite, type SipProbe } from './sip-probe.ts';
import { findFreeUdpPorts } from './udp-ports.ts';

const CALLED = '+12155000001';
const log = { debug() {}, info() {}, warn() {}, error() {} };
/** Of the number that the probe calls from. */
const passport = { originator: { kind: 'tn', number: '12025550001' } } as never;
const verified = verifiedBy({ passport, authority: 'provider', channel: 'out-of-band' });

describe.skipIf(isMissing('kamailio'))('the redirect recipe', () => {
  const folder = mkdtempSync(join(tmpdir(), 'oobleck-redirect-'));
  const closers: (() => Promise<unknown>)[] = [];
  const switches: Running[] = [];
  const path = createTestPath();
  let probe: SipProbe;
  let ports: { calling: number; carrying: number; called: number; lonely: number };

  beforeAll(async () => {
    writeRecipe(folder);
    probe = await createSipProbe();
    const peers = createPeerBook([{ name: 'kamailio', addresses: ['127.0.0.1'] }]);
    const rules = [
      { trunk: trunk('outgoing'), listener: 'sign' },
      { trunk: trunk('incoming'), listener: 'verify' },
    ];
    const element = createRedirectElement({ path, log, rules }, { domain: 'bravo.example' });
    const listen = (name: string) =>
      createUdpListener({ name, host: '127.0.0.1', port: 0, peers, element, log });
    const [sign, verify] = [await listen('sign'), await listen('verify')];
    closers.push(sign.close, verify.close);
    const [calling, carrying, called, lonely, nobody] = (await findFreeUdpPorts(5)) as [
      number,
      number,
      number,
      number,
      number,
    ];
    ports = { calling, carrying, called, lonely };
    const calls = readFileSync(join(folder, 'redirect-calling.cfg'), 'utf8');
    writeFileSync(join(folder, 'carrying.cfg'), calls.replace('route(OOBLECK_SIGN)', 'route(OOBLECK_CARRY)'));
    const start = async (config: string, port: number, redirectPort: number): Promise<void> => {
      const plan = { config: join(folder, config), port, nextHopPort: probe.port, redirectPort };
      switches.push(await startKamailio(plan));
    };
    await start('redirect-calling.cfg', calling, sign.port);
    await start('carrying.cfg', carrying, sign.port);
    await start('redirect-called.cfg', called, verify.port);
    await start('redirect-called.cfg', lonely, nobody);
  });

  afterAll(async () => {
    await Promise.all(switches.map((one) => one.stop()));
    for (const close of closers) await close();
    await probe?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  beforeEach(() => {
    path.asked.length = 0;
    path.placed = PLACED;
    path.received = received(verified);
  });

  const place = async (port: number, invite: Partial<Invite> = {}): Promise<PlacedInvite> => {
    const placed = await probe.place(port, { called: CALLED, ...invite });
    expect(placed.status).toBe(200);
    return placed;
  };

  it('puts the Identity of the answer on the INVITE, and none that was brought along', async () => {
    const { arrived } = await place(ports.calling, { headers: ['Identity: brought-along'] });
    expect(fieldOf(arrived, 'Identity')).toEqual([IDENTITY]);
    expect(path.asked.map(({ called, identities }) => [called, identities])).toEqual([[CALLED, []]]);
  });

  it('puts all of several, and the sealed ones', async () => {
    const more = `${IDENTITY.slice(0, -1)}2"`;
    path.placed = { ...PLACED, identities: [IDENTITY, more], identityEncrypted: ['c2VhbGVk'] };
    const { arrived } = await place(ports.calling);
    expect([...fieldOf(arrived, 'Identity')].sort()).toEqual([more, IDENTITY].sort());
    expect(fieldOf(arrived, 'Identity-Encrypted')).toEqual(['c2VhbGVk']);
  });

  it('a gateway hands on what the call brings, and takes it off where the answer says so only', async () => {
    const brought = [IDENTITY, `${IDENTITY.slice(0, -1)}2"`];
    const headers = brought.map((value) => `Identity: ${value}`);
    path.placed = { ...PLACED, identities: [], reason: 'carried' };
    expect(fieldOf((await place(ports.carrying, { headers })).arrived, 'Identity')).toEqual(brought);
    path.placed = { ...PLACED, identities: [], reason: 'carried', removeIdentities: true };
    const { arrived } = await place(ports.carrying, { headers });
    expect(fieldOf(arrived, 'Identity')).toEqual([]);
    expect(fieldOf(arrived, 'X-Identity-Action')).toEqual([]);
    path.placed = { ...PLACED, identities: [], identityEncrypted: ['c2VhbGVk'], removeIdentities: true };
    const sealed = (await place(ports.carrying, { headers })).arrived;
    expect([fieldOf(sealed, 'Identity'), fieldOf(sealed, 'Identity-Encrypted')]).toEqual([[], ['c2VhbGVk']]);
    expect(path.asked.map(({ identities }) => identities)).toEqual([brought, brought, brought]);
  });

  it('sends a call on unsigned where there is nothing to add', async () => {
    path.placed = { ...PLACED, action: 'unchanged' };
    const { arrived, elapsedMs } = await place(ports.calling);
    expect(fieldOf(arrived, 'Identity')).toEqual([]);
    expect(elapsedMs).toBeLessThan(450);
  });

  it('brings the verdict to the called side', async () => {
    const { arrived } = await place(ports.called, { headers: [`Identity: ${IDENTITY}`] });
    expect(fieldOf(arrived, 'X-Verstat')).toEqual(['TN-Validation-Passed']);
    expect(fieldOf(arrived, 'P-Asserted-Identity')).toEqual([
      '<sip:+12025550001;verstat=TN-Validation-Passed@bravo.example;user=phone>',
    ]);
    expect(path.asked[0]!.identities).toEqual([IDENTITY]);
  });

  it.each([
    ['user part', '<sip:+12025550001;verstat=TN-Validation-Passed@h;user=phone>'],
    ['URI parameter', '<sip:+12025550001@h;VerStat=TN-Validation-Passed>'],
    ['header parameter', '<sip:+12025550001@h> ; verstat = TN-Validation-Passed'],
  ])('believes no stranger: From with verstat as %s', async (_what, from) => {
    path.received = received(notVerified('no-passport', 'out-of-band'));
    const headers = [
      'X-Verstat: TN-Validation-Passed',
      'P-Asserted-Identity: <sip:+12025550001;verstat=TN-Validation-Passed@h>',
    ];
    const { arrived } = await place(ports.called, { from, headers });
    expect(arrived).not.toContain('TN-Validation-Passed');
    expect(fieldOf(arrived, 'X-Verstat')).toEqual(['No-TN-Validation']);
  });

  it('lets a call go on where nothing was decided, and ends it only by policy', async () => {
    path.received = received(notVerified('internal'), { action: 'unchanged' });
    const { arrived } = await place(ports.called);
    expect(fieldOf(arrived, 'X-Verstat')).toEqual(['No-TN-Validation']);
    path.received = received(notVerified('bad-signature', 'in-band'), { action: 'block' });
    expect((await probe.place(ports.called, { called: CALLED })).status).toBe(603);
  });

  it('an element that is away blocks no call, and after five failures none waits', async () => {
    for (let failures = 0; failures < 5; failures++) {
      const { arrived, elapsedMs } = await place(ports.lonely);
      expect(fieldOf(arrived, 'X-Verstat')).toEqual(['No-TN-Validation']);
      expect(elapsedMs).toBeLessThan(1_900);
    }
    const { elapsedMs } = await place(ports.lonely);
    expect(elapsedMs).toBeLessThan(400);
  });
});
