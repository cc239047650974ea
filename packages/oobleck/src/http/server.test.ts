import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { StirError } from '@oobleck/stir';
import { Client } from 'undici';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readBody } from '../../test/read-body.ts';
import { createTlsAuthority, type TlsAuthority, type TlsIdentity } from '../lab/tls-authority.ts';
import { createEventLog } from '../operate/log.ts';
import { createFastifyApp } from './fastify-app.ts';
import { answerProblems, problem } from './problem.ts';
import { createHttpServer, type HttpServer, type HttpServerOptions } from './server.ts';

let authority: TlsAuthority;
let identity: TlsIdentity;
let lines: string[] = [];
const log = createEventLog({ destination: { write: (line) => void lines.push(line) } });
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  authority = await createTlsAuthority({ nowMs: Date.now() });
  identity = await authority.issueServer();
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  lines = [];
});

async function serve(options: Partial<HttpServerOptions> = {}): Promise<HttpServer> {
  const server = await createHttpServer({ host: '127.0.0.1', port: 0, tls: identity, log, ...options });
  closers.push(() => server.close(200));
  return server;
}

/** Echoes bodies of at most 100 bytes that come within 300 ms. */
function echo(request: IncomingMessage, response: ServerResponse): boolean {
  if (request.url !== '/echo') return false;
  void answerProblems(request, response, log, async () => {
    response.end(await readBody(request, 100, 300));
  });
  return true;
}

function clientOf(server: HttpServer, version: 1 | 2, connect: ConnectionOptions = {}): Client {
  const client = new Client(server.origin, {
    allowH2: version === 2,
    connect: { ca: authority.ca, ...connect },
  });
  closers.push(() => client.destroy());
  return client;
}

/** Sends text on a TLS socket and gives back all that comes until the peer ends it. */
async function raw(server: HttpServer, text: string): Promise<string> {
  const socket = connectTls({ host: '127.0.0.1', port: server.port, ca: authority.ca });
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  socket.on('error', () => {});
  socket.write(text);
  await once(socket, 'close');
  return answer;
}

async function problemAt(client: Client, path: string, more: object = {}) {
  const reply = await client.request({ path, method: 'GET', ...more });
  expect(reply.headers['content-type']).toBe('application/problem+json');
  const body = (await reply.body.json()) as Record<string, unknown>;
  expect(body.status).toBe(reply.statusCode);
  return { ...body, allow: reply.headers.allow };
}

