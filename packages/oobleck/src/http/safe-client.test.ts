import { createServer as createPlainServer } from 'node:http';
import { createSecureServer, type ServerHttp2Stream } from 'node:http2';
import { createServer, type Server, type ServerOptions } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createTlsAuthority, type TlsAuthority, type TlsIdentity } from '../lab/tls-authority.ts';
import {
  createSafeClient,
  type HttpRequest,
  type SafeClient,
  type SafeClientOptions,
} from './safe-client.ts';

type Listener = NonNullable<Parameters<typeof createServer>[1]>;

let authority: TlsAuthority;
let identity: TlsIdentity;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  authority = await createTlsAuthority({ nowMs: Date.now() });
  identity = await authority.issueServer(['localhost', 'cr.example.net', '127.0.0.1', '::1']);
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function listen(server: TcpServer | Server): Promise<number> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closers.push(() => {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const serve = (listener: Listener, options: ServerOptions = {}) =>
  listen(createServer({ cert: identity.certificate, key: identity.key, ...options }, listener));

function client(options: SafeClientOptions = {}): SafeClient {
  const made = createSafeClient({ ca: [authority.ca], allowAddresses: ['127.0.0.1'], ...options });
  closers.unshift(() => made.close());
  return made;
}

const get = (url: string, more: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'GET',
  url,
  deadlineMs: 5000,
  maxResponseBytes: 1000,
  ...more,
});

/** A listener that counts connections and answers nothing. */
async function trap(): Promise<{ port: number; connections: () => number }> {
  let count = 0;
  const port = await listen(
    createTcpServer((socket) => {
      count++;
      socket.destroy();
    }),
  );
  return { port, connections: () => count };
}

it('an answer that came while this process stood still is not late', async () => {
  const port = await serve((_request, response) => {
    response.writeHead(200, { 'content-length': '2' }).end('ok');
    // Nothing else happens in this process until long after the deadline; the answer is on the line by then.
    response.once('finish', () => {
      for (const endMs = performance.now() + 600; performance.now() < endMs; );
    });
  });
  const asking = client();
  const url = `https://127.0.0.1:${port}/`;
  const { status } = await asking.request(get(url, { deadlineMs: 400 }));
  expect(status).toBe(200);
});

it('nor is one over HTTP/2, whose body ends in a turn of its own', async () => {
  const server = createSecureServer({ cert: identity.certificate, key: identity.key });
  server.on('stream', (stream: ServerHttp2Stream) => {
    stream.on('error', () => undefined);
    stream.respond({ ':status': 200 });
    stream.end('ok');
    setImmediate(() => {
      for (const endMs = performance.now() + 600; performance.now() < endMs; );
    });
  });
  const port = await listen(server as unknown as TcpServer);
  const asking = client();
  for (let at = 0; at < 3; at++) {
    const { status, body } = await asking.request(get(`https://127.0.0.1:${port}/`, { deadlineMs: 400 }));
    expect([status, Buffer.from(body).toString()]).toEqual([200, 'ok']);
  }
});

describe('safe client: an exchange', () => {
  it('sends what it is given and nothing that names the sender', async () => {
    let seen: unknown;
    const port = await serve((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        seen = {
          method: request.method,
          url: request.url,
          headers: request.headers,
          body: Buffer.concat(chunks).toString(),
        };
        response.writeHead(201, { 'x-answer': ['a', 'b'] }).end('done');
      });
    });
    const reply = await client().request({
      ...get(`https://127.0.0.1:${port}/a?b=c#d`),
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: Buffer.from('hello'),
    });
    expect(reply.status).toBe(201);
    expect(reply.headers['x-answer']).toBe('a, b');
    expect(Buffer.from(reply.body).toString()).toBe('done');
    expect(seen).toEqual({
      method: 'POST',
      url: '/a?b=c',
      headers: {
        host: `127.0.0.1:${port}`,
        connection: 'keep-alive',
        'accept-encoding': 'identity',
        'content-type': 'text/plain',
        'content-length': '5',
      },
      body: 'hello',
    });
  });

  it('keeps connections (the pool may open a second one while the first is being freed)', async () => {
    const sockets = new Set<unknown>();
    const port = await serve((request, response) => {
      sockets.add(request.socket);
      response.end();
    });
    const { request } = client();
    for (let i = 0; i < 30; i++) await request(get(`https://127.0.0.1:${port}/`));
    expect(sockets.size).toBeLessThanOrEqual(2);
  });

  it('speaks HTTP/2 where the peer does, many requests on one connection', async () => {
    const sessions = new Set<unknown>();
    const server = createSecureServer({ cert: identity.certificate, key: identity.key, allowHTTP1: true });
    server.on('stream', (stream: ServerHttp2Stream) => {
      sessions.add(stream.session);
      stream.respond({ ':status': 200 });
      stream.end('two');
    });
    const port = await listen(server);
    const { request } = client();
    const replies = await Promise.all(
      Array.from({ length: 5 }, () => request(get(`https://127.0.0.1:${port}/`))),
    );
    expect(replies.map((reply) => Buffer.from(reply.body).toString())).toEqual(Array(5).fill('two'));
    expect(sessions.size).toBe(1);
  });

  it('does not decode gzip', async () => {
    const packed = gzipSync(Buffer.alloc(100_000));
    const port = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed),
    );
    const reply = await client().request(get(`https://127.0.0.1:${port}/`));
    expect(Buffer.from(reply.body).equals(packed)).toBe(true);
  });

  it('shows its certificate where the server asks for one', async () => {
    const mutual = { requestCert: true, rejectUnauthorized: true, ca: authority.ca };
    const port = await serve((_request, response) => response.end('known'), mutual);
    const clientCertificate = await authority.issueClient('a trunk');
    const reply = await client({ clientCertificate }).request(get(`https://127.0.0.1:${port}/`));
    expect(Buffer.from(reply.body).toString()).toBe('known');
    await expect(client().request(get(`https://127.0.0.1:${port}/`))).rejects.toMatchObject({
      name: 'HttpFailure',
    });
  });
});

