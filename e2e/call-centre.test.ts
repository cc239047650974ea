// RFC 8816 Section 5.5: a mobile phone calls a call centre. Its carrier leaves the PASSporT at the CPS, the telephone
// network brings the call to the centre's PBX without it, and a correlator that holds a stream of the centre's mailbox
// tells agents' software who calls. Judged by what an agent hears and by what the PBX passes on.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AgentEvent, type AgentScreen, openAgentScreen } from './agent-screen.ts';
import { eventually } from './eventually.ts';
import { callOver, PACE } from './flows/route-calls.ts';
import { startWorld, type World } from './flows/world.ts';
import type { Routes } from './flows/world-plan.ts';
import { isMissing } from './programs.ts';
import type { NumberPair } from './sipp.ts';

const ROUTES = {
  '5.5': ['origin', 'tdm', 'centre'],
  unproven: ['tdm', 'centre'],
} as const satisfies Routes;

const CALLS = 200;
const TOKENS = 600;
const PASSED = 'TN-Validation-Passed';
/** From the moment a call was placed to the verdict on an agent's screen, and of how many calls. */
const SOON_MS = 1_500;
const SHARE = 0.9;

describe.skipIf(isMissing('kamailio', 'sipp'))('a call centre', () => {
  const folder = mkdtempSync(join(tmpdir(), 'oobleck-centre-'));
  let world: World;
  let screen: AgentScreen;
  let used = 0;

  const pairs = (count: number): readonly NumberPair[] =>
    Array.from({ length: count }, (_none, at) => ({
      calling: String(12025550000 + used++),
      called: at % 2 === 0 ? '17035550100' : '17035550101',
    }));
  const verdictOn = ({ calling }: NumberPair): AgentEvent | undefined =>
    screen
      .heard()
      .find(({ event, data }) => event === 'verdict' && String(data.calling).replace('+', '') === calling);

  beforeAll(async () => {
    world = await startWorld(folder, {
      routes: ROUTES,
      tokens: TOKENS,
      deadlineMs: 4_000,
      nodes: ['alpha-services', 'bravo-services', 'alpha-calls', 'centre-calls'],
    });
    const { port } = world.configurations.get('centre-calls')!.rest!;
    screen = await openAgentScreen(`http://127.0.0.1:${port}/callcentre/v1/events`);
    await eventually('a trial call verifies', 90_000, async () => {
      const [received] = await callOver(world, '5.5', pairs(1));
      return received?.verstat === PASSED;
    });
  }, 240_000);

  afterAll(async () => {
    await screen?.close();
    await world?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('5.5: agents hear within a second or so that each caller is proven', async () => {
    const calls = pairs(CALLS);
    const startMs = Date.now();
    const received = await callOver(world, '5.5', calls);
    expect(received.map(({ verstat }) => verstat)).toEqual(calls.map(() => PASSED));
    await eventually('an agent heard of every call', 10_000, () =>
      calls.every((pair) => verdictOn(pair) !== undefined),
    );
    const verdicts = calls.map((pair) => verdictOn(pair)!);
    expect(
      verdicts.map(({ data }) => [String(data.called).replace('+', ''), data.verstat, data.channel]),
    ).toEqual(calls.map(({ called }) => [called, PASSED, 'out-of-band']));
    const soon = verdicts.filter(
      ({ heardAtMs }, at) => heardAtMs - (startMs + (at * 1000) / PACE.callsPerSecond) <= SOON_MS,
    );
    expect(soon.length).toBeGreaterThanOrEqual(SHARE * CALLS);
  }, 60_000);

  it('5.5: a caller who left nothing is shown as calling, and never as proven', async () => {
    const calls = pairs(5);
    const received = await callOver(world, 'unproven', calls);
    expect(received.map(({ verstat }) => verstat)).toEqual(calls.map(() => 'No-TN-Validation'));
    await eventually('an agent heard of every call', 20_000, () =>
      calls.every((pair) => verdictOn(pair) !== undefined),
    );
    for (const { calling } of calls) {
      const heard = screen.heard().filter(({ data }) => String(data.calling).replace('+', '') === calling);
      expect(heard.map(({ event, data }) => [event, data.verstat])).toEqual([
        ['call', undefined],
        ['verdict', 'No-TN-Validation'],
      ]);
    }
  }, 60_000);
});
