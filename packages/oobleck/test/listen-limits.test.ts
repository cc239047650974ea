// What an operator writes under `listen.limits` and `memory` holds at the public port of a whole node: by connection, by
// address, by the memory of the process.

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type ClientHttp2Session, connect } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type Lab, writeLab } from '../src/lab/index.ts';
import { createEventLog } from '../src/operate/index.ts';
import { type Configuration, type RunningNode, startNode } from '../src/wiring/index.ts';

let folder: string;
let lab: Lab;
let node: RunningNode | undefined;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oobleck-limits-'));
  lab = await writeLab(folder, Date.now());
});
afterEach(async () => {
  for (const close of closers.splice(0)) close();
  await node?.close();
  node = undefined;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Limits = NonNullable<NonNullable<Configuration['listen']>['limits']>;

async function serve(limits: Limits, more: Partial<Configuration> = {}): Promise<void> {
  const { services } = lab.bravo;
  const listen = { ...services.listen!, limits };
  const log = createEventLog({ level: 'silent' });
  node = await startNode({ ...services, listen, ...more }, folder, { log });
}

function session(): ClientHttp2Session {
  const made = connect(node!.publicOrigin!, { ca: lab.tlsCa });
  made.on('error', () => undefined);
  closers.push(() => made.destroy());
  return made;
}

async function ask(client: ClientHttp2Session, path = '/health/live') {
  const stream = client.request({ ':path': path });
  stream.on('error', () => undefined).resume();
  const [fields] = await Promise.race([once(stream, 'response'), once(stream, 'close')]);
  return { status: Number(fields?.[':status'] ?? 0), retryAfter: fields?.['retry-after'] };
}

function closedOf(client: ClientHttp2Session): Promise<unknown> {
  return new Promise((resolve) => client.once('close', resolve));
}

/** @returns undefined where the server cut it off */
async function secured(): Promise<TLSSocket | undefined> {
  const { port } = new URL(node!.publicOrigin!);
  const socket = connectTls({ host: '127.0.0.1', port: Number(port), ca: lab.tlsCa });
  socket.on('error', () => undefined);
  closers.push(() => socket.destroy());
  await new Promise((resolve) => socket.once('secureConnect', resolve).once('close', resolve));
  return socket.destroyed ? undefined : socket;
}

it('connections of an address', async () => {
  await serve({ maxConnectionsPerAddress: 2 });
  const [one] = [await secured(), await secured()];
  expect(one).toBeDefined();
  expect(await secured()).toBeUndefined();
  one!.destroy();
  await expect.poll(secured, { timeout: 10_000 }).toBeDefined();
});

it('an address that is trusted has as many as it likes', async () => {
  await serve({ maxConnectionsPerAddress: 2, trustedAddresses: ['127.0.0.1'] });
  for (let at = 0; at < 5; at++) expect(await secured()).toBeDefined();
});

it('requests a second of an address, over all its connections', async () => {
  await serve({ maxRequestsPerSecondPerAddress: 4 });
  const sessions = [session(), session()];
  const answers = [];
  for (let at = 0; at < 6; at++) answers.push(await ask(sessions[at % 2]!));
  expect(answers.slice(0, 4).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  expect(answers.find(({ status }) => status === 429)).toEqual({ status: 429, retryAfter: '1' });
});

it('requests of a connection', async () => {
  await serve({ maxRequestsPerConnection: 2 });
  const client = session();
  const closed = closedOf(client);
  expect([(await ask(client)).status, (await ask(client)).status]).toEqual([200, 200]);
  await closed;
  expect((await ask(session())).status).toBe(200);
});

it('streams of a connection at once', async () => {
  await serve({ maxStreams: 3 });
  const client = session();
  await ask(client); // by then the server's settings have come
  expect(client.remoteSettings.maxConcurrentStreams).toBe(3);
});

it('control frames of a connection', async () => {
  await serve({ maxControlFramesPerSecond: 10 });
  const client = session();
  await once(client, 'connect');
  const closed = closedOf(client);
  for (let at = 0; at < 30 && !client.destroyed; at++)
    await new Promise((resolve) => client.ping(resolve) || resolve(undefined));
  await closed;
});

it('memory: above the mark everything but health is told to come later', async () => {
  await serve({}, { memory: { maximumBytes: 67_108_864 } });
  const client = session();
  expect(await ask(client, '/mailboxes/x/0/passports')).toEqual({ status: 503, retryAfter: '1' });
  expect((await ask(client, '/health/live')).status).toBe(200);
  expect((await ask(client, '/health/ready')).status).toBe(200);
});
