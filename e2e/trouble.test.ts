// Calls in trouble, with real SIP, judged by what the called side received: somebody else's call right behind a genuine
// one, a border controller that repeats an INVITE, a certificate that changes while calls run, one that is revoked.
// docs/call-flows.md draws each as a ladder.

import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parsePem } from '@oobleck/stir/certificate';
import { parseTnEntry } from '@oobleck/stir/number';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatPrivateKeyPem } from '../packages/oobleck/src/lab/certificate-issuer.ts';
import { findFreePorts } from '../packages/oobleck/src/lab/free-ports.ts';
import type { Lab } from '../packages/oobleck/src/lab/lab-files.ts';
import type { Configuration } from '../packages/oobleck/src/wiring/index.ts';
import {
  createPolicyAdministrator,
  type PolicyAdministrator,
} from '../packages/oobleck/test/policy-administrator.ts';
import { eventually } from './eventually.ts';
import { withoutAuthentication } from './flows/configurations.ts';
import { callOver, PACE, receivedOf } from './flows/route-calls.ts';
import { startWorld, type World } from './flows/world.ts';
import type { NodeName, Routes } from './flows/world-plan.ts';
import { isMissing } from './programs.ts';
import { createSipProbe, fieldOf, type SipProbe } from './sip-probe.ts';
import type { NumberPair } from './sipp.ts';

const ROUTES = {
  signed: ['origin', 'tdm', 'terminating'],
  pbx: ['pbx', 'tdm', 'terminating'],
  spoofed: ['tdm', 'terminating'],
  'over-ip': ['origin', 'terminating'],
  repeated: ['origin', 'tdm', 'terminating'],
} as const satisfies Routes;

const TOKENS = 1_000;
const DEADLINE_MS = 4_000;
const PASSED = 'TN-Validation-Passed';
const UNKNOWN = 'No-TN-Validation';
const CRL = '/sti-pa.crl';
const DAY_MS = 86_400_000;