describe('safe client: addresses', () => {
  const cases = {
    loopback: 'https://127.0.0.1',
    'loopback, short': 'https://127.1',
    'loopback, decimal': 'https://2130706433',
    'loopback, hexadecimal': 'https://0x7f000001',
    'loopback, octal': 'https://0177.0.0.1',
    'loopback, IPv4-mapped': 'https://[::ffff:127.0.0.1]',
    'loopback, IPv6': 'https://[::1]',
    private: 'https://10.0.0.1',
    'link-local': 'https://169.254.169.254',
    'link-local, IPv4-mapped': 'https://[::ffff:a9fe:a9fe]',
    ULA: 'https://[fd00::1]',
    unspecified: 'https://0.0.0.0',
    'localhost by name': 'https://localhost',
  };

  it.each(Object.entries(cases))('refuses %s and opens no connection', async (_kind, origin) => {
    const { port, connections } = await trap();
    const { request } = client({ allowAddresses: [] });
    await expect(request(get(`${origin}:${port}/`))).rejects.toMatchObject({ code: 'refused-address' });
    expect(connections()).toBe(0);
  });

  it.each([
    ['private', '10.0.0.1'],
    ['link-local', '169.254.169.254'],
    ['loopback', '127.0.0.1'],
    ['IPv4-mapped', '::ffff:127.0.0.1'],
    ['NAT64', '64:ff9b::7f00:1'],
  ])('refuses a name that resolves to %s', async (_kind, address) => {
    const { port, connections } = await trap();
    const resolve = async () => [{ address, family: address.includes(':') ? 6 : 4 }];
    const { request } = client({ allowAddresses: [], resolve });
    await expect(request(get(`https://cr.example.net:${port}/`))).rejects.toMatchObject({
      code: 'refused-address',
    });
    expect(connections()).toBe(0);
  });

  it('checks the answer it connects to: a rebound name is refused', async () => {
    const port = await serve((_request, response) => response.setHeader('connection', 'close').end('first'));
    const answers = ['127.0.0.1', '127.0.0.2'];
    let asked = 0;
    const resolve = async () => [{ address: answers[asked++]!, family: 4 }];
    const { request } = client({ resolve });
    expect((await request(get(`https://cr.example.net:${port}/`))).status).toBe(200);
    await expect(request(get(`https://cr.example.net:${port}/`))).rejects.toMatchObject({
      code: 'refused-address',
    });
    expect(asked).toBe(2);
  });

  it('connects to the permitted ones of a mixed answer', async () => {
    const port = await serve((_request, response) => response.end('fine'));
    const resolve = async () => [
      { address: '10.0.0.1', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ];
    expect((await client({ resolve }).request(get(`https://cr.example.net:${port}/`))).status).toBe(200);
  });

  it('S-11: takes plain http to loopback only, and only when told to', async () => {
    const server = createPlainServer((_request, response) => response.end('plain'));
    const port = await listen(server);
    await expect(client().request(get(`http://127.0.0.1:${port}/`))).rejects.toMatchObject({
      code: 'refused-url',
    });
    const { request } = client({ allowLoopbackHttp: true, allowAddresses: ['10.0.0.0/8'] });
    expect((await request(get(`http://127.0.0.1:${port}/`))).status).toBe(200);
    expect((await request(get(`http://localhost:${port}/`))).status).toBe(200);
    await expect(request(get('http://10.0.0.1/'))).rejects.toMatchObject({ code: 'refused-address' });
    await expect(request(get('http://8.8.8.8/'))).rejects.toMatchObject({ code: 'refused-address' });
  });
});

describe('safe client: URLs and redirects', () => {
  it.each([
    'ftp://127.0.0.1/',
    'https://user@127.0.0.1/',
    'https://:secret@127.0.0.1/',
    'nonsense',
    'file:///etc/passwd',
  ])('refuses %s', async (url) => {
    await expect(client().request(get(url))).rejects.toMatchObject({ code: 'refused-url' });
  });

  it('refuses a port that is not allowed', async () => {
    const { request } = client({ allowPorts: [443, 8443] });
    await expect(request(get('https://127.0.0.1:8444/'))).rejects.toMatchObject({ code: 'refused-url' });
  });

  it('follows none unless told to, and only so many', async () => {
    const port = await serve((request, response) => {
      const left = Number(request.url!.slice(1));
      if (left === 0) return void response.end('there');
      response.writeHead(302, { location: `/${left - 1}` }).end();
    });
    const { request } = client();
    const from = (left: number, maxRedirects?: number) =>
      request(get(`https://127.0.0.1:${port}/${left}`, { maxRedirects }));
    await expect(from(1)).rejects.toMatchObject({ code: 'redirect' });
    await expect(from(3, 2)).rejects.toMatchObject({ code: 'redirect' });
    expect((await from(2, 2)).url).toBe(`https://127.0.0.1:${port}/0`);
  });

  it.each([
    ['private', 'https://10.0.0.1/', 'refused-address'],
    ['link-local', 'https://169.254.169.254/latest', 'refused-address'],
    ['loopback', 'https://127.0.0.2/', 'refused-address'],
    ['loopback, IPv6', 'https://[::1]/', 'refused-address'],
    ['IPv4-mapped', 'https://[::ffff:10.0.0.1]/', 'refused-address'],
    ['plain http', 'http://127.0.0.1/', 'redirect'],
    ['user information', 'https://a:b@127.0.0.1/', 'refused-url'],
  ])('refuses a redirect to %s', async (_kind, location, code) => {
    const port = await serve((_request, response) => response.writeHead(307, { location }).end());
    const { request } = client({ allowLoopbackHttp: true });
    await expect(request(get(`https://127.0.0.1:${port}/`, { maxRedirects: 3 }))).rejects.toMatchObject({
      code,
    });
  });

  it('refuses a redirect to a name whose address was rebound, and opens no connection to it', async () => {
    const { port: inner, connections } = await trap();
    const answers = ['127.0.0.1', '127.0.0.2'];
    const resolve = async () => [{ address: answers.shift()!, family: 4 }];
    const port = await serve((_request, response) =>
      response.writeHead(307, { location: `https://cr.example.net:${inner}/` }).end(),
    );
    const { request } = client({ resolve });
    await expect(request(get(`https://cr.example.net:${port}/`, { maxRedirects: 3 }))).rejects.toMatchObject({
      code: 'refused-address',
    });
    expect([answers, connections()]).toEqual([[], 0]);
  });

  it('gives another origin none of the headers', async () => {
    let seen: string | undefined = 'nothing yet';
    const second = await serve((request, response) => {
      seen = request.headers.authorization;
      response.end();
    });
    const first = await serve((_request, response) =>
      response.writeHead(301, { location: `https://127.0.0.1:${second}/` }).end(),
    );
    const headers = { authorization: 'Bearer secret' };
    await client().request(get(`https://127.0.0.1:${first}/`, { headers, maxRedirects: 1 }));
    expect(seen).toBeUndefined();
  });

  it('does not repeat a POST elsewhere', async () => {
    const port = await serve((_request, response) => response.writeHead(308, { location: '/again' }).end());
    const request = { ...get(`https://127.0.0.1:${port}/`), method: 'POST' as const, maxRedirects: 5 };
    await expect(client().request(request)).rejects.toMatchObject({ code: 'redirect' });
  });
});

describe('safe client: limits', () => {
  it('refuses a body announced too large before it comes', async () => {
    const port = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '1001' });
      response.flushHeaders();
    });
    await expect(client().request(get(`https://127.0.0.1:${port}/`))).rejects.toMatchObject({
      code: 'too-large',
    });
  });

  it('takes a body of exactly the limit', async () => {
    const port = await serve((_request, response) => response.end(Buffer.alloc(1000)));
    expect((await client().request(get(`https://127.0.0.1:${port}/`))).body.length).toBe(1000);
  });

  it('cuts an endless body at the limit', async () => {
    let isCut: (value: boolean) => void = () => {};
    const cut = new Promise<boolean>((done) => {
      isCut = done;
    });
    const port = await serve((_request, response) => {
      const more = () => response.write(Buffer.alloc(300));
      const timer = setInterval(more, 1);
      response.on('close', () => {
        clearInterval(timer);
        isCut(true);
      });
    });
    await expect(client().request(get(`https://127.0.0.1:${port}/`))).rejects.toMatchObject({
      code: 'too-large',
    });
    expect(await cut).toBe(true);
  });

  it('ends a slow drip at the deadline', async () => {
    const port = await serve((_request, response) => {
      const timer = setInterval(() => response.write('.'), 20);
      response.on('close', () => clearInterval(timer));
    });
    const startedAt = performance.now();
    await expect(
      client().request(get(`https://127.0.0.1:${port}/`, { deadlineMs: 200 })),
    ).rejects.toMatchObject({ code: 'deadline' });
    expect(performance.now() - startedAt).toBeLessThan(1500);
  });

  it('counts name resolution, the handshake and redirects into the deadline', async () => {
    const silent = await listen(createTcpServer(() => {}));
    const never = client({ resolve: () => new Promise(() => {}) });
    const round = await serve((_request, response) =>
      setTimeout(() => response.writeHead(302, { location: '/' }).end(), 60),
    );
    const short = { deadlineMs: 150, maxRedirects: 1000 };
    for (const [from, url] of [
      [never, 'https://cr.example.net/'],
      [client(), `https://127.0.0.1:${silent}/`],
      [client(), `https://127.0.0.1:${round}/`],
    ] as const)
      await expect(from.request(get(url, short))).rejects.toMatchObject({ code: 'deadline' });
  });

  it('ends one HTTP/2 stream at its deadline and leaves the others on the connection alone', async () => {
    const sessions = new Set<unknown>();
    const server = createSecureServer({ cert: identity.certificate, key: identity.key });
    server.on('stream', (stream: ServerHttp2Stream, headers) => {
      sessions.add(stream.session);
      stream.on('error', () => {});
      stream.respond({ ':status': 200 });
      if (headers[':path'] === '/slow') stream.write('.');
      else if (headers[':path'] === '/large') stream.end(Buffer.alloc(5000));
      else setTimeout(() => stream.end('whole'), 250);
    });
    const { request } = client();
    const origin = `https://127.0.0.1:${await listen(server)}`;
    await request(get(`${origin}/`));
    const other = request(get(`${origin}/`));
    const slow = request(get(`${origin}/slow`, { deadlineMs: 100 }));
    await expect(slow).rejects.toMatchObject({ code: 'deadline' });
    await expect(request(get(`${origin}/large`))).rejects.toMatchObject({ code: 'too-large' });
    expect(Buffer.from((await other).body).toString()).toBe('whole');
    expect((await request(get(`${origin}/`))).status).toBe(200);
    expect(sessions.size).toBe(1);
  });

  it('serves the next request after one that ran out of time', async () => {
    let slow = true;
    const port = await serve((_request, response) => {
      if (!slow) response.end('fast');
    });
    const { request } = client();
    await expect(request(get(`https://127.0.0.1:${port}/`, { deadlineMs: 100 }))).rejects.toMatchObject({
      code: 'deadline',
    });
    slow = false;
    expect((await request(get(`https://127.0.0.1:${port}/`))).status).toBe(200);
  });
});

