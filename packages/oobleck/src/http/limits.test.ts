// What clients may take of a server, and what becomes of those who take more, while others are served.

import { once } from 'node:events';
import { type ClientHttp2Session, connect as connectHttp2, constants } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { Client } from 'undici';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createTlsAuthority, type TlsAuthority, type TlsIdentity } from '../lab/tls-authority.ts';
import { createEventLog, createReadiness } from '../operate/index.ts';
import {
  createHttpServer,
  type HotExchange,
  type HttpServer,
  type HttpServerOptions,
  prepareAnswer,
} from './index.ts';

const log = createEventLog({ level: 'silent' });
const FINE = prepareAnswer(204);
let authority: TlsAuthority;
let identity: TlsIdentity;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  authority = await createTlsAuthority({ nowMs: Date.now() });
  identity = await authority.issueServer();
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function hot(exchange: HotExchange): boolean {
  if (exchange.method === 'POST')
    exchange.receiveBody({ limitBytes: 100, timeoutMs: 5_000 }, () => exchange.answer(FINE));
  else if (exchange.target !== '/never') exchange.answer(FINE);
  return true;
}

async function serve(options: Partial<HttpServerOptions> = {}): Promise<HttpServer> {
  const server = await createHttpServer({ host: '127.0.0.1', port: 0, tls: identity, log, hot, ...options });
  closers.push(() => server.close(100));
  return server;
}

function session(server: HttpServer): ClientHttp2Session {
  const made = connectHttp2(server.origin, { ca: authority.ca });
  made.on('error', () => undefined);
  closers.push(() => made.destroy());
  return made;
}

async function statusOf(client: ClientHttp2Session, headers: Record<string, string> = {}): Promise<number> {
  const stream = client.request({ ':path': '/', ...headers });
  stream.on('error', () => undefined).resume();
  const outcome = await Promise.race([once(stream, 'response'), once(stream, 'close')]);
  return outcome[0]?.[':status'] ?? 0;
}

function closedOf(client: ClientHttp2Session): Promise<unknown> {
  return new Promise((resolve) => client.once('close', resolve));
}

function clientOf(server: HttpServer, version: 1 | 2): Client {
  const client = new Client(server.origin, { allowH2: version === 2, connect: { ca: authority.ca } });
  closers.push(() => client.destroy());
  return client;
}

