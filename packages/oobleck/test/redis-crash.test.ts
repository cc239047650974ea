// Redis under a CPS: the store away for a while, a CPS node killed, a master of the cluster failed over. Whoever had a
// 201 finds the deposit, and no token is taken again: with one replica in step, the bound stated in docs/operating.md
// is none of either.

import type { ClientHttp2Session } from 'node:http2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BareRequest } from '../../../bench/http/http-client.ts';
import { ask, type CpsLab, createCpsLab, inParallel, textOf } from './cps-lab.ts';
import { hasRedis, type RedisServers, startRedis, startRedisCluster } from './redis-servers.ts';
import type { ServeProcess } from './serve-process.ts';

/** As docs/operating.md states it, of a master that fails over while its replica is in step. */
const MOST_LOST = 0;
const MOST_SPENT_TWICE = 0;

let lab: CpsLab;
let redis: RedisServers;
const listenOn = (port: number) => ({
  host: '127.0.0.1',
  port,
  tls: { certificateFile: 'tls.pem', keyFile: 'tls.key' },
});

/** Sends them all; those that were refused for want of a store are sent again, as the 503 says. */
async function depositAll(
  requests: readonly BareRequest[],
  sessionOf: (at: number) => ClientHttp2Session,
  after: (answered: number) => void = () => undefined,
) {
  const created: BareRequest[] = [];
  const unanswered: BareRequest[] = [];
  let refusals = 0;
  await inParallel(
    requests.map((request, at) => ({ request, at })),
    async ({ request, at }) => {
      for (let attempt = 0; attempt < 100; attempt++) {
        const answer = await ask(sessionOf(at), request).catch(() => undefined);
        if (answer === undefined) break;
        if (answer.status === 201) {
          created.push(request);
          return after(created.length);
        }
        expect(answer.status).toBe(503);
        refusals++;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      unanswered.push(request);
    },
  );
  return { created, unanswered, refusals };
}

async function lostOf(session: ClientHttp2Session, created: readonly BareRequest[]): Promise<number> {
  const found = await lab.retrieveAll(session);
  return created.filter(({ body }) => !found.has(textOf(body!))).length;
}

async function spentTwice(session: ClientHttp2Session, created: readonly BareRequest[]): Promise<number> {
  const statuses: number[] = [];
  const body = new Uint8Array(2_048);
  await inParallel(created, async ({ headers }) => {
    statuses.push((await ask(session, { headers, body })).status);
  });
  expect(statuses.every((status) => status === 201 || status === 409)).toBe(true);
  return statuses.filter((status) => status === 201).length;
}

describe.runIf(hasRedis())('one Redis', () => {
  beforeAll(async () => {
    redis = await startRedis();
    lab = await createCpsLab();
  });
  afterAll(async () => {
    await lab?.close();
    await redis?.close();
  });

  it('away: a deposit is 503 and honoured later, a retrieval looks like any other, and the node is not ready', async () => {
    const metrics = { port: 0 };
    const serving = await lab.serve({ store: redis.url, metrics, log: { level: 'info' } });
    const [, origin] = /^ready .*(http:\S+)/m.exec(serving.output())!;
    const read = async (): Promise<string> => (await fetch(`${origin}/metrics`)).text();
    await lab.register();
    expect(await read()).toMatch(/^oobleck_store_away 0$/m);
    expect(await read()).toMatch(/^oobleck_store_failures_total 0$/m);
    const session = lab.connect();
    const [before, during] = [lab.deposit(0), lab.deposit(1)];
    expect((await ask(session, before)).status).toBe(201);
    await redis.servers[0]!.client.call('CLIENT', 'PAUSE', 3_000, 'ALL');
    const begun = performance.now();
    expect((await ask(session, during)).status).toBe(503);
    expect(performance.now() - begun).toBeLessThan(2_500);
    const away = await read();
    expect(away).toMatch(/^oobleck_store_away 1$/m);
    expect(away).toMatch(/^oobleck_store_failures_total [1-9][0-9]*$/m);
    expect(away).toMatch(/^oobleck_token_spends_total\{state="new"\} 1$/m);
    expect(away).toMatch(/^oobleck_store_operation_seconds_count [1-9][0-9]*$/m);
    expect(await lab.retrieveAll(session)).toEqual(new Set());
    expect(serving.output()).toContain('"event":"store-away"');
    await expect.poll(() => serving.output(), { timeout: 10_000 }).toContain('"event":"store-back"');
    expect(await read()).toMatch(/^oobleck_store_away 0$/m);
    expect((await ask(session, during)).status).toBe(201);
    expect((await ask(session, before)).status).toBe(201);
    expect(await lostOf(session, [before, during])).toBe(0);
    expect(await spentTwice(session, [before, during])).toBe(0);
    session.close();
  });

  it('stopped and back: health says so over HTTP, the process lives, and nothing has to be started again', async () => {
    const tls = { certificateFile: 'tls.pem', keyFile: 'tls.key' };
    const serving = await lab.serve({ store: redis.url, listen: { host: '127.0.0.1', port: 0, tls } });
    const session = lab.connect(/^ready (\S+)/m.exec(serving.output())![1]!);
    const health = async (path: string) => {
      const { status, body } = await ask(session, { headers: { ':path': path } });
      return [status, JSON.parse(String(body))];
    };
    const live = [200, { status: 'live' }];
    const patience = { timeout: 15_000, interval: 50 };
    const ready = [200, { status: 'ready', checks: { store: true } }];
    await expect.poll(() => health('/health/ready'), patience).toEqual(ready);
    expect(await health('/health')).toEqual([200, { status: 200, message: 'OK' }]);
    await redis.servers[0]!.kill();
    await expect
      .poll(() => health('/health/ready'), patience)
      .toEqual([503, { status: 'unready', checks: { store: false } }]);
    expect(await health('/health')).toEqual([503, { status: 503, message: 'unready' }]);
    expect(await health('/health/live')).toEqual(live);
    expect((await ask(session, lab.deposit(0))).status).toBe(503);
    expect(await lab.retrieveAll(session)).toEqual(new Set());
    await redis.servers[0]!.restart();
    await expect.poll(() => health('/health/ready'), patience).toEqual(ready);
    expect(await health('/health')).toEqual([200, { status: 200, message: 'OK' }]);
    expect(await health('/health/live')).toEqual(live);
    await lab.register(); // Redis has forgotten the mailbox
    await expect.poll(async () => (await ask(session, lab.deposit(0))).status, patience).toBe(201);
    session.close();
  }, 60_000);
});

describe.runIf(hasRedis())('a cluster of three masters and three replicas', () => {
  let nodes: ServeProcess[];
  let sessions: ClientHttp2Session[];
  beforeAll(async () => {
    redis = await startRedisCluster();
    lab = await createCpsLab();
    const second = { store: redis.url, listen: listenOn(0) };
    nodes = [await lab.serve({ store: redis.url, log: { level: 'info' } }), await lab.serve(second)];
    await lab.register();
    const at = /^ready (\S+)/m.exec(nodes[1]!.output())![1]!;
    sessions = [lab.connect(), lab.connect(at)];
  });
  afterAll(async () => {
    await lab?.close();
    await redis?.close();
  });

  it('one of two CPS nodes killed: nothing is lost, and the other honours what had no answer', async () => {
    const requests = Array.from({ length: 2_000 }, (_, i) => lab.deposit(i % lab.shards));
    let killed: Promise<void> | undefined;
    const { created, unanswered } = await depositAll(
      requests,
      (at) => sessions[at % 2]!,
      (answered) => {
        if (answered === 800) killed = nodes[1]!.kill();
      },
    );
    await killed;
    expect(created.length).toBeGreaterThan(1_000);
    expect(unanswered.length).toBeGreaterThan(100);
    expect(await lostOf(sessions[0]!, created)).toBe(0);
    const again = await depositAll(unanswered, () => sessions[0]!);
    expect(again.created).toHaveLength(unanswered.length);
    expect(await spentTwice(sessions[0]!, [...created, ...again.created])).toBe(0);
  }, 90_000);

  it('a master fails over: no deposit that had its 201 is lost, no token is spent twice', async () => {
    await redis.clear();
    await lab.register();
    const requests = Array.from({ length: 2_000 }, (_, i) => lab.deposit(i % lab.shards));
    let killed: Promise<void> | undefined;
    const { created, refusals } = await depositAll(
      requests,
      () => sessions[0]!,
      (answered) => {
        if (answered === 800) killed = redis.servers[0]!.kill();
      },
    );
    await killed;
    expect(refusals).toBeGreaterThan(0);
    expect(created.length).toBe(requests.length);
    expect(await lostOf(sessions[0]!, created)).toBeLessThanOrEqual(MOST_LOST);
    expect(await spentTwice(sessions[0]!, created)).toBeLessThanOrEqual(MOST_SPENT_TWICE);
  }, 90_000);
});
