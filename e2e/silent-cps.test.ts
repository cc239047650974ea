// A CPS that falls silent while calls run, with the deadlines that Oobleck has by default: its process stopped, and a
// network that swallows what is sent. Every call goes on in time, soon without any delay, and verification is back with
// the CPS. Each call is timed where it was placed and by the element's own account, and judged by what arrived; what the
// machine is shown to have stood still is no time of the call.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFreePorts } from '../packages/oobleck/src/lab/free-ports.ts';
import type { Configuration } from '../packages/oobleck/src/wiring/index.ts';
import { eventually } from './eventually.ts';
import { withoutAuthentication } from './flows/configurations.ts';
import { startWorld, type World } from './flows/world.ts';
import type { NodeName, Routes } from './flows/world-plan.ts';
import { isMissing } from './programs.ts';
import { createSipProbe, fieldOf, type SipProbe } from './sip-probe.ts';
import { type StallWatch, watchStalls } from './stall-watch.ts';
import { openLine, type SwallowingLine } from './swallowing-line.ts';

const ROUTES = {
  placing: ['origin'],
  receiving: ['terminating'],
  whole: ['origin', 'tdm', 'terminating'],
} as const satisfies Routes;
type Route = 'placing' | 'receiving';

/** Who decides about the calls of a route, and what it says where it waited in vain. */
const ELEMENTS = {
  placing: { node: 'alpha-calls', use: 'deposits', waitMs: 250 },
  receiving: { node: 'bravo-calls', use: 'retrievals', waitMs: 340 },
} as const;

/** Half of them are placed, half received. */
const CALLS = 400;
const CALLS_PER_SECOND = 100;
const WARM_UP_CALLS = 60;
const SILENT_AFTER_MS = 1_000;
const TOKENS = 1_500;
/** Where the machine stands still for the half of the time, nothing can be told, and it is tried again. */
const ATTEMPTS = 4;
const STANDSTILL_SHARE = 0.5;

const LIMIT_MS = 400;
/** What counts as no delay; a deadline is several times as long. */
const NO_DELAY_MS = 60;
const FAILURES = 5;
/** Of probes, and of what is not about calls: a call that were sent out would be a piece at least. */
const MOST_PIECES = 50;
const BACK_MS = 15_000;

interface TimedCall {
  readonly route: Route;
  /** On `performance.now()`. */
  readonly placedMs: number;
  readonly elapsedMs: number;
  readonly arrived: string;
}

/** What an element said about a call, or about the CPS; on `performance.now()`. */
interface LogLine {
  readonly event: string;
  readonly atMs: number;
  readonly elapsedMs: number;
}

