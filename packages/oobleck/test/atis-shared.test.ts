// A CPS of the ATIS profiles in several processes: two workers over LMDB, two nodes over Redis. A PASSporT that is published
// at any is found at each, an access token that any has taken is taken by none again, and a record of them that cannot be
// reached lets nobody in.

import { createPrivateKey, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type ClientHttp2Session, connect } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Spc } from '@oobleck/stir/number';
import { createPassportSigner } from '@oobleck/stir/passport';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BareRequest } from '../../../bench/http/http-client.ts';
import { type AccessOrder, createAccessSigner } from '../src/cps/profiles/atis/index.ts';
import { type Lab, writeLab } from '../src/lab/index.ts';
import type { Configuration } from '../src/wiring/index.ts';
import { ask } from './cps-lab.ts';
import { crypto, tn } from './network.ts';
import { hasRedis, type RedisServers, startRedis } from './redis-servers.ts';
import { type ServeProcess, startServe } from './serve-process.ts';

const SPC = '1234' as Spc;
const HOST = 'cps.example.net';
const CALLED = '12155000101';
const CERTIFICATE_PATH = '/certificates/1234.pem';

let world: Awaited<ReturnType<typeof createWorld>>;

/** Alpha's certificate, by which it publishes and asks, and the CPS as many processes have it. */
async function createWorld() {
  const folder = mkdtempSync(join(tmpdir(), 'oobleck-atis-shared-'));
  const lab: Lab = await writeLab(folder, Date.now());
  const { services, origin } = lab.bravo;
  const key = crypto.importSigningKey(
    new Uint8Array(
      createPrivateKey(readFileSync(join(folder, 'alpha.key'))).export({ format: 'der', type: 'pkcs8' }),
    ),
  );
  const certificateUrl = `${origin}${CERTIFICATE_PATH}`;
  const now = () => Math.floor(Date.now() / 1000);
  const access = createAccessSigner({ crypto, now, identity: () => ({ key, certificateUrl }) });
  const passports = createPassportSigner(key, certificateUrl);
  const orderOf = (caller: string): AccessOrder => ({
    profile: '105',
    issuer: SPC,
    spc: SPC,
    audience: HOST,
    called: { kind: 'tn', number: tn(CALLED) },
    caller: { kind: 'tn', number: tn(caller) },
  });
  const pathOf = (caller: string) => `/passports/${SPC}/${CALLED}/${caller}`;
  const processes: ServeProcess[] = [];
  return {
    async serve(more: Partial<Configuration>): Promise<ServeProcess> {
      const file = join(folder, `serve-${processes.length}.json`);
      const { trust, client, listen } = services;
      const certificates = [{ path: CERTIFICATE_PATH, chainFile: 'alpha.pem' }];
      const atis = { hosts: [HOST] };
      writeFileSync(file, JSON.stringify({ trust, client, listen, certificates, atis, ...more }));
      processes.push(await startServe(file));
      return processes.at(-1)!;
    },
    async connect(at: string = origin): Promise<ClientHttp2Session> {
      const session = connect(at, { ca: lab.tlsCa });
      session.on('error', () => undefined);
      await once(session, 'connect');
      return session;
    },
    passport: (caller: string): string =>
      passports.signShaken(
        { originator: tn(caller), destinations: [tn(CALLED)], issuedAt: now() },
        { attestation: 'A', originationId: randomUUID() },
      ),
    publication(caller: string, passport: string): BareRequest {
      const body = Buffer.from(JSON.stringify({ passports: [passport] }));
      const authorization = `Bearer ${access.toPublish(orderOf(caller), [passport], 50)}`;
      const headers = { ':method': 'POST', ':path': pathOf(caller), authorization };
      return { headers: { ...headers, 'content-type': 'application/json' }, body };
    },
    question: (caller: string): BareRequest => ({
      headers: {
        ':method': 'GET',
        ':path': pathOf(caller),
        authorization: `Bearer ${access.toRetrieve(orderOf(caller))}`,
      },
    }),
    async close() {
      for (const one of processes) await one.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

beforeAll(async () => {
  world = await createWorld();
}, 60_000);
afterAll(() => world?.close());

const callers = (count: number, from: number) => Array.from({ length: count }, (_, i) => `${from + i}`);

/** Publishes at each in turn. @returns what is to be found, by caller */
async function publishAt(
  sessions: readonly ClientHttp2Session[],
  from: number,
): Promise<Map<string, string>> {
  const published = new Map<string, string>();
  for (const [at, caller] of callers(sessions.length, from).entries()) {
    const passport = world.passport(caller);
    expect((await ask(sessions[at]!, world.publication(caller, passport))).status).toBe(201);
    published.set(caller, passport);
  }
  return published;
}

async function foundAt(session: ClientHttp2Session, caller: string): Promise<readonly string[]> {
  const { status, body } = await ask(session, world.question(caller));
  return status === 200 ? JSON.parse(String(body)).passports : [];
}

async function findsAll(sessions: readonly ClientHttp2Session[], published: ReadonlyMap<string, string>) {
  for (const session of sessions)
    for (const [caller, passport] of published) expect(await foundAt(session, caller)).toEqual([passport]);
}

/** One request at each at once, and once more after. @returns the statuses, sorted */
async function raced(sessions: readonly ClientHttp2Session[], request: BareRequest) {
  const answers = await Promise.all(sessions.map((session) => ask(session, request)));
  for (const session of sessions) answers.push(await ask(session, request));
  return answers.map(({ status }) => status).sort((one, other) => one - other);
}

describe('two workers over LMDB', () => {
  let serving: ServeProcess;
  let sessions: ClientHttp2Session[];
  const start = async () => {
    serving = await world.serve({ store: 'lmdb:store', workers: 2 });
    // Connections go to the workers in turn: eight are with both.
    sessions = await Promise.all(Array.from({ length: 8 }, () => world.connect()));
  };
  beforeAll(start, 60_000);
  afterAll(() => {
    for (const session of sessions ?? []) session.destroy();
  });

  it('what is published with either is found with each', async () => {
    await findsAll(sessions, await publishAt(sessions, 12025550100));
  });

  it('V-02: an access token is taken once, whichever worker is asked', async () => {
    const caller = '12025550200';
    const passport = world.passport(caller);
    const refused = Array(15).fill(401);
    expect(await raced(sessions, world.publication(caller, passport))).toEqual([201, ...refused]);
    expect(await raced(sessions, world.question(caller))).toEqual([200, ...refused]);
    expect(await foundAt(sessions[0]!, caller)).toEqual([passport]);
  });

  it('a restart forgets neither', async () => {
    const published = await publishAt(sessions.slice(0, 1), 12025550300);
    const used = world.question('12025550300');
    expect((await ask(sessions[0]!, used)).status).toBe(200);
    for (const session of sessions) session.destroy();
    await serving.stop();
    await start();
    await findsAll(sessions, published);
    expect((await ask(sessions[0]!, used)).status).toBe(401);
    for (const session of sessions) session.destroy();
    await serving.stop();
  }, 60_000);
});

describe.runIf(hasRedis())('two nodes over Redis', () => {
  let redis: RedisServers;
  let sessions: ClientHttp2Session[];
  beforeAll(async () => {
    redis = await startRedis();
    await world.serve({ store: redis.url });
    const tls = { certificateFile: 'tls.pem', keyFile: 'tls.key' };
    const other = await world.serve({ store: redis.url, listen: { host: '127.0.0.1', port: 0, tls } });
    const at = /^ready (\S+)/m.exec(other.output())![1]!;
    sessions = [await world.connect(), await world.connect(at)];
  }, 60_000);
  afterAll(async () => {
    for (const session of sessions ?? []) session.destroy();
    await redis?.close();
  });

  it('V-02: what is published at either is found at each, and a token is taken once', async () => {
    await findsAll(sessions, await publishAt(sessions, 12025550400));
    const used = world.question('12025550400');
    expect(await raced(sessions, used)).toEqual([200, 401, 401, 401]);
  });

  it('V-02: while nobody can tell whether a token was used, it is not taken: 503, within the bound', async () => {
    const caller = '12025550500';
    const published = await publishAt(sessions.slice(0, 1), 12025550500);
    await redis.servers[0]!.client.call('CLIENT', 'PAUSE', 2_500, 'ALL');
    const begun = performance.now();
    const during = await Promise.all([
      ask(sessions[0]!, world.question(caller)),
      ask(sessions[1]!, world.publication(caller, world.passport(caller))),
    ]);
    expect(during.map(({ status }) => status)).toEqual([503, 503]);
    expect(performance.now() - begun).toBeLessThan(2_500);
    const told = { status: 503, error: 'try again later' };
    for (const { body } of during) expect(JSON.parse(String(body))).toEqual(told);
    await expect
      .poll(() => foundAt(sessions[0]!, caller), { timeout: 10_000 })
      .toContain(published.get(caller));
  }, 30_000);
});