describe.each([1, 2] as const)('over HTTP/%i', (version) => {
  it('more header fields than allowed are refused', async () => {
    const client = clientOf(await serve({ limits: { maxHeaderFields: 20 } }), version);
    const headers = Object.fromEntries(Array.from({ length: 24 }, (_, i) => [`x-${i}`, 'a']));
    const reply = await client.request({ path: '/', method: 'GET', headers });
    expect(reply.statusCode).toBe(431);
    await reply.body.dump();
    expect((await client.request({ path: '/', method: 'GET' })).statusCode).toBe(204);
  });

  it('more requests a second than an address may make are told to come later', async () => {
    const client = clientOf(await serve({ limits: { maxRequestsPerSecondPerAddress: 3 } }), version);
    const statuses = [];
    for (let i = 0; i < 4; i++) {
      const reply = await client.request({ path: '/', method: 'GET' });
      statuses.push(reply.statusCode);
      await reply.body.dump();
      if (reply.statusCode === 429) expect(reply.headers['retry-after']).toBe('1');
    }
    expect(statuses.slice(0, 3)).toEqual([204, 204, 204]);
    expect(statuses[3]).toBe(429);
  });

  it('an address that is trusted may', async () => {
    const limits = { maxRequestsPerSecondPerAddress: 1, trustedAddresses: ['127.0.0.0/8'] };
    const client = clientOf(await serve({ limits }), version);
    for (let i = 0; i < 5; i++) {
      const reply = await client.request({ path: '/', method: 'GET' });
      expect(reply.statusCode).toBe(204);
      await reply.body.dump();
    }
  });

  it('without room for more everything but health is refused, and told to come later', async () => {
    let isOverloaded = true;
    const readiness = createReadiness();
    const client = clientOf(await serve({ readiness, isOverloaded: () => isOverloaded }), version);
    const refused = await client.request({ path: '/', method: 'POST', body: 'a' });
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([503, '1']);
    expect(await refused.body.json()).toMatchObject({ type: 'urn:oobleck:problem:overloaded' });
    for (const path of ['/health', '/health/live', '/health/ready']) {
      const reply = await client.request({ path, method: 'GET' });
      expect(reply.statusCode).toBe(200);
      await reply.body.dump();
    }
    readiness.drain();
    const draining = await client.request({ path: '/health/ready', method: 'GET' });
    expect([draining.statusCode, await draining.body.json()]).toEqual([
      503,
      { status: 'draining', checks: {} },
    ]);
    const live = await client.request({ path: '/health/live', method: 'GET' });
    expect([live.statusCode, await live.body.json()]).toEqual([200, { status: 'live' }]);
    const wrong = await client.request({ path: '/health', method: 'POST', body: 'a' });
    expect([wrong.statusCode, wrong.headers.allow]).toEqual([405, 'GET, HEAD']);
    isOverloaded = false;
    expect((await client.request({ path: '/', method: 'POST', body: 'a' })).statusCode).toBe(204);
  });

  it('a body of one byte more is refused before it has come', async () => {
    const server = await serve();
    const socket = await secured(server, version);
    if (version === 1) {
      socket.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 101\r\n\r\nabc');
      let answer = '';
      socket.on('data', (chunk) => {
        answer += chunk;
      });
      await once(socket, 'close');
      expect(answer).toMatch(/^HTTP\/1\.1 413 /);
      return;
    }
    socket.destroy();
    const stream = session(server).request({ ':method': 'POST', ':path': '/', 'content-length': '101' });
    stream.on('error', () => undefined);
    stream.write('abc');
    const closed = once(stream, 'close');
    const [fields] = await once(stream.resume(), 'response');
    expect(fields[':status']).toBe(413);
    await closed;
  });
});

async function secured(
  server: HttpServer,
  version: 1 | 2 = 1,
  localAddress = '127.0.0.1',
): Promise<TLSSocket> {
  const ALPNProtocols = version === 1 ? ['http/1.1'] : ['h2'];
  const socket = connectTls({
    host: '127.0.0.1',
    port: server.port,
    ca: authority.ca,
    ALPNProtocols,
    localAddress,
  } as never);
  socket.on('error', () => undefined);
  closers.push(() => socket.destroy());
  await new Promise((resolve) => socket.once('secureConnect', resolve).once('close', resolve));
  return socket;
}