describe.skipIf(isMissing('kamailio', 'sipp'))('a CPS that falls silent', () => {
  const folder = mkdtempSync(join(tmpdir(), 'oobleck-silent-'));
  const metricsPorts = new Map<string, number>();
  let world: World;
  let probe: SipProbe;
  let line: SwallowingLine;
  let watch: StallWatch;
  let used = 0;

  const place = (route: keyof typeof ROUTES) => {
    const at = used++;
    return probe.place(world.entrance.get(route)!, {
      called: `+${12155030000 + at}`,
      from: `<sip:+${12025550000 + (at % 1_000)}@127.0.0.1>`,
    });
  };
  const placeTimed = async (route: Route): Promise<TimedCall> => {
    const placedMs = performance.now();
    const { status, elapsedMs, arrived } = await place(route);
    expect(status).toBe(200);
    return { route, placedMs, elapsedMs, arrived };
  };
  /** In turn placed and received, so many a second. */
  const callThrough = async (
    count: number,
    meanwhile: (dueMs: number) => void,
  ): Promise<readonly TimedCall[]> => {
    const startMs = performance.now();
    const calls: Promise<TimedCall>[] = [];
    for (let at = 0; at < count; at++) {
      const dueMs = (at * 1000) / CALLS_PER_SECOND;
      meanwhile(dueMs);
      await delay(Math.max(0, startMs + dueMs - performance.now()));
      calls.push(placeTimed(at % 2 === 0 ? 'placing' : 'receiving'));
    }
    return Promise.all(calls);
  };
  const verifies = async (): Promise<boolean> =>
    verstatOf((await place('whole')).arrived) === 'TN-Validation-Passed';
  const linesOf = (route: Route): readonly LogLine[] =>
    readLog(world.nodes.get(ELEMENTS[route].node)!.output());
  /** Its own account of the CPS. */
  const breakerOf = async (route: Route) => {
    const { node, use } = ELEMENTS[route];
    const text = await (await fetch(`http://127.0.0.1:${metricsPorts.get(node)}/metrics`)).text();
    const read = (name: string): number =>
      Number(new RegExp(`^oobleck_${name}\\{use="${use}",peer="127.0.0.1"\\} (\\d+)`, 'm').exec(text)?.[1]);
    return { isOpen: read('peer_suspended') === 1, opened: read('peer_suspensions_total') };
  };

  beforeAll(async () => {
    probe = await createSipProbe();
    const [behind, alphaMetrics, bravoMetrics] = (await findFreePorts(3)) as [number, number, number];
    metricsPorts.set('alpha-calls', alphaMetrics).set('bravo-calls', bravoMetrics);
    const adapt = (name: NodeName, configuration: Configuration): Configuration => {
      const { listen, authentication, verification } = configuration;
      if (name === 'bravo-services') return { ...configuration, listen: { ...listen!, port: behind } };
      if (name === 'alpha-services') return configuration;
      const watched = { ...configuration, metrics: { port: metricsPorts.get(name)! } };
      if (name === 'alpha-calls') {
        const directories = authentication!.directories.slice(1);
        return { ...watched, authentication: { ...authentication!, directories } };
      }
      // A call in 256 shards is alone in its own: the smallest reply holds it.
      const mailboxes = verification!.mailboxes.map((one) => ({ ...one, replyBytes: 16_384, pages: 1 }));
      return withoutAuthentication({
        ...watched,
        verification: { ...verification!, mailboxes },
      } as Configuration);
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
    watch = await watchStalls([
      world.entrance.get('placing')!,
      world.trunkPorts.get('origin')!,
      world.trunkPorts.get('terminating')!,
    ]);
    await callThrough(WARM_UP_CALLS, () => undefined);
  }, 240_000);

  afterAll(async () => {
    await watch?.close();
    await world?.stop();
    await line?.close();
    await probe?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const ROUTE_NAMES = ['placing', 'receiving'] as const;

  /** One silence in mid-run, and its end. @returns what was not as it has to be; nothing where the machine stood still */
  const play = async (silence: () => () => void): Promise<readonly string[] | undefined> => {
    // Nobody may have been given up before, for whatever reason.
    await eventually('every element waits for the CPS', 60_000, async () =>
      (await Promise.all(ROUTE_NAMES.map(breakerOf))).every(({ isOpen }) => !isOpen),
    );
    const before = await Promise.all(ROUTE_NAMES.map(breakerOf));
    const startMs = performance.now();
    let silentMs = Number.NaN;
    let end = (): void => undefined;
    let calls: readonly TimedCall[] = [];
    let during: Awaited<ReturnType<typeof breakerOf>>[] = [];
    try {
      calls = await callThrough(CALLS, (dueMs) => {
        if (dueMs < SILENT_AFTER_MS || !Number.isNaN(silentMs)) return;
        silentMs = performance.now();
        end = silence();
      });
      during = await Promise.all(ROUTE_NAMES.map(breakerOf));
    } finally {
      end();
    }
    const endMs = performance.now();
    await eventually('verification is back', 4 * BACK_MS, verifies);
    const backMs = performance.now();
    await delay(100); // for what the elements still write
    const times = { startMs, silentMs, endMs };
    const givenUp = ROUTE_NAMES.map((route) => givenUpAfter(linesOf(route), silentMs));
    const settledMs = Math.max(...givenUp) + LIMIT_MS;
    const isAfter = (atMs: number): boolean => atMs > settledMs && atMs < endMs;
    const sentOut = line.swallowedAt().filter(isAfter).length;
    const after = calls.filter(({ placedMs }) => isAfter(placedMs)).length;
    const faults = [
      ...calls.flatMap((call) => arrivalFaults(call)),
      ...(sentOut <= MOST_PIECES ? [] : [`${sentOut} pieces were sent to a CPS that was given up`]),
      ...(after >= 2 * MOST_PIECES ? [] : [`only ${after} calls after the CPS was given up`]),
      ...ROUTE_NAMES.flatMap((route, at) => [
        ...delayFaults(calls, linesOf(route), route, times, watch),
        ...(during[at]!.isOpen ? [] : [`${route}: nobody was given up`]),
        ...(during[at]!.opened === before[at]!.opened + 1 ? [] : [`${route}: given up more than once`]),
      ]),
      ...(backMs - endMs - watch.stalledMs(endMs, backMs) <= BACK_MS ? [] : ['verification was not back']),
    ];
    if (faults.length === 0) return [];
    const standstill = watch.stalledMs(startMs, backMs) / (backMs - startMs);
    return standstill > STANDSTILL_SHARE ? undefined : faults;
  };

  const faultsOf = async (silence: () => () => void): Promise<readonly string[] | undefined> => {
    let faults: readonly string[] | undefined;
    for (let attempt = 0; attempt < ATTEMPTS && faults === undefined; attempt++) faults = await play(silence);
    return faults;
  };
  const stopped = (): (() => void) => {
    const cps = world.nodes.get('bravo-services')!;
    cps.signal('SIGSTOP');
    return () => cps.signal('SIGCONT');
  };
  const WHERE_NOTHING = 'where nothing: the machine stood still';

  it('its process stopped: calls go on in time, soon without delay, and verification is back', async () => {
    expect(await faultsOf(stopped), WHERE_NOTHING).toEqual([]);
  }, 300_000);

  it('behind a network that swallows: calls go on in time, soon without delay, and verification is back', async () => {
    expect(await faultsOf(() => line.swallow()), WHERE_NOTHING).toEqual([]);
  }, 300_000);
});

interface Times {
  readonly startMs: number;
  readonly silentMs: number;
  readonly endMs: number;
}

/** When the element said that it gave the CPS up. */
function givenUpAfter(log: readonly LogLine[], silentMs: number): number {
  return log.find(({ event, atMs }) => event === 'peer-suspended' && atMs >= silentMs)?.atMs ?? Number.NaN;
}

/** Of every call of a route, by the clock of whoever placed it and by the element's own. */
function delayFaults(
  all: readonly TimedCall[],
  log: readonly LogLine[],
  route: Route,
  { startMs, silentMs, endMs }: Times,
  watch: StallWatch,
): readonly string[] {
  const { waitMs } = ELEMENTS[route];
  const faults: string[] = [];
  const isOver = (sinceMs: number, elapsedMs: number, limitMs: number): boolean =>
    elapsedMs - watch.stalledMs(sinceMs, sinceMs + elapsedMs) > limitMs;
  const told = log.filter(({ atMs }) => atMs >= startMs && atMs <= endMs + LIMIT_MS);
  const givenUpAt = told.findIndex(({ event, atMs }) => event === 'peer-suspended' && atMs >= silentMs);
  if (givenUpAt === -1) return [`${route}: the CPS was not given up`];
  const { atMs: givenUpMs } = told[givenUpAt]!;
  const say = (what: string, sinceMs: number, elapsedMs: number): void =>
    void faults.push(
      `${route}: ${what} ${Math.round(elapsedMs)} ms, of which ${Math.round(watch.stalledMs(sinceMs, sinceMs + elapsedMs))} stood still, ${Math.round(sinceMs - silentMs)} ms into the silence`,
    );
  const judge = (whose: string, sinceMs: number, elapsedMs: number): void => {
    if (isOver(sinceMs, elapsedMs, LIMIT_MS)) say(`${whose} took`, sinceMs, elapsedMs);
    else if (sinceMs > givenUpMs && sinceMs < endMs && isOver(sinceMs, elapsedMs, NO_DELAY_MS))
      say(`given up, and ${whose} took`, sinceMs, elapsedMs);
  };
  for (const call of all) if (call.route === route) judge('a call', call.placedMs, call.elapsedMs);
  const decided = told.filter(({ event }) => event.startsWith('call-'));
  for (const { atMs, elapsedMs } of decided) judge('a decision', atMs - elapsedMs, elapsedMs);
  // The time-out that gives the CPS up is told before its own call: four calls had waited in vain by then.
  const inVain = told
    .slice(0, givenUpAt)
    .filter(
      ({ event, atMs, elapsedMs }) =>
        event.startsWith('call-') && atMs > silentMs && elapsedMs >= waitMs - 20,
    );
  if (inVain.length < FAILURES - 1) faults.push(`${route}: given up after ${inVain.length} calls`);
  const openedMs = givenUpMs - silentMs - watch.stalledMs(silentMs, givenUpMs);
  const ownCallsMs = (FAILURES * 2 * 1000) / CALLS_PER_SECOND;
  if (openedMs > waitMs + ownCallsMs + NO_DELAY_MS)
    faults.push(`${route}: given up only after ${Math.round(openedMs)} ms`);
  if (decided.length < CALLS / 2) faults.push(`${route}: the element told of ${decided.length} calls`);
  return faults;
}

function arrivalFaults({ route, arrived }: TimedCall): readonly string[] {
  const isSigned = fieldOf(arrived, 'Identity').length === 1;
  if (route === 'placing') return isSigned ? [] : ['a call went on without Identity'];
  return verstatOf(arrived) === 'No-TN-Validation' ? [] : [`a call with ${verstatOf(arrived)}`];
}

function readLog(output: string): readonly LogLine[] {
  return output.split('\n').flatMap((text) => {
    if (!text.startsWith('{')) return [];
    const {
      event,
      time,
      elapsedMs = 0,
    } = JSON.parse(text) as {
      event: string;
      time: number;
      elapsedMs?: number;
    };
    return [{ event, atMs: time - performance.timeOrigin, elapsedMs }];
  });
}

function verstatOf(invite: string): string | undefined {
  return /verstat=([A-Za-z-]+)/.exec(fieldOf(invite, 'P-Asserted-Identity')[0] ?? '')?.[1];
}
