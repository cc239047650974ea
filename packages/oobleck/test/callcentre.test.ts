// The call centre (RFC 8816 Section 5.5) whole: a carrier leaves a PASSporT at the CPS, the stream of the centre brings it,
// and the agent's software hears of the verdict, whether the call or its PASSporT came first. Everything over HTTPS.

import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseTelephoneNumber } from '@oobleck/stir/number';
import { request } from 'undici';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { writeLab } from '../src/lab/index.ts';
import { createEventLog } from '../src/operate/index.ts';
import { type RunningNode, startNode } from '../src/wiring/index.ts';

let folder: string;
let nodes: RunningNode[] = [];
let carrier: RunningNode;
let centre: RunningNode;
let heard = '';
let agent: { destroy(): void } | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oobleck-centre-'));
  const lab = await writeLab(folder, Date.now());
  const log = createEventLog({ level: 'silent' });
  const alpha = await startNode(lab.alpha.services, folder, { log });
  const bravo = await startNode(lab.bravo.services, folder, { log });
  carrier = await startNode(lab.alpha.calls, folder, { log });
  const { verification } = lab.bravo.calls;
  const streams = { cells: 2, cadenceMs: 100 };
  centre = await startNode(
    { ...lab.bravo.calls, verification: { ...verification!, streams }, callcentre: { waitMs: 5_000 } },
    folder,
    { log },
  );
  nodes = [carrier, centre, alpha, bravo];
  await centre.called!.renew();
  await carrier.calling!.refresh();
  const { body } = await request(`${centre.restOrigin}/callcentre/v1/events`);
  body
    .on('error', () => undefined)
    .on('data', (chunk) => {
      heard += String(chunk);
    });
  agent = body;
}, 60_000);

afterAll(async () => {
  agent?.destroy();
  for (const node of nodes) await node.close();
  rmSync(folder, { recursive: true, force: true });
});

const CALLER = '12025551777';
const CALLED = '12155100042';

async function place(called = CALLED): Promise<void> {
  const placed = await carrier.calling!.service.authenticate({
    tenant: 'alpha',
    callId: randomUUID(),
    originator: parseTelephoneNumber(CALLER),
    destinations: [parseTelephoneNumber(called)],
    placedAt: Math.floor(Date.now() / 1000),
    shaken: { attestation: 'A', originationId: randomUUID() },
  });
  expect(placed).toMatchObject({ signed: true, outOfBand: 'stored' });
}

async function ring(callId: string, called = CALLED): Promise<void> {
  const { statusCode } = await request(`${centre.restOrigin}/callcentre/v1/calls`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ callId, calling: CALLER, called }),
  });
  expect(statusCode).toBe(202);
}

/** @returns how long it took to be heard, from now */
async function verdictOf(
  callId: string,
): Promise<{ readonly data: Record<string, unknown>; readonly ms: number }> {
  const startedMs = performance.now();
  const line = await vi.waitFor(
    () => {
      const lines = heard.split('\n\n').filter((event) => event.includes('event: verdict'));
      const found = lines.find((event) => event.includes(`"callId":"${callId}"`));
      expect(found).toBeDefined();
      return found!;
    },
    { timeout: 15_000, interval: 2 },
  );
  const data = JSON.parse(/^data: (.*)$/m.exec(line)![1]!);
  return { data, ms: performance.now() - startedMs };
}

const VERIFIED = {
  verstat: 'TN-Validation-Passed',
  attestation: 'A',
  calling: CALLER,
  channel: 'out-of-band',
};

it('R-09: the agent hears within a second of storing, the call ringing first', async () => {
  // Once before, so that chains are known and what is measured is the way.
  await place('12155100041');
  await ring('warm', '12155100041');
  await verdictOf('warm');
  await ring('call-first');
  await vi.waitFor(() => expect(heard).toContain('"callId":"call-first"'), { timeout: 5_000 });
  expect(heard).not.toMatch(/event: verdict\ndata: \{"callId":"call-first"/);
  await place();
  const { data, ms } = await verdictOf('call-first');
  expect(data).toMatchObject({ ...VERIFIED, called: CALLED });
  expect(ms).toBeLessThan(1_000);
}, 60_000);

it('R-09: and where the PASSporT came first', async () => {
  await place('12155100043');
  await new Promise((resolve) => setTimeout(resolve, 300));
  await ring('passport-first', '12155100043');
  const { data, ms } = await verdictOf('passport-first');
  expect(data).toMatchObject(VERIFIED);
  expect(ms).toBeLessThan(1_000);
}, 60_000);

it('a call without a PASSporT is told as what it is', async () => {
  await ring('alone', '12155100044');
  const { data } = await verdictOf('alone');
  expect(data).toMatchObject({ verstat: 'No-TN-Validation', reason: 'no-passport' });
}, 60_000);
