// The use cases of RFC 8816 Section 5 with real SIP: each is a route through switches, telephone legs and borders, 200 calls
// at 100 a second, judged by what the called side received. docs/call-flows.md draws each as a ladder.

import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './eventually.ts';
import { callOver, PACE } from './flows/route-calls.ts';
import { startWorld, type World } from './flows/world.ts';
import type { Routes } from './flows/world-plan.ts';
import { isMissing } from './programs.ts';
import type { NumberPair, Pace } from './sipp.ts';

const ROUTES = {
  '5.1': ['origin', 'tdm', 'terminating'],
  '5.2': ['pbx', 'tdm', 'terminating'],
  '5.3.1': ['pbx', 'tdm', 'from-pstn', 'in-band'],
  '5.3.2': ['pbx', 'tdm', 'border', 'terminating'],
  '5.4.1': ['legacy', 'to-pstn', 'tdm', 'terminating'],
  'at the gateway': ['legacy', 'to-pstn'],
  '5.4.2': ['legacy', 'to-pstn', 'tdm', 'from-pstn', 'in-band'],
  '5.4.3': ['legacy', 'to-pstn', 'tdm', 'border', 'terminating'],
  border: ['legacy', 'to-pstn', 'border', 'from-pstn', 'in-band'],
  bare: ['legacy', 'border', 'from-pstn', 'in-band'],
  sealed: ['sealed', 'border', 'terminating'],
  diverted: [
    'origin',
    'tdm',
    'from-pstn',
    { divert: 'on-from-bravo', from: '1215501', to: '1202555' },
    'tdm',
    'back-at-alpha',
    { divert: 'on-from-alpha', from: '1202555', to: '1215502' },
    'tdm',
    'terminating',
  ],
} as const satisfies Routes;

type Route = keyof typeof ROUTES;
const CALLS = 200;
/**
 * A diverted call costs Bravo's process some 19 ms (two verifications, of eight pages of 64 KiB each), so that it does not
 * take 100 of them a second. Left to queue, the last ones wait for more than half of their deadline on two free cores, and
 * for all of it on busy ones; 20 at once wait for a tenth of it.
 */
const FEW: Pace = { ...PACE, underWay: 20 };
/** A machine that had less of its time to spare may have been too slow for calls that nothing holds back. */
const SPARE_SHARE = 0.25;
/** Each call leaves a deposit, a diverted one two more; trials and carried ones included. */
const TOKENS = { alpha: 2_400, bravo: 400 };
const PASSED = 'TN-Validation-Passed';

