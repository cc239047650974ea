// Two tenants on one REST interface: neither learns who calls the other's customers, nor takes their PASSporTs.

import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseTelephoneNumber } from '@oobleck/stir/number';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeLab } from '../src/lab/index.ts';
import { createEventLog } from '../src/operate/index.ts';
import { type Configuration, type RunningNode, startNode } from '../src/wiring/index.ts';

const log = createEventLog({ level: 'silent' });
const KEYS = { first: 'a-key-of-the-first-tenant', second: 'a-key-of-the-second-tenant' };
let folder: string;
let nodes: RunningNode[] = [];
let alpha: RunningNode;
let bravo: RunningNode;
let shared: Configuration;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oobleck-tenants-'));
  const lab = await writeLab(folder, Date.now());
  const calls: Configuration = JSON.parse(readFileSync(lab.bravo.callsFile, 'utf8'));
  const hashed = Object.entries(KEYS).map(([tenant, key]) => ({
    tenant,
    sha256: createHash('sha256').update(key).digest('hex'),
  }));
  delete calls.authentication;
  shared = { ...calls, rest: { port: 0, bearerKeys: hashed } };
  const separate = structuredClone(shared);
  for (const mailbox of separate.verification!.mailboxes) mailbox.tenant = 'first';
  writeFileSync(lab.bravo.callsFile, JSON.stringify(separate));
  const services = [
    await startNode(lab.alpha.services, folder, { log }),
    await startNode(lab.bravo.services, folder, { log }),
  ];
  alpha = await startNode(lab.alpha.calls, folder, { log });
  bravo = await startNode(separate, folder, { log });
  nodes = [alpha, bravo, ...services];
  await bravo.called!.renew();
  await alpha.calling!.refresh();
});

afterAll(async () => {
  for (const node of nodes) await node.close();
  rmSync(folder, { recursive: true, force: true });
});

async function ask(tenant: keyof typeof KEYS) {
  const response = await fetch(`${bravo.restOrigin}/stir/v1/verification`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${KEYS[tenant]}` },
    body: JSON.stringify({
      verificationRequest: {
        from: { tn: '12025550401' },
        to: { tn: ['12155000401'] },
        time: Math.floor(Date.now() / 1000),
      },
    }),
  });
  const { verificationResponse } = (await response.json()) as {
    verificationResponse: Record<string, unknown>;
  };
  return verificationResponse;
}

it('another tenant finds nothing, and takes nothing', async () => {
  await alpha.calling!.service.authenticate({
    tenant: 'alpha',
    callId: randomUUID(),
    originator: parseTelephoneNumber('12025550401'),
    destinations: [parseTelephoneNumber('12155000401')],
    placedAt: Math.floor(Date.now() / 1000),
    shaken: { attestation: 'A', originationId: randomUUID() },
  });
  expect(await ask('second')).toMatchObject({
    verstat: 'No-TN-Validation',
    reasondesc: expect.stringContaining('not-served'),
  });
  expect(await ask('first')).toEqual({ verstat: 'TN-Validation-Passed' });
});

it('with several tenants, a mailbox without one is a fault of the configuration', async () => {
  await expect(startNode(shared, folder, { log })).rejects.toMatchObject({
    faults: [
      'verification.mailboxes.0.tenant: expected, since several tenants may ask',
      'verification.mailboxes.1.tenant: expected, since several tenants may ask',
    ],
  });
});
