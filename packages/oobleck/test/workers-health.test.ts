// Health of two worker processes behind one port: whichever of them is asked says no as soon as one of them drains, is
// silent or is gone, and yes again when all serve.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { ClientHttp2Session } from 'node:http2';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ask, type CpsLab, createCpsLab } from './cps-lab.ts';
import type { ServeProcess } from './serve-process.ts';

const PATIENCE = { timeout: 30_000, interval: 50 };
const READY = { code: 200, status: 'ready', checks: { store: true, workers: true } };
const OTHER_IS_NOT = { code: 503, status: 'unready', checks: { store: true, workers: false } };

let lab: CpsLab;
let serving: ServeProcess;
let sessions: ClientHttp2Session[] = [];

beforeAll(async () => {
  lab = await createCpsLab();
  const { port } = new URL(lab.origin);
  const tls = { certificateFile: 'tls.pem', keyFile: 'tls.key' };
  const listen = { host: '127.0.0.1', port: Number(port), tls, drainSeconds: 3 };
  serving = await lab.serve({ store: 'lmdb:store', workers: 2, listen });
  await connectAll();
}, 60_000);
afterAll(async () => {
  for (const session of sessions) session.destroy();
  await lab?.close();
});

/** Connections go to the workers in turn: eight are with both. */
async function connectAll(): Promise<void> {
  for (const session of sessions) session.destroy();
  sessions = Array.from({ length: 8 }, () => lab.connect());
  await Promise.all(sessions.map((session) => once(session, 'connect')));
}

const workers = (): number[] =>
  readFileSync(`/proc/${serving.pid}/task/${serving.pid}/children`, 'utf8').trim().split(' ').map(Number);

async function healthAt(session: ClientHttp2Session) {
  const { status: code, body } = await ask(session, { headers: { ':path': '/health/ready' } });
  return { code, ...(JSON.parse(String(body)) as { status: string; checks: Record<string, boolean> }) };
}

/** Of all connections; what is not said within half a second, or not at all, is left out. */
async function allSay() {
  const answers = await Promise.all(
    sessions.map((session) => Promise.race([healthAt(session).catch(() => undefined), pause(500)])),
  );
  return answers.filter((one) => one !== undefined);
}

const untilReady = () => expect.poll(allSay, PATIENCE).toEqual(Array(8).fill(READY));

/** Only then do connections go to both. */
async function untilBothServe(): Promise<void> {
  await expect.poll(async () => (await allSay()).some(({ code }) => code === 200), PATIENCE).toBe(true);
  await connectAll();
  await untilReady();
}

it('one that is silent makes all unready, until it speaks again', async () => {
  await untilReady();
  const [silent] = workers();
  process.kill(silent!, 'SIGSTOP');
  try {
    await expect
      .poll(async () => {
        const answers = await allSay();
        return answers.length > 0 && answers.every(({ code }) => code === 503);
      }, PATIENCE)
      .toBe(true);
    const answers = await allSay();
    expect(answers.length).toBeLessThan(8);
    expect(answers).toEqual(answers.map(() => OTHER_IS_NOT));
  } finally {
    process.kill(silent!, 'SIGCONT');
  }
  await untilReady();
});

it('one that drains makes all unready from that moment, and so does its absence until another serves', async () => {
  await untilReady();
  const before = workers();
  process.kill(before[0]!, 'SIGTERM');
  const draining = { code: 503, status: 'draining', checks: { store: true, workers: false } };
  await expect.poll(allSay, PATIENCE).toEqual(expect.arrayContaining([draining, OTHER_IS_NOT]));
  const seen = new Set<number>();
  const look = async () => {
    for (const { code } of await allSay()) if (workers().length < 2) seen.add(code);
    return workers().filter((pid) => !before.includes(pid)).length;
  };
  await expect.poll(look, PATIENCE).toBe(1);
  expect(seen).not.toContain(200);
  await untilBothServe();
}, 60_000);

it('one that is killed makes the other unready until it is started again', async () => {
  await untilReady();
  process.kill(workers()[0]!, 'SIGKILL');
  const codes = async () => (await allSay()).map(({ code }) => code);
  await expect.poll(codes, { ...PATIENCE, interval: 5 }).toContain(503);
  await untilBothServe();
}, 60_000);
