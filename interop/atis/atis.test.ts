// The independent client against a real `oobleck serve` over HTTP/2: it publishes what it signed itself, and what this
// project's authentication service published it retrieves; in both profiles.

import { createPrivateKey, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Lab, writeLab } from '../../packages/oobleck/src/lab/index.ts';
import type { Configuration } from '../../packages/oobleck/src/wiring/index.ts';
import { type ServeProcess, startServe } from '../../packages/oobleck/test/serve-process.ts';
import { type CpsClient, createCpsClient, type Requester, signShaken } from './client.ts';

const ORIG = '12025550101';
let folder: string;
let lab: Lab;
let serve: ServeProcess;
let alpha: CpsClient;
let bravo: CpsClient;
let signer: Requester;
let numbers = 0;
/** A pair that no other test has. */
const pair = () => ({ dest: String(12155010000 + numbers++), orig: ORIG });
const now = () => Math.floor(Date.now() / 1000);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oobleck-interop-'));
  lab = await writeLab(folder, Date.now());
  const file = join(folder, 'bravo-atis.json');
  writeFileSync(file, JSON.stringify(configuration()));
  serve = await startServe(file);
  const requester = (name: 'alpha' | 'bravo', spc: string): Requester => ({
    spc,
    certificateUrl: `${lab.bravo.origin}/interop/${name}.pem`,
    key: createPrivateKey(readFileSync(join(folder, `${name}.key`))),
  });
  signer = requester('alpha', '1234');
  alpha = createCpsClient({ origin: lab.bravo.origin, ca: lab.tlsCa }, signer);
  bravo = createCpsClient({ origin: lab.bravo.origin, ca: lab.tlsCa }, requester('bravo', '5678'));
}, 60_000);
afterAll(async () => {
  alpha?.close();
  bravo?.close();
  await serve?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A CPS in both profiles, and a verification service that asks it. */
function configuration(): Configuration {
  const { cps: _, issuer: __, ...common } = lab.bravo.services;
  const peer = (profile: '96' | '105') => ({
    name: `own-${profile}`,
    profile,
    url: lab.bravo.origin,
    certificateUrl: `${lab.bravo.origin}/interop/bravo.pem`,
    chainFile: 'bravo.pem',
    keyFile: 'bravo.key',
    ...(profile === '105' ? { neighbour: '1234' } : {}),
  });
  return {
    ...common,
    certificates: ['alpha', 'bravo'].map((name) => ({
      path: `/interop/${name}.pem`,
      chainFile: `${name}.pem`,
    })),
    atis: { hosts: ['127.0.0.1'], neighbours: [{ publisher: '1234', readers: ['5678'] }] },
    verification: { mailboxes: [] },
    clearText: {
      peers: [peer('96'), peer('105')],
      retrieve: [{ peers: ['own-96', 'own-105'] }],
    },
    rest: lab.bravo.calls.rest!,
  };
}

async function verify(from: string, to: string): Promise<unknown> {
  const reply = await fetch(`http://127.0.0.1:${lab.bravo.restPort}/stir/v1/verification`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-requestid': randomUUID() },
    body: JSON.stringify({ verificationRequest: { from: { tn: from }, to: { tn: [to] }, time: now() } }),
  });
  return ((await reply.json()) as { verificationResponse: { verstat: string } }).verificationResponse.verstat;
}

it('the CPS is well', async () => {
  const { status, json } = await alpha.health();
  expect([status, json]).toEqual([200, { status: 200, message: 'OK' }]);
});

describe('ATIS-1000096', () => {
  it('V-09: publishes, and another provider retrieves', async () => {
    const call = pair();
    const passport = signShaken(signer, call);
    const published = await alpha.publish96(call, [passport]);
    expect([published.status, published.text]).toEqual([201, '{"status":201,"message":"Created"}']);
    expect((await bravo.retrieve96(call)).json).toEqual({ passports: [passport] });
  });

  it('what is published verifies the call', async () => {
    const call = pair();
    expect(await verify(call.orig, call.dest)).toBe('No-TN-Validation');
    const next = pair();
    expect((await alpha.publish96(next, [signShaken(signer, next)])).status).toBe(201);
    expect(await verify(next.orig, next.dest)).toBe('TN-Validation-Passed');
  });

  it('parallel calls of one pair lie side by side', async () => {
    const call = pair();
    const passports = [0, 1].map(() => signShaken(signer, call));
    for (const one of passports) expect((await alpha.publish96(call, [one])).status).toBe(201);
    const found = (await bravo.retrieve96(call)).json.passports as string[];
    expect([...found].sort()).toEqual([...passports].sort());
  });

  it('what is not there is not found', async () => {
    const { status, json } = await bravo.retrieve96(pair());
    expect([status, json.status]).toEqual([404, 404]);
  });
});

describe('ATIS-1000105', () => {
  it('V-09: publishes, and the neighbour downstream retrieves', async () => {
    const call = pair();
    const passport = signShaken(signer, call);
    expect((await alpha.publish105(call, [passport], now() + 30)).status).toBe(201);
    expect((await bravo.retrieve105(call, '1234')).json).toEqual({ passports: [passport] });
  });

  it('what is published verifies the call', async () => {
    const call = pair();
    expect((await alpha.publish105(call, [signShaken(signer, call)], now() + 30)).status).toBe(201);
    expect(await verify(call.orig, call.dest)).toBe('TN-Validation-Passed');
  });

  it('of another upstream there is nothing', async () => {
    const call = pair();
    expect((await alpha.publish105(call, [signShaken(signer, call)], now() + 30)).status).toBe(201);
    expect((await bravo.retrieve105(call, '5678')).status).toBe(404);
  });
});

describe('an access token that is not right', () => {
  it.each<[string, number, Parameters<CpsClient['publish96']>[2]]>([
    ['another path', 403, { path: '/passports/12155019999/12025550101' }],
    ['another host', 401, { claims: { aud: 'other.example.net' } }],
    ['ten minutes old', 401, { claims: { iat: Math.floor(Date.now() / 1000) - 600 } }],
    ['another provider', 403, { claims: { iss: '5678', sub: '5678' } }],
    ['another digest', 403, { claims: { passports: `sha256-${'A'.repeat(43)}=` } }],
    ['no JWT', 401, { token: 'a.b.c' }],
  ])('%s: refused', async (_what, status, changes) => {
    const call = pair();
    const answer = await alpha.publish96(call, [signShaken(signer, call)], changes);
    expect([400, 401, 403]).toContain(answer.status);
    expect({ status: answer.status, error: typeof answer.json.error }).toEqual({ status, error: 'string' });
    expect((await bravo.retrieve96(call)).status).toBe(404);
  });

  it('once more: refused', async () => {
    const call = pair();
    const claims = { jti: randomUUID() };
    const passports = [signShaken(signer, call)];
    expect((await alpha.publish96(call, passports, { claims })).status).toBe(201);
    expect((await alpha.publish96(call, passports, { claims })).status).toBe(401);
  });
});
