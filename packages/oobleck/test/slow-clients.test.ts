// A thousand connections that never get through their TLS handshake and a thousand that send a byte now and then: the others are
// served nearly as before. Counted in requests done within the same time, with and without them, so that a slow machine does not matter.

import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Client } from 'undici';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type HttpServer, prepareAnswer } from '../src/http/index.ts';
import { createTlsAuthority, type TlsAuthority } from '../src/lab/pki.ts';
import { serveLoopback } from './loopback-server.ts';

const SLOW = 1_000;
const ROUND_MS = 700;
let authority: TlsAuthority;
let server: HttpServer;
let client: Client;
const sockets: Socket[] = [];

beforeAll(async () => {
  authority = await createTlsAuthority({ nowMs: Date.now() });
  const created = prepareAnswer(201, { 'content-length': '0' });
  server = await serveLoopback(authority, {
    limits: { headerTimeoutMs: 120_000, requestTimeoutMs: 120_000, maxConnectionsPerAddress: 3 * SLOW },
    hot: (exchange) => {
      exchange.receiveBody({ limitBytes: 2_048, timeoutMs: 120_000 }, () => exchange.answer(created));
      return true;
    },
  });
  client = new Client(server.origin, { allowH2: true, connect: { ca: authority.ca } });
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await client?.destroy();
  await server?.close(500);
});

/** Requests that were answered within the round, eight at a time. */
async function served(): Promise<number> {
  const body = Buffer.alloc(2_048);
  const until = performance.now() + ROUND_MS;
  let count = 0;
  const ask = async (): Promise<void> => {
    while (performance.now() < until) {
      const reply = await client.request({ path: '/', method: 'POST', body });
      expect(reply.statusCode).toBe(201);
      await reply.body.dump();
      count++;
    }
  };
  await Promise.all(Array.from({ length: 8 }, ask));
  return count;
}

async function inTens(make: () => Promise<unknown>): Promise<void> {
  for (let i = 0; i < SLOW / 10; i++) await Promise.all(Array.from({ length: 10 }, make));
}

function keep<T extends Socket>(socket: T, ready: 'connect' | 'secureConnect'): Promise<void> {
  sockets.push(socket.on('error', () => undefined));
  return new Promise((resolve) => socket.once(ready, () => resolve()));
}

it('1,000 half-open and 1,000 dripping connections take less than half of the throughput', async () => {
  await served();
  const before = Math.max(await served(), await served());
  await inTens(() => keep(connectTcp(server.port, '127.0.0.1'), 'connect'));
  const dripping: Socket[] = [];
  await inTens(() => {
    const socket = connectTls({ host: '127.0.0.1', port: server.port, ca: authority.ca });
    dripping.push(socket);
    return keep(socket, 'secureConnect');
  });
  for (const socket of dripping) socket.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 2048\r\n\r\n');
  let next = 0;
  const drip = setInterval(() => dripping[next++ % SLOW]!.write('a'), 5);
  const after = Math.max(await served(), await served(), await served());
  clearInterval(drip);
  expect(dripping.filter(({ destroyed }) => destroyed)).toEqual([]);
  expect(after).toBeGreaterThan(before / 2);
}, 120_000);
