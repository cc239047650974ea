// Cover traffic (RFC 8816 Section 7.4) of a whole node: where it is configured deposits reach the other carrier's CPS with no
// call being made, tokens are spent on them, and what lies there is of the length of a call; where it is not, none is sent.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type Lab, writeLab } from '../src/lab/index.ts';
import { createEventLog } from '../src/operate/index.ts';
import { type Configuration, type RunningNode, startNode } from '../src/wiring/index.ts';

let folder: string;
let lab: Lab;
let services: RunningNode[];
let called: RunningNode;
let calling: RunningNode | undefined;
let lines: string[] = [];

const METRICS = { port: 0 };
const log = createEventLog({ level: 'silent' });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oobleck-cover-'));
  lab = await writeLab(folder, Date.now());
  services = [
    await startNode(lab.alpha.services, folder, { log }),
    await startNode({ ...lab.bravo.services, metrics: METRICS }, folder, { log }),
  ];
  const { authentication: _, rest: __, ...bravoCalls } = lab.bravo.calls;
  called = await startNode(bravoCalls, folder, { log });
  await called.called!.renew();
}, 60_000);
afterEach(async () => {
  await calling?.close();
  calling = undefined;
});
afterAll(async () => {
  await called?.close();
  for (const one of services ?? []) await one.close();
  rmSync(folder, { recursive: true, force: true });
});

const PATIENCE = { timeout: 20_000, interval: 20 };

type Cover = NonNullable<NonNullable<Configuration['authentication']>['cover']>;

async function startCalling(cover: Cover | undefined): Promise<RunningNode> {
  lines = [];
  const { rest: _, verification: __, ...calls } = lab.alpha.calls;
  const authentication = { ...calls.authentication!, ...(cover && { cover }) };
  const heard = createEventLog({ level: 'debug', destination: { write: (line) => void lines.push(line) } });
  const node = await startNode({ ...calls, authentication, metrics: METRICS }, folder, { log: heard });
  await node.calling!.refresh();
  await node.calling!.fillWallet();
  return node;
}

/** 0 where nothing was counted yet. */
async function read(node: RunningNode, metric: string): Promise<number> {
  const text = await (await fetch(`${node.metricsOrigin}/metrics`)).text();
  const escaped = metric.replace(/[{}"]/g, (one) => `\\${one}`);
  return Number(new RegExp(`^${escaped} (\\S+)$`, 'm').exec(text)?.[1] ?? 0);
}

const created = () => read(services[1]!, 'oobleck_deposits_total{outcome="created"}');
const outcomes = () =>
  lines.map((line) => JSON.parse(line)).flatMap(({ event, reason }) => (event === 'cover' ? [reason] : []));

it('sends deposits though nobody calls, and they cost tokens', async () => {
  const before = await created();
  calling = await startCalling({ perHour: 72_000, reservedTokens: 0 });
  await expect.poll(() => outcomes().filter((one) => one === 'sent').length, PATIENCE).toBeGreaterThan(4);
  await calling.close();
  const sent = outcomes().filter((one) => one === 'sent').length;
  expect((await created()) - before).toBeGreaterThanOrEqual(sent);
  expect(lines.filter((line) => line.includes('"event":"call-placed"'))).toEqual([]);
  // Nobody is named, though a number was drawn for each.
  expect(lines.join()).not.toMatch(/1215\d{7}|1202\d{7}/);
  calling = undefined;
}, 60_000);

it('leaves the tokens that are set aside for calls', async () => {
  const before = await created();
  calling = await startCalling({ perHour: 72_000, reservedTokens: 1_000_000 });
  await expect.poll(() => outcomes().length, PATIENCE).toBeGreaterThan(4);
  expect(new Set(outcomes())).toEqual(new Set(['reserve']));
  expect(await created()).toBe(before);
}, 60_000);

it('where it is not configured nothing is sent', async () => {
  const before = await created();
  calling = await startCalling(undefined);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect(outcomes()).toEqual([]);
  expect(await created()).toBe(before);
}, 60_000);
