// A CPS that falls silent while calls run, with the deadlines that Oobleck has by default: its process stopped, and a
// network that swallows what is sent. Every call goes on in time, soon without any delay, and verification is back with
// the CPS. Each call is timed where it was placed and judged by what arrived. docs/call-flows.md draws it as a ladder.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFreePorts } from '../packages/oobleck/src/lab/free-ports.ts';
import type { Configuration } from '../packages/oobleck/src/wiring/index.ts';
import { eventually } from './eventually.ts';
import { type NodeName, type Routes, startWorld, type World, withoutAuthentication } from './flows/world.ts';
import { isMissing } from './programs.ts';
import { createSipProbe, fieldOf, type SipProbe } from './sip-probe.ts';
import { openLine, type SwallowingLine } from './swallowing-line.ts';

const ROUTES = {
  placing: ['origin'],
  receiving: ['terminating'],
  whole: ['origin', 'tdm', 'terminating'],
} as const satisfies Routes;
type Route = keyof typeof ROUTES;

/** Half of them are placed, half received. */
const CALLS = 300;
const CALLS_PER_SECOND = 100;
const SILENT_AFTER_MS = 1_000;
/** When five time-outs in a row are long over. */
const GIVEN_UP_AFTER_MS = 1_000;
const TOKENS = 1_500;
/** A machine that is busy with other things delays calls by itself: what is measured is tried again. */
const ATTEMPTS = 3;
const ADDED_MS = 400;
/** What counts as no delay; a deadline is several times as long. */
const NO_DELAY_MS = 60;
const BACK_MS = 15_000;

interface TimedCall {
  readonly route: Route;
  /** Since the first call. */
  readonly placedAtMs: number;
  readonly elapsedMs: number;
  readonly arrived: string;
}

describe.skipIf(isMissing('kamailio', 'sipp'))('a CPS that falls silent', () => {
  const folder = mkdtempSync(join(tmpdir(), 'oobleck-silent-'));
  let world: World;
  let probe: SipProbe;
  let line: SwallowingLine;
  let used = 0;

  const place = (route: Route) => {
    const at = used++;
    return probe.place(world.entrance.get(route)!, {
      called: `+${12155030000 + at}`,
      from: `<sip:+${12025550000 + (at % 1_000)}@127.0.0.1>`,
    });
  };
  const placeTimed = async (route: Route, placedAtMs: number): Promise<TimedCall> => {
    const { status, elapsedMs, arrived } = await place(route);
    expect(status).toBe(200);
    return { route, placedAtMs, elapsedMs, arrived };
  };
  /** In turn placed and received, so many a second; `silence` falls in between. */
  const callThrough = async (silence: () => void): Promise<readonly TimedCall[]> => {
    const startMs = performance.now();
    const calls: Promise<TimedCall>[] = [];
    let isSilent = false;
    for (let at = 0; at < CALLS; at++) {
      const dueMs = (at * 1000) / CALLS_PER_SECOND;
      if (!isSilent && dueMs >= SILENT_AFTER_MS) {
        isSilent = true;
        silence();
      }
      await delay(Math.max(0, startMs + dueMs - performance.now()));
      calls.push(placeTimed(at % 2 === 0 ? 'placing' : 'receiving', dueMs));
    }
    return Promise.all(calls);
  };
  const verifies = async (): Promise<boolean> =>
    verstatOf((await place('whole')).arrived) === 'TN-Validation-Passed';

  beforeAll(async () => {
    probe = await createSipProbe();
    const [behind] = (await findFreePorts(1)) as [number];
    const adapt = (name: NodeName, configuration: Configuration): Configuration => {
      if (name === 'bravo-calls') return withoutAuthentication(configuration);
      const { listen, authentication } = configuration;
      if (name === 'bravo-services') return { ...configuration, listen: { ...listen!, port: behind } };
      if (authentication === undefined) return configuration;
      const directories = authentication.directories.slice(1);
      return { ...configuration, authentication: { ...authentication, directories } };
    };
    world = await startWorld(folder, {
      routes: ROUTES,
      tokens: TOKENS,
      nodes: ['bravo-services', 'alpha-services', 'alpha-calls', 'bravo-calls'],
      ends: { placing: probe.port, receiving: probe.port, whole: probe.port },
      prepare: async ({ bravo }) => {
        line = await openLine(Number(new URL(bravo.origin).port), behind);
      },
      adapt,
    });
    await eventually('a trial call verifies', 90_000, verifies);
  }, 240_000);

  afterAll(async () => {
    await world?.stop();
    await line?.close();
    await probe?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const SILENCES: readonly (readonly [string, () => () => void])[] = [
    [
      'its process stopped',
      () => {
        const cps = world.nodes.get('bravo-services')!;
        cps.signal('SIGSTOP');
        return () => cps.signal('SIGCONT');
      },
    ],
    ['behind a network that swallows', () => line.swallow()],
  ];

  it.each(SILENCES)(
    '%s: calls go on in time, soon without delay, and verification is back',
    async (_how, silence) => {
      let faults: readonly string[] = [];
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        let end = (): void => undefined;
        try {
          faults = faultsOf(
            await callThrough(() => {
              end = silence();
            }),
          );
        } finally {
          end();
        }
        await eventually('verification is back', BACK_MS, verifies);
        if (faults.length === 0) break;
      }
      expect(faults).toEqual([]);
    },
    120_000,
  );
});

/** What is not as it has to be, of either direction. */
function faultsOf(calls: readonly TimedCall[]): readonly string[] {
  return [
    ...delayFaults(calls.filter(({ route }) => route === 'placing')),
    ...delayFaults(calls.filter(({ route }) => route === 'receiving')),
    ...calls.flatMap(({ route, arrived }) => {
      const isSigned = fieldOf(arrived, 'Identity').length === 1;
      if (route === 'placing') return isSigned ? [] : ['a call went on without Identity'];
      return verstatOf(arrived) === 'No-TN-Validation' ? [] : [`a call with ${verstatOf(arrived)}`];
    }),
  ];
}

function delayFaults(calls: readonly TimedCall[]): readonly string[] {
  const [{ route }] = calls as [TimedCall];
  const usual = quantile(
    calls.filter(({ placedAtMs }) => placedAtMs < SILENT_AFTER_MS - ADDED_MS),
    0.5,
  );
  const silent = calls.filter(({ placedAtMs }) => placedAtMs >= SILENT_AFTER_MS);
  const given = silent.filter(({ placedAtMs }) => placedAtMs >= SILENT_AFTER_MS + GIVEN_UP_AFTER_MS);
  const waited = silent.filter(({ elapsedMs }) => elapsedMs - usual > 150).length;
  const worst = quantile(silent, 0.98) - usual;
  const late = quantile(given, 0.9) - usual;
  return [
    ...(waited >= 3 ? [] : [`${route}: no call waited, so nothing was silent`]),
    ...(worst <= ADDED_MS ? [] : [`${route}: ${Math.round(worst)} ms were added`]),
    ...(late <= NO_DELAY_MS
      ? []
      : [`${route}: ${Math.round(late)} ms were added after the CPS was given up`]),
  ];
}

function quantile(calls: readonly TimedCall[], share: number): number {
  const sorted = calls.map(({ elapsedMs }) => elapsedMs).sort((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1]!;
}

function verstatOf(invite: string): string | undefined {
  return /verstat=([A-Za-z-]+)/.exec(fieldOf(invite, 'P-Asserted-Identity')[0] ?? '')?.[1];
}
