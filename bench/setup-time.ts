// What Oobleck adds to the set-up time of a call: `npm run bench:setup [-- --out FOLDER]`, with Kamailio and SIPp installed. 200
// calls a second go over loopback through real Kamailio, once over a route that asks nobody and once over the same route
// that asks: for a signature, with the deposit, and for a verdict out of band. Writes setup-time.json and setup-time.svg.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startWorld, type World } from '../e2e/flows/world.ts';
import { type NumberPair, timeCalls } from '../e2e/sipp.ts';
import { type Curve, plotSetup } from './setup-time/plot.ts';

const CALLS = 1_000;
const CALLS_PER_SECOND = 200;
const WARM_UP = 200;

const ROUTES = {
  'one hop': ['nothing'],
  signing: ['origin'],
  'three hops, signed': ['origin', 'tdm', 'nothing'],
  verification: ['origin', 'tdm', 'terminating'],
} as const;
type Route = keyof typeof ROUTES;

const { values } = parseArgs({ options: { out: { type: 'string', default: 'docs' } } });
const folder = mkdtempSync(join(tmpdir(), 'oobleck-setup-'));
let used = 0;

const world = await startWorld(folder, {
  routes: ROUTES,
  tokens: { alpha: 4_000, bravo: 32 },
  nodes: ['alpha-services', 'bravo-services', 'alpha-calls', 'bravo-calls'],
  // 200 calls a second for 30 s in 256 shards: 24 lie in each, and a page of 64 KiB holds 31.
  adapt: (_name, configuration) => {
    const { verification } = configuration;
    if (verification === undefined) return configuration;
    const mailboxes = verification.mailboxes.map((one) => ({ ...one, pages: 1 }));
    return { ...configuration, verification: { ...verification, mailboxes } };
  },
});
try {
  await new Promise((resolve) => setTimeout(resolve, 12_000)); // the directories are read every few seconds
  const times = new Map<Route, readonly number[]>();
  for (const route of Object.keys(ROUTES) as Route[]) {
    await timeCalls(folder, entranceOf(world, route), pairs(WARM_UP), CALLS_PER_SECOND);
    process.stderr.write(`${route} ...\n`);
    times.set(route, await timeCalls(folder, entranceOf(world, route), pairs(CALLS), CALLS_PER_SECOND));
  }
  const curves: Curve[] = [
    { name: 'signing, with deposit', addedMs: added(times.get('signing')!, times.get('one hop')!) },
    {
      name: 'verification out of band',
      addedMs: added(times.get('verification')!, times.get('three hops, signed')!),
    },
  ];
  const rows = curves.map(({ name, addedMs }) => ({ name, ...quantiles(addedMs) }));
  for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`);
  const verified = world.calledParty
    .received()
    .slice(-CALLS)
    .filter(({ verstat }) => verstat === 'TN-Validation-Passed').length;
  process.stdout.write(`${JSON.stringify({ name: 'verified', calls: verified, of: CALLS })}\n`);
  const facts = {
    callsPerSecond: CALLS_PER_SECOND,
    calls: CALLS,
    verified,
    load: Math.round(loadavg()[0]! * 10) / 10,
  };
  writeFileSync(join(values.out, 'setup-time.json'), `${JSON.stringify({ ...facts, rows }, null, 2)}\n`);
  writeFileSync(join(values.out, 'setup-time.svg'), plotSetup(curves));
} finally {
  await world.stop();
  rmSync(folder, { recursive: true, force: true });
}

function entranceOf({ entrance }: World, route: Route): number {
  return entrance.get(route)!;
}

function pairs(count: number): readonly NumberPair[] {
  return Array.from({ length: count }, (_none, at) => ({
    calling: String(12025550000 + (at % 5_000)),
    called: String(12155010000 + used++),
  }));
}

/** What each call took beyond the median of the route that asks nobody; never below zero. */
function added(times: readonly number[], bare: readonly number[]): readonly number[] {
  const usual = at(sorted(bare), 0.5);
  return sorted(times.map((one) => Math.max(0, one - usual)));
}

function quantiles(ordered: readonly number[]) {
  const round = (value: number): number => Math.round(value * 10) / 10;
  return {
    medianMs: round(at(ordered, 0.5)),
    p95Ms: round(at(ordered, 0.95)),
    p99Ms: round(at(ordered, 0.99)),
    longestMs: round(at(ordered, 1)),
  };
}

function at(ordered: readonly number[], part: number): number {
  return ordered[Math.min(ordered.length - 1, Math.floor(part * ordered.length))]!;
}

function sorted(values: readonly number[]): number[] {
  return values.toSorted((a, b) => a - b);
}