describe.each([1, 2] as const)('server over HTTP/%i', (version) => {
  it('asks the hot routes first, then the fallback', async () => {
    const fallback = (_request: IncomingMessage, response: ServerResponse) => void response.end('fallback');
    const client = clientOf(await serve({ routes: echo, fallback }), version);
    const hot = await client.request({ path: '/echo', method: 'POST', body: 'hello' });
    expect(await hot.body.text()).toBe('hello');
    const other = await client.request({ path: '/other', method: 'GET' });
    expect(await other.body.text()).toBe('fallback');
  });

  it('answers 404 with a problem document where there is nothing', async () => {
    const client = clientOf(await serve(), version);
    expect(await problemAt(client, '/nothing')).toMatchObject({
      type: 'urn:oobleck:problem:not-found',
      status: 404,
    });
  });

  it('reads a body of exactly the limit and refuses one byte more', async () => {
    const client = clientOf(await serve({ routes: echo }), version);
    const whole = await client.request({ path: '/echo', method: 'POST', body: Buffer.alloc(100) });
    expect((await whole.body.bytes()).length).toBe(100);
    const over = await problemAt(client, '/echo', { method: 'POST', body: Buffer.alloc(101) });
    expect(over).toMatchObject({ type: 'urn:oobleck:problem:content-too-large', status: 413 });
  });

  it('refuses a body without announced length once it is too long', async () => {
    const client = clientOf(await serve({ routes: echo }), version);
    async function* endless() {
      for (;;) {
        yield Buffer.alloc(50);
        await new Promise((done) => setTimeout(done, 5));
      }
    }
    const body = Readable.from(endless());
    const over = await problemAt(client, '/echo', { method: 'POST', body });
    expect(over).toMatchObject({ status: 413 });
    body.destroy();
  });

  it('refuses a body that does not come in time', async () => {
    const client = clientOf(await serve({ routes: echo }), version);
    const body = new PassThrough();
    body.write('a');
    const late = await problemAt(client, '/echo', { method: 'POST', body });
    expect(late).toMatchObject({ type: 'urn:oobleck:problem:request-timeout', status: 408 });
    body.destroy();
  });

  it.each(['thrown at once', 'thrown later'])(
    'makes one 500 with an id of what nobody foresaw, %s',
    async (when) => {
      const routes = (request: IncomingMessage, response: ServerResponse): boolean => {
        const fail = () => {
          throw new StirError('ERR_KEY_FORMAT', 'a cause');
        };
        if (when === 'thrown at once') fail();
        void answerProblems(request, response, log, async () => fail());
        return true;
      };
      const client = clientOf(await serve({ routes }), version);
      const answer = (await problemAt(client, '/')) as Record<string, unknown>;
      expect(answer).toMatchObject({ type: 'urn:oobleck:problem:internal-error', status: 500 });
      expect(JSON.stringify(answer)).not.toContain('a cause');
      const logged = JSON.parse(lines[0]!);
      expect(answer.instance).toBe(`urn:uuid:${logged.incident}`);
      expect(logged).toMatchObject({
        event: 'unforeseen-error',
        error: { code: 'ERR_KEY_FORMAT', message: 'a cause' },
      });
      expect(lines.length).toBe(1);
    },
  );

  it('refuses header fields larger than allowed', async () => {
    const client = clientOf(await serve(), version);
    const headers = { 'x-large': 'a'.repeat(20_000) };
    const outcome = await client.request({ path: '/', method: 'GET', headers }).then(
      (reply) => reply.statusCode,
      () => 'refused',
    );
    expect(version === 1 ? [431] : [431, 'refused']).toContain(outcome);
  });

  it('lets what is in flight finish when it closes', async () => {
    let release: () => void = () => {};
    let arrived: () => void = () => {};
    const isIn = new Promise<void>((done) => {
      arrived = done;
    });
    const fallback = (_request: IncomingMessage, response: ServerResponse) => {
      release = () => response.end('finished');
      arrived();
    };
    const server = await serve({ fallback });
    const client = clientOf(server, version);
    const pending = client.request({ path: '/', method: 'GET' });
    await isIn;
    const closed = server.close(10_000);
    release();
    expect(await (await pending).body.text()).toBe('finished');
    const startedAt = performance.now();
    await closed;
    expect(performance.now() - startedAt).toBeLessThan(3000);
  });

  it('ends what does not finish within the bound, and idle connections at once', async () => {
    const server = await serve({
      fallback: (request, response) => void (request.url === '/' && response.end()),
    });
    const idle = clientOf(server, version);
    await (await idle.request({ path: '/', method: 'GET' })).body.dump();
    const stuck = clientOf(server, version)
      .request({ path: '/stuck', method: 'GET' })
      .catch((error) => error);
    await new Promise((done) => setTimeout(done, 100));
    await server.close(100);
    expect(await stuck).toBeInstanceOf(Error);
  });

  it('refuses a client without a certificate where one is asked for', async () => {
    const server = await serve({ tls: { ...identity, clientCa: authority.ca }, routes: echo });
    const { certificate: cert, key } = await authority.issueClient('a trunk');
    const known = await clientOf(server, version, { cert, key }).request({
      path: '/echo',
      method: 'POST',
      body: 'x',
    });
    expect(known.statusCode).toBe(200);
    await known.body.dump();
    await expect(clientOf(server, version).request({ path: '/echo', method: 'GET' })).rejects.toThrow();
  });
});