describe('connections', () => {
  it('beyond what an address may have are cut off; another address, and one that has closed some, are not', async () => {
    const server = await serve({ limits: { maxConnectionsPerAddress: 2 } });
    const first = await secured(server);
    await secured(server);
    expect((await secured(server)).destroyed).toBe(true);
    expect((await secured(server, 1, '127.0.0.2')).destroyed).toBe(false);
    first.destroy();
    await expect.poll(async () => (await secured(server)).destroyed, { timeout: 5_000 }).toBe(false);
  });

  it('of unfinished handshakes beyond the bound the oldest gives way, and a new client gets through', async () => {
    const server = await serve({ limits: { maxHandshakes: 3 } });
    const silent = Array.from({ length: 4 }, () => connectTcp(server.port, '127.0.0.1'));
    for (const socket of silent) closers.push(() => socket.destroy());
    await once(
      silent[0]!.on('error', () => undefined),
      'close',
    );
    expect(await statusOf(session(server))).toBe(204);
  });

  it('end after so many requests, each of which is answered', async () => {
    const server = await serve({ limits: { maxRequestsPerConnection: 3 } });
    const client = session(server);
    expect([await statusOf(client), await statusOf(client)]).toEqual([204, 204]);
    const ended = closedOf(client);
    expect(await statusOf(client)).toBe(204);
    await ended;
    const socket = await secured(server);
    socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n'.repeat(3));
    await once(socket.resume(), 'close');
  });

  it('on which nothing is asked end, whatever else comes on them; one that is asked on does not', async () => {
    const server = await serve({ limits: { idleTimeoutMs: 300, maxControlFramesPerSecond: 1_000 } });
    const [idle, busy] = [session(server), session(server)];
    await Promise.all([once(idle, 'connect'), once(busy, 'connect')]);
    const pings = setInterval(() => !idle.destroyed && idle.ping(() => undefined), 50);
    closers.push(() => clearInterval(pings));
    const asking = setInterval(() => void statusOf(busy).catch(() => undefined), 50);
    closers.push(() => clearInterval(asking));
    await closedOf(idle);
    expect(await statusOf(busy)).toBe(204);
    clearInterval(asking);
  });

  it('that flood with PING are cut off', async () => {
    const server = await serve({ limits: { maxControlFramesPerSecond: 20 } });
    const client = session(server);
    await once(client, 'connect');
    const ended = closedOf(client);
    for (let i = 0; i < 40 && !client.destroyed; i++)
      await new Promise((resolve) => client.ping(resolve) || resolve(undefined));
    await ended;
    const gentle = session(server);
    for (let i = 0; i < 5; i++) gentle.ping(() => undefined);
    expect(await statusOf(gentle)).toBe(204);
  });

  it('that open streams and take them back at once, without end, are cut off', async () => {
    const server = await serve({ limits: { maxResetsPerSecond: 1 } });
    const client = session(server);
    await once(client, 'connect');
    let goaway = 0;
    client.on('goaway', (code) => {
      goaway = code;
    });
    let hasEnded = false;
    const ended = closedOf(client).then(() => {
      hasEnded = true;
    });
    for (let i = 0; i < 100 && !hasEnded && !client.closed; i++) {
      if (client.destroyed) break;
      const streams = Array.from({ length: 50 }, () => client.request({ ':path': '/never' }));
      for (const stream of streams) stream.on('error', () => undefined);
      await new Promise(setImmediate);
      for (const stream of streams) stream.close(constants.NGHTTP2_CANCEL);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await ended;
    expect(goaway).not.toBe(0);
    expect(await statusOf(session(server))).toBe(204);
  });

  it('requests not yet answered are as many as an address may have, over all its connections', async () => {
    const server = await serve({ limits: { maxOpenRequestsPerAddress: 2 } });
    const [one, two] = [session(server), session(server)];
    for (const client of [one, two]) client.request({ ':path': '/never' }).on('error', () => undefined);
    await expect.poll(() => statusOf(one), { timeout: 5_000 }).toBe(429);
    one.destroy();
    await expect.poll(() => statusOf(two), { timeout: 5_000 }).toBe(204);
  });
});

it('a TLS certificate is replaced for connections from then on; one without its key changes nothing', async () => {
  const server = await serve();
  const before = await secured(server);
  const other = await authority.issueServer();
  server.replaceTls(other);
  const after = await secured(server);
  const serialOf = (socket: TLSSocket) => socket.getPeerCertificate().serialNumber;
  expect(serialOf(after)).not.toBe(serialOf(before));
  expect(() => server.replaceTls({ certificate: identity.certificate, key: other.key })).toThrow();
  expect(serialOf(await secured(server))).toBe(serialOf(after));
  before.write('GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
  const [answer] = await once(before, 'data');
  expect(String(answer)).toMatch(/^HTTP\/1\.1 204 /);
  expect(await statusOf(session(server))).toBe(204);
});

it('closing says so with GOAWAY, answers what is in flight, and takes no new connection', async () => {
  let release = (): void => undefined;
  const server = await serve({
    hot: (exchange) => {
      release = () => exchange.answer(FINE);
      return true;
    },
  });
  const client = session(server);
  const pending = statusOf(client);
  await expect
    .poll(() => release.length + Number(release.toString().includes('answer')), { timeout: 5_000 })
    .toBe(1);
  const goaway = once(client, 'goaway');
  const closed = server.close(5_000);
  await goaway;
  const refused = connectTcp(server.port, '127.0.0.1');
  const [error] = await once(refused, 'error');
  expect(error.code).toBe('ECONNREFUSED');
  release();
  expect(await pending).toBe(204);
  await closed;
});