describe('safe client: failures', () => {
  it('tells connection, TLS and protocol apart, and names no path', async () => {
    const { port: closed } = await trap();
    for (const close of closers.splice(0)) await close();
    const stranger = await createTlsAuthority({ nowMs: Date.now() });
    const { certificate, key } = await stranger.issueServer();
    const untrusted = await serve((_request, response) => response.end(), { cert: certificate, key });
    const wrongName = await serve((_request, response) => response.end());
    const broken = await serve((request) => request.socket.end('SSH-2.0-OpenSSH\r\n'));
    const resolve = async () => [{ address: '127.0.0.1', family: 4 }];
    for (const [host, port, code] of [
      ['127.0.0.1', closed, 'connect'],
      ['127.0.0.1', untrusted, 'tls'],
      ['other.example.net', wrongName, 'tls'],
      ['127.0.0.1', broken, 'protocol'],
    ] as const) {
      const failure = await client({ resolve })
        .request(get(`https://${host}:${port}/secret-path`))
        .catch((error) => error);
      expect([host, failure.code]).toEqual([host, code]);
      expect(String(failure)).not.toContain('secret-path');
    }
  });

  it('says connect where a name does not exist', async () => {
    const resolve = () => Promise.reject(Object.assign(new Error('none'), { code: 'ENOTFOUND' }));
    await expect(client({ resolve }).request(get('https://cr.example.net/'))).rejects.toMatchObject({
      code: 'connect',
    });
  });

  it('fails what is in flight when closed', async () => {
    const port = await serve(() => {});
    const made = client();
    const pending = made.request(get(`https://127.0.0.1:${port}/`)).catch((error) => error.name);
    await new Promise((done) => setTimeout(done, 50));
    await made.close();
    expect(await pending).toBe('HttpFailure');
  });
});
