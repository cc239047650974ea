// A stream is held by one process, and deposits come to any: two workers over LMDB, two nodes over Redis or its cluster.
// Whatever is left anywhere shows on every stream of its mailbox, over the real HTTP face.

import type { ClientHttp2Session } from 'node:http2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, type CpsLab, createCpsLab, inParallel, type OpenedStream, textOf } from './cps-lab.ts';
import { hasRedis, type RedisServers, startRedis, startRedisCluster } from './redis-servers.ts';

const PATIENCE = { timeout: 60_000, interval: 50 };
const DEPOSITS = 40;

let lab: CpsLab;

/** Leaves some through each connection in turn. @returns what was left, as text */
async function depositThrough(sessions: readonly ClientHttp2Session[]): Promise<readonly string[]> {
  const requests = Array.from({ length: DEPOSITS }, (_, at) => ({
    at,
    request: lab.deposit(at % lab.shards),
  }));
  await inParallel(requests, async ({ at, request }) => {
    expect((await ask(sessions[at % sessions.length]!, request)).status).toBe(201);
  });
  return requests.map(({ request }) => textOf(request.body!));
}

/** Between processes a subscription takes its moment: what was left before it is not shown. */
async function untilItFlows(stream: OpenedStream, sessions: readonly ClientHttp2Session[]): Promise<void> {
  for (const session of sessions)
    await expect
      .poll(async () => {
        const request = lab.deposit(0);
        if ((await ask(session, request)).status !== 201) return false;
        await new Promise((resolve) => setTimeout(resolve, 250));
        return stream.brought().has(textOf(request.body!));
      }, PATIENCE)
      .toBe(true);
}

async function showsAll(streams: readonly OpenedStream[], left: readonly string[]): Promise<void> {
  for (const stream of streams)
    await expect
      .poll(() => {
        const brought = stream.brought();
        return left.filter((one) => !brought.has(one)).length;
      }, PATIENCE)
      .toBe(0);
}

describe('two workers over LMDB', () => {
  beforeAll(async () => {
    lab = await createCpsLab();
    await lab.serve({ store: 'lmdb:store', workers: 2, log: { level: 'info' } });
    await lab.register();
  }, 60_000);
  afterAll(() => lab?.close());

  it('what is left with either shows on a stream held by one of them', async () => {
    // Connections go to the workers in turn: eight are with both.
    const sessions = Array.from({ length: 8 }, () => lab.connect());
    const streams = [await lab.openStream(sessions[0]!), await lab.openStream(sessions[1]!)];
    expect(streams.map(({ status }) => status)).toEqual([200, 200]);
    for (const stream of streams) await untilItFlows(stream, sessions);
    await showsAll(streams, await depositThrough(sessions));
    for (const session of sessions) session.destroy();
  }, 180_000);
});

describe.runIf(hasRedis()).each([
  ['Redis', startRedis],
  ['a Redis cluster', startRedisCluster],
])('two nodes over %s', (_name, start) => {
  let redis: RedisServers;
  let sessions: ClientHttp2Session[];
  beforeAll(async () => {
    redis = await start();
    lab = await createCpsLab();
    const tls = { certificateFile: 'tls.pem', keyFile: 'tls.key' };
    await lab.serve({ store: redis.url });
    const second = await lab.serve({ store: redis.url, listen: { host: '127.0.0.1', port: 0, tls } });
    await lab.register();
    sessions = [lab.connect(), lab.connect(/^ready (\S+)/m.exec(second.output())![1]!)];
  }, 180_000);
  afterAll(async () => {
    for (const session of sessions ?? []) session.destroy();
    await lab?.close();
    await redis?.close();
  });

  it('what is left with the one shows on the stream held by the other', async () => {
    const [one, other] = sessions as [ClientHttp2Session, ClientHttp2Session];
    await expect.poll(async () => (await ask(other, lab.deposit(0))).status, PATIENCE).toBe(201); // it knows the mailbox
    const streams = [await lab.openStream(one), await lab.openStream(other)] as const;
    expect(streams.map(({ status }) => status)).toEqual([200, 200]);
    await untilItFlows(streams[0], [other]);
    await untilItFlows(streams[1], [one]);
    await showsAll([streams[0]], await depositThrough([other]));
    await showsAll([streams[1]], await depositThrough([one]));
  }, 180_000);
});