describe.skipIf(isMissing('kamailio', 'sipp'))('calls in trouble', () => {
  const folder = mkdtempSync(join(tmpdir(), 'oobleck-trouble-'));
  let world: World;
  let probe: SipProbe;
  let administrator: PolicyAdministrator;
  let metricsPort: number;
  let used = 0;

  const pairs = (count: number, firstCalling = 12025550000): readonly NumberPair[] =>
    Array.from({ length: count }, (_none, at) => ({
      calling: String(firstCalling + (at % 100)),
      called: String(12155020000 + used++),
    }));
  const verstatsOf = async (route: keyof typeof ROUTES, calls: readonly NumberPair[]) =>
    (await callOver(world, route, calls)).map(({ verstat }) => verstat);
  const all = (calls: readonly NumberPair[], verstat: string) => calls.map(() => verstat);

  const prepare = async (lab: Lab): Promise<void> => {
    const read = (name: string) => readFileSync(join(lab.folder, name), 'utf8');
    administrator = await createPolicyAdministrator({ cert: read('tls.pem'), key: read('tls.key') });
    administrator.serve(CRL, administrator.crl([]));
    writeFileSync(join(lab.folder, 'sti-pa.pem'), administrator.signerPem);
  };
  const adapt = (name: NodeName, configuration: Configuration): Configuration => {
    const crls = [{ url: `${administrator.origin}${CRL}`, issuerFile: 'sti-pa.pem' }];
    const watching = { ...configuration, trust: { ...configuration.trust, crls } };
    if (name === 'bravo-services') return { ...watching, metrics: { port: metricsPort } };
    return name === 'bravo-calls' ? withoutAuthentication(watching) : watching;
  };

  beforeAll(async () => {
    probe = await createSipProbe();
    [metricsPort] = (await findFreePorts(1)) as [number];
    world = await startWorld(folder, {
      routes: ROUTES,
      tokens: TOKENS,
      deadlineMs: DEADLINE_MS,
      nodes: ['alpha-services', 'bravo-services', 'alpha-calls', 'bravo-calls'],
      ends: { repeated: probe.port },
      prepare,
      adapt,
    });
    await eventually('a trial call verifies', 90_000, async () => {
      const [verstat] = await verstatsOf('signed', pairs(1));
      return verstat === PASSED;
    });
  }, 240_000);

  afterAll(async () => {
    await world?.stop();
    await probe?.close();
    await administrator?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('a spoofed call right behind the genuine one: one of the two is verified, and the operator hears of it', async () => {
    const calls = pairs(20);
    const [, spoofed] = await Promise.all([
      callOver(world, 'signed', calls),
      delay(50).then(() => callOver(world, 'spoofed', calls)),
    ]);
    expect(spoofed).toHaveLength(calls.length);
    await eventually('both calls of each pair arrived', 10_000, () =>
      calls.every((pair) => receivedOf(world, pair).length === 2),
    );
    const [late] = pairs(1) as [NumberPair];
    expect(await verstatsOf('signed', [late])).toEqual([PASSED]);
    expect(await verstatsOf('spoofed', [late])).toEqual([UNKNOWN]);
    for (const pair of [...calls, late])
      expect(
        receivedOf(world, pair)
          .map(({ verstat }) => verstat)
          .sort(),
      ).toEqual([UNKNOWN, PASSED]);
    const told = world.nodes
      .get('bravo-calls')!
      .output()
      .split('\n')
      .filter((line) => line.includes('"ambiguous-call"'));
    expect(told.length).toBeGreaterThan(0);
    expect(told.join('\n')).not.toMatch(/202555|215502/);
  }, 60_000);

  it('a border controller that repeats an INVITE: one deposit, the same answer to the byte', async () => {
    const [{ calling, called }] = pairs(1) as [NumberPair];
    const from = `<sip:+${calling}@127.0.0.1>`;
    const invite = { called: `+${called}`, from, callId: `repeated-${called}` };
    const before = await depositsAt(metricsPort);
    const asked = world.trunkPorts.get('origin')!;
    const answers = [await probe.place(asked, invite), await probe.place(asked, invite)];
    expect(answers.map(({ status }) => status)).toEqual([302, 302]);
    expect(fieldOf(answers[0]!.answer, 'Identity')).toHaveLength(1);
    expect(answerOf(answers[1]!.answer)).toBe(answerOf(answers[0]!.answer));
    expect((await depositsAt(metricsPort)) - before).toBe(1);

    const whole = { ...invite, callId: `whole-${called}` };
    const entrance = world.entrance.get('repeated')!;
    const placed = [await probe.place(entrance, whole), await probe.place(entrance, whole)];
    expect(placed.map(({ status }) => status)).toEqual([200, 200]);
    const asserted = placed.map(({ arrived }) => fieldOf(arrived, 'P-Asserted-Identity'));
    expect(asserted[0]![0]).toContain(`verstat=${PASSED}`);
    expect(asserted[1]).toEqual(asserted[0]);
    expect((await depositsAt(metricsPort)) - before).toBe(2);
  }, 60_000);

  it('a certificate and its key are replaced while calls run, and every call verifies', async () => {
    const calls = pairs(4 * PACE.callsPerSecond);
    const placed = verstatsOf('signed', calls);
    await delay(1_500);
    await renewAlpha(world);
    expect(await placed).toEqual(all(calls, PASSED));
    expect(world.nodes.get('alpha-calls')!.output()).not.toContain('reload-failed');
    const after = pairs(20);
    expect(await verstatsOf('over-ip', after)).toEqual(all(after, PASSED));
  }, 60_000);

  it('a revoked certificate: calls are unverifiable out of band and failed in band, those of others as ever', async () => {
    const { folder: keys } = world.lab;
    const leafIn = (name: string) => parsePem(readFileSync(join(keys, name), 'utf8'))[0]!;
    const revoke = async (leaf: Uint8Array): Promise<void> => {
      administrator.serve(CRL, administrator.crl([leaf]));
      const asked = administrator.asked(CRL);
      for (const node of world.nodes.values()) node.signal('SIGHUP');
      await eventually('every process has fetched the list', 20_000, () => {
        return administrator.asked(CRL) >= asked + world.nodes.size;
      });
    };
    await revoke(leafIn('alpha-before.pem'));
    const renewed = pairs(20);
    expect(await verstatsOf('signed', renewed)).toEqual(all(renewed, PASSED));

    await revoke(leafIn('alpha.pem'));
    await eventually('calls of the revoked certificate are found out', 20_000, async () => {
      const [verstat] = await verstatsOf('signed', pairs(1));
      return verstat === UNKNOWN;
    });
    const [outOfBand, inBand, others] = [pairs(20), pairs(20), pairs(20, 14045550000)];
    expect(await verstatsOf('signed', outOfBand)).toEqual(all(outOfBand, UNKNOWN));
    expect(await verstatsOf('over-ip', inBand)).toEqual(all(inBand, 'TN-Validation-Failed'));
    expect(await verstatsOf('pbx', others)).toEqual(all(others, PASSED));
  }, 90_000);
});

/** The files of a renewed certificate take the place of those there were, as a renewal does it. */
async function renewAlpha({ lab, nodes }: World): Promise<void> {
  const now = Date.now();
  const leaf = await lab.authority.issueLeaf({
    entries: [parseTnEntry('0-1234')],
    commonName: 'SHAKEN 1234',
    organization: 'Oobleck Lab',
    notBefore: new Date(now - DAY_MS),
    notAfter: new Date(now + 30 * DAY_MS),
  });
  const path = (name: string) => join(lab.folder, name);
  writeFileSync(path('alpha-before.pem'), readFileSync(path('alpha.pem')));
  writeFileSync(path('next.pem'), leaf.pem, { mode: 0o600 });
  writeFileSync(path('next.key'), formatPrivateKeyPem(leaf.privateKeyPkcs8), { mode: 0o600 });
  renameSync(path('next.pem'), path('alpha.pem'));
  renameSync(path('next.key'), path('alpha.key'));
  for (const name of ['alpha-services', 'alpha-calls'] as const) nodes.get(name)!.signal('SIGHUP');
}

/** Deposits that a CPS has taken, by its metrics. */
async function depositsAt(port: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(/^oobleck_deposits_total\{outcome="created"\} ([0-9]+)/m.exec(text)?.[1] ?? 0);
}

/** The whole answer but what belongs to the one transaction: Via, and the tag of To. */
function answerOf(answer: string): string {
  return answer.replace(/^Via: .*\r\n/gm, '').replace(/^(To: .*);tag=\w+/m, '$1');
}