describe.skipIf(isMissing('kamailio', 'sipp'))('the use cases of RFC 8816', () => {
  const folder = mkdtempSync(join(tmpdir(), 'oobleck-flows-'));
  let world: World;
  let used = 0;

  /** Pairs of which no other test has the number called. */
  const pairs = (count: number, calling: (at: number) => number): readonly NumberPair[] =>
    Array.from({ length: count }, (_none, at) => ({
      calling: String(calling(at)),
      called: String(12155010000 + used++),
    }));
  const ofAlpha = (at: number): number => 12025550000 + at;
  const ofPbx = (at: number): number => 14045550000 + (at % 100);

  /** At full pace; where that failed and the machine had no time to spare, others are called, few at once. */
  const play = async (route: Route, calling: (at: number) => number) => {
    const calls = pairs(CALLS, calling);
    const spareShare = watchSpareTime();
    const received = await callOver(world, route, calls);
    const isHeld = received.every(({ verstat }) => verstat === PASSED) || spareShare() >= SPARE_SHARE;
    if (isHeld) return { calls, received };
    process.stdout.write(`${route}: the machine was too busy for the pace; with few calls at once\n`);
    const others = pairs(CALLS, calling);
    return { calls: others, received: await callOver(world, route, others, FEW) };
  };
  const verified = (calls: readonly NumberPair[], identities: readonly string[] = []) =>
    calls.map((pair) => ({ ...pair, verstat: PASSED, identities, isSealed: false }));

  beforeAll(async () => {
    world = await startWorld(folder, { routes: ROUTES, tokens: TOKENS, deadlineMs: 4_000 });
    for (const route of ['5.1', '5.2', 'diverted', '5.4.1'] as const)
      await eventually(`a trial call of ${route} verifies`, 90_000, async () => {
        const trial = pairs(1, route === '5.2' ? ofPbx : ofAlpha);
        const arriving = route === 'diverted' ? trial.map(diverted) : trial;
        const [received] = await callOver(world, route, trial, FEW, arriving);
        return received?.verstat === PASSED;
      });
  }, 240_000);

  afterAll(async () => {
    await world?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('5.1: VoIP to the PSTN to a smart phone, left out of band by the caller’s carrier', async () => {
    const { calls, received } = await play('5.1', ofAlpha);
    expect(received).toEqual(verified(calls));
  }, 60_000);

  it('5.2: two smart ends on the PSTN, a PBX that leaves its own', async () => {
    const { calls, received } = await play('5.2', ofPbx);
    expect(received).toEqual(verified(calls));
  }, 60_000);

  it('G-03: 5.3, a gateway from the PSTN puts Identity back for a domain that knows in band only', async () => {
    const { calls, received } = await play('5.3.1', ofPbx);
    expect(received.map(({ verstat, identities }) => [verstat, identities.length])).toEqual(
      calls.map(() => [PASSED, 1]),
    );
  }, 60_000);

  it('5.3, the domain behind the gateway looks itself', async () => {
    const { calls, received } = await play('5.3.2', ofPbx);
    expect(received).toEqual(verified(calls));
  }, 60_000);

  it('G-01: 5.4, a gateway to the PSTN carries what calls bring, a phone behind it looks', async () => {
    const { calls, received } = await play('5.4.1', ofAlpha);
    expect(received).toEqual(verified(calls));
    const leaving = pairs(20, ofAlpha);
    const taken = leaving.map((pair) => ({ ...pair, verstat: '', identities: [], isSealed: false }));
    expect(await callOver(world, 'at the gateway', leaving)).toEqual(taken);
  }, 60_000);

  it('5.4, a gateway back from the PSTN restores what the first one carried', async () => {
    const { calls, received } = await play('5.4.2', ofAlpha);
    expect(received).toEqual(verified(calls, ['shaken']));
  }, 60_000);

  it('5.4, the terminating domain looks for an INVITE without Identity', async () => {
    const { calls, received } = await play('5.4.3', ofAlpha);
    expect(received).toEqual(verified(calls));
  }, 60_000);

  it('an IP border that loses Identity is bridged by the same two gateways, and by nothing else', async () => {
    const { calls, received } = await play('border', ofAlpha);
    expect(received).toEqual(verified(calls, ['shaken']));
    const bare = pairs(20, ofAlpha);
    const unrestored = await callOver(world, 'bare', bare);
    expect(unrestored.map(({ verstat, identities }) => [verstat, identities])).toEqual(
      bare.map(() => ['No-TN-Validation', []]),
    );
  }, 60_000);

  it('G-04: a call that two numbers send on is verified where it ends, through both diversions', async () => {
    const calls = pairs(CALLS, ofAlpha);
    const received = await callOver(world, 'diverted', calls, FEW, calls.map(diverted));
    expect(received.map(({ verstat }) => verstat)).toEqual(calls.map(() => PASSED));
  }, 90_000);

  it('Identity-Encrypted goes where Identity must not be seen, and is opened where the call ends', async () => {
    const { calls, received } = await play('sealed', ofAlpha);
    expect(received).toEqual(
      calls.map((pair) => ({ ...pair, verstat: PASSED, identities: [], isSealed: true })),
    );
  }, 60_000);
});

/** @returns the share of all processors' time since then that nobody used */
function watchSpareTime(): () => number {
  const idleMs = (): number => cpus().reduce((sum, { times }) => sum + times.idle, 0);
  const [startMs, startIdleMs] = [performance.now(), idleMs()];
  return () => (idleMs() - startIdleMs) / (cpus().length * (performance.now() - startMs));
}

function diverted({ calling, called }: NumberPair): NumberPair {
  return { calling, called: called.replace(/^1215501/, '1215502') };
}
