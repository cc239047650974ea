// A CPS whose memory is full refuses deposits before they cost a token, answers retrievals as ever, and takes deposits again
// once what lay there has expired.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeBase64url } from '@oobleck/stir/bytes';
import { parseTelephoneNumber } from '@oobleck/stir/number';
import { formatPrivateToken } from '@oobleck/stir/token';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTokenMaker } from '../../../bench/token-maker.ts';
import { createNodeCrypto } from '../src/crypto/index.ts';
import { createSafeClient, type SafeClient } from '../src/http/index.ts';
import { writeLab } from '../src/lab/index.ts';
import { createEventLog } from '../src/operate/index.ts';
import { type RunningNode, startNode } from '../src/wiring/index.ts';

const crypto = createNodeCrypto();
let folder: string;
let node: RunningNode;
let client: SafeClient;
let mailbox: string;
let makeToken: ReturnType<typeof createTokenMaker>['make'];
let aheadMs = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oobleck-full-'));
  const lab = await writeLab(folder, Date.now());
  const log = createEventLog({ level: 'silent' });
  const { services, calls } = lab.bravo;
  const issuer = { ...services.issuer!, keyFolder: 'full-keys' };
  const small = { ...services, issuer, cps: { ...services.cps!, memoryMegabytes: 1 }, metrics: { port: 0 } };
  node = await startNode(small, folder, { log, now: () => Date.now() + aheadMs });
  const { authentication: _, rest: __, ...verificationOnly } = calls;
  const holder = await startNode(verificationOnly, folder, { log });
  await holder.called!.renew();
  const [key] = holder.called!.keys.keysFor(parseTelephoneNumber('12155000101'), 'bravo');
  mailbox = encodeBase64url(key!.mailboxId);
  await holder.close();
  client = createSafeClient({ ca: [lab.tlsCa], allowAddresses: ['127.0.0.0/8'] });
  const [day] = readdirSync(join(folder, 'full-keys'))
    .filter((name) => name.endsWith('.der'))
    .sort();
  const { host } = new URL(lab.bravo.origin);
  makeToken = createTokenMaker(
    new Uint8Array(readFileSync(join(folder, 'full-keys', day!))),
    host,
    host,
  ).make;
});
afterAll(async () => {
  await client.close();
  await node.close();
  rmSync(folder, { recursive: true });
});

const limits = { deadlineMs: 10_000, maxResponseBytes: 100_000 };
const url = () => `${node.publicOrigin}/mailboxes/${mailbox}/0/passports`;

function deposit(token = formatPrivateToken(makeToken())) {
  const headers = {
    'content-type': 'application/vnd.stir-oob.sealed-passport',
    'passport-retract': encodeBase64url(crypto.randomBytes(32)),
    authorization: token,
  };
  return client.request({ method: 'POST', url: url(), headers, body: crypto.randomBytes(8_192), ...limits });
}

it('says 503 with Retry-After, spends nothing, and recovers', async () => {
  let stored = 0;
  let answer = await deposit();
  while (answer.status === 201) {
    stored++;
    answer = await deposit();
  }
  expect(stored).toBeGreaterThan(60);
  expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
  const token = formatPrivateToken(makeToken());
  expect((await deposit(token)).status).toBe(503);
  const nonce = encodeBase64url(crypto.randomBytes(16));
  const reply = await client.request({
    method: 'GET',
    url: `${url()}?page=0&n=${nonce}`,
    headers: {},
    ...limits,
  });
  expect(reply.status).toBe(200);
  const metrics = await (await fetch(`${node.metricsOrigin}/metrics`)).text();
  expect(Number(/^oobleck_store_fullness_ratio (.*)$/m.exec(metrics)![1])).toBeGreaterThanOrEqual(0.98);

  aheadMs = 61_000;
  await expect.poll(async () => (await deposit(token)).status, { timeout: 10_000 }).toBe(201);
});