describe('server', () => {
  it('negotiates HTTP/2 by ALPN and takes TLS 1.2 and 1.3 only', async () => {
    const server = await serve();
    const attempt = async (options: ConnectionOptions) => {
      const socket = connectTls({ host: '127.0.0.1', port: server.port, ca: authority.ca, ...options });
      closers.push(() => socket.destroy());
      await once(socket, 'secureConnect');
      return [socket.getProtocol(), socket.alpnProtocol];
    };
    expect(await attempt({ ALPNProtocols: ['http/1.1', 'h2'] })).toEqual(['TLSv1.3', 'h2']);
    expect(await attempt({ ALPNProtocols: ['http/1.1'], maxVersion: 'TLSv1.2' })).toEqual([
      'TLSv1.2',
      'http/1.1',
    ]);
    await expect(attempt({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1' })).rejects.toThrow();
  });

  it('lets a connection have no more streams than allowed', async () => {
    const server = await serve({ limits: { maxStreams: 3 } });
    const session = connectHttp2(server.origin, { ca: authority.ca });
    closers.push(() => session.destroy());
    const [settings] = await once(session, 'remoteSettings');
    expect(settings.maxConcurrentStreams).toBe(3);
  });

  it('answers what is not HTTP with a problem document', async () => {
    const answer = await raw(await serve(), 'NONSENSE\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('urn:oobleck:problem:malformed-request');
  });

  it('ends a request whose header does not come in time', async () => {
    const server = await serve({ limits: { headerTimeoutMs: 200 } });
    expect(await raw(server, 'GET / HTTP/1.1\r\nhost: a\r\n')).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('ends the connection after a body it did not read', async () => {
    const server = await serve({ routes: echo });
    const answer = await raw(server, 'POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 101\r\n\r\nabc');
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer.toLowerCase()).toContain('connection: close');
  });

  it('S-11: speaks plain HTTP on loopback only, and only when told to', async () => {
    const plain = { tls: undefined, log, port: 0 };
    await expect(createHttpServer({ ...plain, host: '127.0.0.1' })).rejects.toThrow(TypeError);
    for (const host of ['0.0.0.0', '::', '10.0.0.1', 'example.net'])
      await expect(createHttpServer({ ...plain, host, allowPlainHttp: true })).rejects.toThrow(TypeError);
    const server = await serve({ ...plain, allowPlainHttp: true, routes: echo });
    expect(server.origin).toBe(`http://127.0.0.1:${server.port}`);
    const client = clientOf(server, 1);
    expect((await client.request({ path: '/echo', method: 'GET' })).statusCode).toBe(200);
  });

  it('says so where the port is taken', async () => {
    const { port } = await serve();
    await expect(serve({ port })).rejects.toThrow('EADDRINUSE');
  });

  it('survives a client that leaves in the middle of a body', async () => {
    const server = await serve({ tls: undefined, allowPlainHttp: true, routes: echo });
    const socket = connectTcp(server.port, '127.0.0.1');
    socket.write('POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 50\r\n\r\nabc');
    await new Promise((done) => setTimeout(done, 50));
    socket.destroy();
    const client = clientOf(server, 1);
    expect((await client.request({ path: '/echo', method: 'GET' })).statusCode).toBe(200);
    expect(lines).toEqual([]);
  });
});

describe.each([1, 2] as const)('fastify application over HTTP/%i', (version) => {
  async function mounted(limits: HttpServerOptions['limits'] = {}): Promise<Client> {
    const app = createFastifyApp({ log, maxBodyBytes: 200 });
    const schema = {
      body: {
        type: 'object',
        properties: { port: { type: 'integer' } },
        required: ['port'],
        additionalProperties: false,
      },
    };
    app.app.post('/things', { schema }, async (request) => ({ got: request.body }));
    app.app.get('/things/:id', async () => {
      throw problem(422, 'unprocessable', 'No');
    });
    app.app.get('/broken', async () => {
      throw Object.assign(new Error('a secret'), { statusCode: 404 });
    });
    await app.ready();
    closers.push(() => app.close());
    return clientOf(await serve({ routes: echo, fallback: app.handle, limits }), version);
  }

  const post = (body: string, type = 'application/json') => ({
    method: 'POST',
    body,
    headers: { 'content-type': type },
  });

  it('serves its routes beside the hot ones', async () => {
    const client = await mounted();
    const reply = await client.request({ path: '/things', ...post('{"port":1}') } as never);
    expect(await reply.body.json()).toEqual({ got: { port: 1 } });
    expect((await client.request({ path: '/echo', method: 'GET' })).statusCode).toBe(200);
  });

  it.each([
    ['an unknown path', '/nothing', {}, 404, 'not-found'],
    ['a method that the path has not', '/things', { method: 'DELETE' }, 405, 'method-not-allowed'],
    ['a method that the pattern has not', '/things/7?a=b', { method: 'PUT' }, 405, 'method-not-allowed'],
    ['a body that is not JSON', '/things', post('{"port":'), 400, 'malformed-json'],
    ['an empty body', '/things', post(''), 400, 'malformed-json'],
    ['poisoned JSON', '/things', post('{"__proto__":1}'), 400, 'malformed-json'],
    ['a body of another form', '/things', post('{"port":"1"}'), 400, 'invalid-request'],
    ['an unknown member', '/things', post('{"port":1,"x":1}'), 400, 'invalid-request'],
    ['another media type', '/things', post('port=1', 'text/csv'), 415, 'unsupported-media-type'],
    ['a body too large', '/things', post(`{"port":${' '.repeat(300)}1}`), 413, 'content-too-large'],
    ['a malformed path', '/things/%', {}, 400, 'malformed-url'],
    ['its own problem', '/things/7', {}, 422, 'unprocessable'],
    ['an error not foreseen', '/broken', {}, 500, 'internal-error'],
  ])('answers %s with a problem document', async (_what, path, more, status, slug) => {
    const answer = await problemAt(await mounted(), path, more);
    expect(answer).toMatchObject({ status, type: `urn:oobleck:problem:${slug}` });
    expect(JSON.stringify(answer)).not.toContain('secret');
    expect(lines.length).toBe(status === 500 ? 1 : 0);
  });

  it('ends a body that drips for longer than allowed', async () => {
    const client = await mounted({ requestTimeoutMs: 300, headerTimeoutMs: 200 });
    const body = new PassThrough();
    const timer = setInterval(() => body.write(' '), 50);
    const startedAt = performance.now();
    const headers = { 'content-type': 'application/json' };
    const outcome = await client.request({ path: '/things', method: 'POST', body, headers }).then(
      (reply) => reply.statusCode,
      () => 'ended',
    );
    clearInterval(timer);
    body.destroy();
    expect([408, 'ended']).toContain(outcome);
    expect(performance.now() - startedAt).toBeLessThan(3000);
    expect(lines).toEqual([]);
  });

  it('names the methods a path has', async () => {
    expect(await problemAt(await mounted(), '/things', { method: 'DELETE' })).toMatchObject({
      allow: 'POST',
    });
  });
});

describe('what strangers send', () => {
  it('a method nobody knows is 501 on both versions, and no line in the log', async () => {
    const fastify = createFastifyApp({ log });
    await fastify.ready();
    const server = await serve({ fallback: fastify.handle });
    const session = connectHttp2(server.origin, { ca: authority.ca });
    closers.push(() => session.destroy());
    for (const method of ['FOO', 'QUERY', '__proto__', 'get']) {
      const stream = session.request({ ':method': method, ':path': '/x' });
      const [headers] = await once(stream, 'response');
      expect(headers[':status'], method).toBe(501);
      stream.resume();
    }
    expect(lines).toEqual([]);
  });

  it('an answer that is not read ends with its stream, whatever else the connection does', async () => {
    const routes = (_request: IncomingMessage, response: ServerResponse) => {
      response.end(Buffer.alloc(200_000));
      return true;
    };
    const server = await serve({ routes, limits: { responseTimeoutMs: 200 } });
    const session = connectHttp2(server.origin, { ca: authority.ca, settings: { initialWindowSize: 0 } });
    closers.push(() => session.destroy());
    const unread = session.request({ ':path': '/' });
    unread.on('error', () => {});
    await once(unread, 'response');
    const pings = setInterval(() => session.ping(() => {}), 50);
    closers.push(() => clearInterval(pings));
    let received = 0;
    unread.on('data', (chunk: Buffer) => {
      received += chunk.length;
    });
    await once(unread, 'close');
    expect(received).toBeLessThan(200_000);
  });
});
