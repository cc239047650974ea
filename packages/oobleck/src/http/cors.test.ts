import type { IncomingMessage, ServerResponse } from 'node:http';
import { Client } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTlsAuthority } from '../lab/tls-authority.ts';
import { createEventLog } from '../operate/log.ts';
import { createFastifyApp } from './fastify-app.ts';
import { createHttpServer, type HttpServer } from './server.ts';

const PAGE = 'https://app.example.net';
const PREFLIGHT = { origin: PAGE, 'access-control-request-method': 'POST' };
const ALLOWED_HEADERS = 'authorization, content-type, passport-lifetime, passport-retract, passport-stake';

let ca: string;
let open: HttpServer;
let closed: HttpServer;

beforeAll(async () => {
  const authority = await createTlsAuthority({ nowMs: Date.now() });
  ca = authority.ca;
  const log = createEventLog({ level: 'silent' });
  const fastify = createFastifyApp({ log });
  fastify.app.put('/cold', async (_request, reply) => reply.header('cache-control', 'no-store').send('cold'));
  await fastify.ready();
  const routes = ({ url }: IncomingMessage, response: ServerResponse): boolean => {
    if (url !== '/hot') return false;
    response.writeHead(200, { 'content-type': 'text/plain' }).end('hot');
    return true;
  };
  const tls = await authority.issueServer();
  const shared = { host: '127.0.0.1', port: 0, tls, log, routes, fallback: fastify.handle };
  open = await createHttpServer({ ...shared, cors: { origins: [PAGE, 'https://other.example.net:8443'] } });
  closed = await createHttpServer(shared);
});
afterAll(async () => {
  await Promise.all([open?.close(200), closed?.close(200)]);
});

describe.each([1, 2] as const)('CORS over HTTP/%i', (version) => {
  async function ask(server: HttpServer, method: string, path: string, headers: Record<string, string>) {
    const client = new Client(server.origin, { allowH2: version === 2, connect: { ca } });
    try {
      const reply = await client.request({ path, method: method as 'GET', headers });
      const { 'access-control-allow-origin': origin, vary, allow } = reply.headers;
      const text = await reply.body.text();
      return { status: reply.statusCode, origin, vary, allow, text, headers: reply.headers };
    } finally {
      await client.destroy();
    }
  }

  it.each([
    ['a hot route', 'GET', '/hot', 'hot'],
    ['any other', 'PUT', '/cold', 'cold'],
  ])('lets a page of a named origin read an answer of %s', async (_, method, path, text) => {
    expect(await ask(open, method, path, { origin: PAGE })).toMatchObject({
      status: 200,
      origin: PAGE,
      text,
    });
    const other = await ask(open, method, path, { origin: 'https://other.example.net:8443' });
    expect(other.origin).toBe('https://other.example.net:8443');
  });

  it('lets it read refusals too', async () => {
    expect(await ask(open, 'GET', '/nowhere', { origin: PAGE })).toMatchObject({ status: 404, origin: PAGE });
  });

  it.each([
    'https://app.example.net:8443',
    'http://app.example.net',
    'https://APP.example.net',
    'https://app.example.net.evil.example',
    'https://sub.app.example.net',
    'null',
  ])('tells a page of %s nothing', async (origin) => {
    for (const path of ['/hot', '/cold']) {
      const reply = await ask(open, path === '/hot' ? 'GET' : 'PUT', path, { origin });
      expect(reply).toMatchObject({ status: 200, origin: undefined, vary: 'origin' });
    }
    const preflight = await ask(open, 'OPTIONS', '/cold', { ...PREFLIGHT, origin });
    expect(preflight).toMatchObject({ status: 405, origin: undefined });
    expect(preflight.headers['access-control-allow-headers']).toBeUndefined();
  });

  it.each(['/hot', '/cold', '/nowhere'])('answers a preflight alike everywhere: %s', async (path) => {
    const { status, origin, vary, text, headers } = await ask(open, 'OPTIONS', path, PREFLIGHT);
    expect({ status, origin, vary, text }).toEqual({ status: 204, origin: PAGE, vary: 'origin', text: '' });
    expect(headers['access-control-allow-methods']).toBe('GET, POST, PUT');
    expect(headers['access-control-allow-headers']).toBe(ALLOWED_HEADERS);
    expect(headers['access-control-allow-credentials']).toBeUndefined();
  });

  it('takes OPTIONS without a question for what it is', async () => {
    expect((await ask(open, 'OPTIONS', '/cold', { origin: PAGE })).status).toBe(405);
  });

  it('says that answers differ by origin, asked or not', async () => {
    expect(await ask(open, 'GET', '/hot', {})).toMatchObject({ origin: undefined, vary: 'origin' });
  });

  it('says nothing at all where it is not configured', async () => {
    for (const [method, path] of [
      ['GET', '/hot'],
      ['PUT', '/cold'],
      ['OPTIONS', '/cold'],
    ] as const) {
      const { headers } = await ask(closed, method, path, PREFLIGHT);
      const names = Object.keys(headers);
      expect(names.filter((name) => name.startsWith('access-control-') || name === 'vary')).toEqual([]);
    }
  });
});
