// The metrics tell what happens and nothing about whom: while calls are placed and verified, no number, mailbox, call, token
// or tenant becomes a label, and more calls make no more series.

import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeBase64url } from '@oobleck/stir/bytes';
import { parseTelephoneNumber } from '@oobleck/stir/number';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Lab, writeLab } from '../src/lab/index.ts';
import { createEventLog } from '../src/operate/index.ts';
import { type Configuration, type RunningNode, startNode } from '../src/wiring/index.ts';

let folder: string;
let lab: Lab;
const nodes: RunningNode[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oobleck-metrics-'));
  lab = await writeLab(folder, Date.now());
  const log = createEventLog({ level: 'silent' });
  const { alpha, bravo } = lab;
  for (const one of [alpha.services, bravo.services, alpha.calls, bravo.calls])
    nodes.push(await startNode({ ...one, metrics: { port: 0 } }, folder, { log }));
  await nodes[3]!.called!.renew();
  await nodes[2]!.calling!.refresh();
});

afterAll(async () => {
  for (const node of nodes.reverse()) await node.close();
  rmSync(folder, { recursive: true, force: true });
});

const read = async ({ metricsOrigin }: RunningNode) => (await fetch(`${metricsOrigin}/metrics`)).text();
const readAll = async () => (await Promise.all(nodes.map(read))).join('\n');
/** The series, without their values. */
const seriesOf = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.startsWith('oobleck_'))
    .map((line) => line.slice(0, line.lastIndexOf(' ')));
const numberOf = (text: string, series: string) =>
  Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${series} `))
      ?.split(' ')[1],
  );

async function placeAndVerify(at: number): Promise<string[]> {
  const caller = parseTelephoneNumber(String(12025551000 + at));
  const called = parseTelephoneNumber(String(12155100000 + at));
  const callId = randomUUID();
  const now = Math.floor(Date.now() / 1000);
  const shaken = { attestation: 'A', originationId: randomUUID() } as const;
  const call = { tenant: 'alpha', callId, originator: caller, destinations: [called], placedAt: now, shaken };
  await nodes[2]!.calling!.service.authenticate(call);
  const arrived = {
    tenant: 'bravo',
    callId,
    caller,
    called: [called],
    formerlyCalled: [],
    arrivedAt: now,
  };
  const { verstat } = await nodes[3]!.called!.service.verify(arrived, []);
  expect(verstat).toBe('TN-Validation-Passed');
  return [caller, called, callId, shaken.originationId].map(String);
}

it('counts calls at each role, and no label has anything of them', async () => {
  const secrets = await placeAndVerify(0);
  await nodes[3]!.called!.service.verify(
    {
      tenant: 'bravo',
      callId: 'another',
      caller: parseTelephoneNumber('12025559999'),
      called: [parseTelephoneNumber('12155100050')],
      formerlyCalled: [],
      arrivedAt: Math.floor(Date.now() / 1000),
    },
    [],
  );
  const before = seriesOf(await readAll());
  for (let at = 1; at <= 12; at++) secrets.push(...(await placeAndVerify(at)));
  const text = await readAll();

  expect(seriesOf(text)).toEqual(before);
  expect(numberOf(await read(nodes[1]!), 'oobleck_deposits_total{outcome="created"}')).toBe(13);
  const requests = 'oobleck_http_requests_total{route="mailboxes",status="2xx"}';
  const retrievals = numberOf(await read(nodes[1]!), 'oobleck_retrievals_total');
  expect(retrievals).toBeGreaterThanOrEqual(14);
  expect(numberOf(await read(nodes[1]!), requests)).toBeGreaterThanOrEqual(13 + retrievals - 2);
  expect(numberOf(await read(nodes[1]!), 'oobleck_store_deposits')).toBe(13);
  expect(numberOf(await read(nodes[1]!), 'oobleck_store_spent_tokens')).toBe(13);
  expect(numberOf(await read(nodes[1]!), 'oobleck_tokens_issued_total')).toBeGreaterThanOrEqual(32);
  expect(numberOf(await read(nodes[2]!), 'oobleck_calls_signed_total{outcome="stored"}')).toBe(13);
  expect(numberOf(await read(nodes[2]!), 'oobleck_deposits_sent_total{answer="stored"}')).toBe(13);
  expect(numberOf(await read(nodes[2]!), 'oobleck_wallet_tokens')).toBeGreaterThan(0);
  expect(numberOf(await read(nodes[2]!), 'oobleck_mirror_age_seconds')).toBeLessThan(120);
  const verified = 'oobleck_verdicts_total{reason="verified",channel="out-of-band"}';
  expect(numberOf(await read(nodes[3]!), verified)).toBe(13);
  const verdicts = (await read(nodes[3]!)).matchAll(/^oobleck_verdicts_total\{.*\} ([0-9]+)$/gm);
  expect([...verdicts].reduce((sum, match) => sum + Number(match[1]), 0)).toBe(14);
  expect(numberOf(await read(nodes[3]!), 'oobleck_verification_seconds_count')).toBe(14);
  expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds [0-9.e-]+$/m);

  for (let at = 0; at <= 12; at++) {
    const keys = nodes[3]!.called!.keys.keysFor(parseTelephoneNumber(String(12155100000 + at)), 'bravo');
    secrets.push(...keys.map(({ mailboxId }) => encodeBase64url(mailboxId)));
  }
  expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
  const labels = [...text.matchAll(/\{([^}]*)\}/g)].flatMap((match) => match[1]!.split(','));
  const values = new Set(labels.map((label) => label.slice(label.indexOf('=') + 2, -1)));
  // Names of spaces of the heap are the longest of all; a mailbox has 43 characters, a call's id 36.
  expect([...values].filter((value) => /[0-9]{7}/.test(value) || value.length > 30)).toEqual([]);
  for (const tenant of ['alpha', 'bravo']) expect(values).not.toContain(tenant);
});

it('other paths and methods show nothing, and other addresses need TLS', async () => {
  const { metricsOrigin, publicOrigin } = nodes[1]!;
  expect(new URL(metricsOrigin!).hostname).toBe('127.0.0.1');
  expect(metricsOrigin).not.toBe(publicOrigin);
  expect((await fetch(`${metricsOrigin}/`)).status).toBe(404);
  expect((await fetch(`${metricsOrigin}/metrics`, { method: 'POST' })).status).toBe(405);
  const open: Configuration = { ...lab.alpha.calls, metrics: { host: '0.0.0.0', port: 0 } };
  const { rest: _, ...withoutRest } = open;
  await expect(startNode(withoutRest, folder)).rejects.toThrow('metrics.tls: expected');
});
