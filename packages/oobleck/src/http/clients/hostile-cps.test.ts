// A CPS that means harm, or is in trouble: whatever it does on the wire, a call gets its answer within its deadline, and
// the next request finds its way. (A CPS that lies in what it seals is verification/hostile-peers.test.ts.)

import { createSecureServer, type Http2SecureServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from 'node:tls';
import { encodeAddress } from '@oobleck/stir/mailbox';
import type { Deposit } from '@oobleck/stir/placement';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crypto, mintTokens } from '../../../test/network.ts';
import { createTlsAuthority } from '../../lab/pki.ts';
import { createSafeClient, type SafeClient } from '../index.ts';
import { createDepositSender, createReplySource } from './index.ts';

const BYTES = 16_384;
const DEADLINE_MS = 600;
/** What a busy machine may add. */
const SLACK_MS = 2_000;
const TYPE = 'application/vnd.stir-oob.sealed-reply';
const body = crypto.randomBytes(BYTES);
const address = encodeAddress(crypto.randomBytes(32), 0);

let http2: Http2SecureServer;
let http1: TlsServer;
let client: SafeClient;
let origin: string;
let origin1: string;
let play: (stream: ServerHttp2Stream, turn: number) => void;
let play1: (socket: TLSSocket, turn: number) => void;
let turns = 0;
const tokensSeen: string[] = [];
const timers = new Set<NodeJS.Timeout>();

beforeAll(async () => {
  const tls = await createTlsAuthority({ nowMs: Date.now() });
  const { certificate, key } = await tls.issueServer();
  http2 = createSecureServer({ cert: certificate, key });
  http2.on('sessionError', () => undefined);
  http2.on('stream', (stream, headers) => {
    stream.on('error', () => undefined).resume();
    tokensSeen.push(String(headers.authorization));
    play(stream as ServerHttp2Stream, ++turns);
  });
  http1 = createTlsServer({ cert: certificate, key, ALPNProtocols: ['http/1.1'] }, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      if (String(chunk).includes('\r\n\r\n')) play1(socket, ++turns);
    });
  });
  const listen = (server: Http2SecureServer | TlsServer) =>
    new Promise<string>((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        resolve(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
      });
    });
  [origin, origin1] = [await listen(http2), await listen(http1)];
  client = createSafeClient({ ca: [tls.ca], allowAddresses: ['127.0.0.1'] });
});
afterAll(async () => {
  for (const timer of timers) clearInterval(timer);
  await client.close();
  http2.close();
  http1.close();
});

const deposit: Deposit = {
  address,
  cps: [],
  blob: crypto.randomBytes(2_048),
  retractSecret: crypto.randomBytes(32),
  retractHash: crypto.randomBytes(32),
  lifetimeSeconds: 30,
  stake: 0,
};

async function timed<T>(
  act: () => Promise<T>,
): Promise<{ readonly result: T | 'rejected'; readonly ms: number }> {
  turns = 0;
  tokensSeen.length = 0;
  const startedMs = performance.now();
  const result = await act().catch(() => 'rejected' as const);
  return { result, ms: performance.now() - startedMs };
}

const retrieve = (cps = origin) =>
  timed(() =>
    createReplySource(client).fetchReply({
      cps,
      address,
      page: 0,
      nonce: crypto.randomBytes(16),
      replyBytes: BYTES,
      deadlineMs: DEADLINE_MS,
    }),
  );
const leave = (cps = origin) =>
  timed(() => createDepositSender(client).send(cps, deposit, mintTokens('a', 1), DEADLINE_MS));

const drip = (write: () => void) => timers.add(setInterval(write, 50));
const head = (stream: ServerHttp2Stream, status: number, more = {}) =>
  stream.respond({ ':status': status, 'content-type': TYPE, ...more });
const good = (stream: ServerHttp2Stream, status = 200) => {
  head(stream, status);
  stream.end(status === 200 ? body : undefined);
};

const TROUBLE: [string, (stream: ServerHttp2Stream) => void][] = [
  ['says nothing', () => undefined],
  ['sends a head and nothing more', (stream) => head(stream, 200)],
  [
    'drips a byte now and then',
    (stream) => {
      head(stream, 201);
      drip(() => !stream.destroyed && stream.write('x'));
    },
  ],
  ['resets the stream', (stream) => stream.close(2)],
  [
    'resets in the middle',
    (stream) => {
      head(stream, 200);
      stream.write('x', () => stream.close(2));
    },
  ],
  ['ends the connection', (stream) => stream.session!.destroy()],
  [
    'says GOAWAY in the middle and goes',
    (stream) => {
      stream.session!.goaway(0, 0);
      stream.session!.destroy();
    },
  ],
  [
    'announces more than it sends',
    (stream) => {
      head(stream, 200, { 'content-length': String(BYTES) });
      stream.end(body.subarray(1));
    },
  ],
  [
    'sends more than it announces',
    (stream) => {
      head(stream, 200, { 'content-length': '10' });
      stream.end(body);
    },
  ],
  [
    'sends without end',
    (stream) => {
      head(stream, 200);
      const more = () => {
        while (!stream.destroyed && stream.write(Buffer.alloc(65_536)));
      };
      stream.on('drain', more);
      more();
    },
  ],
];

describe('a CPS over HTTP/2 that', () => {
  it.each(TROUBLE)('%s: no reply and no deposit, in time; the next request is served', async (_, act) => {
    play = act;
    const [reply, stored] = [await retrieve(), await leave()];
    expect(reply.result).toBe('rejected');
    expect(['unavailable', 'refused']).toContain(stored.result);
    for (const { ms } of [reply, stored]) expect(ms).toBeLessThan(DEADLINE_MS + SLACK_MS);
    play = (stream) => good(stream);
    expect((await retrieve()).result).toEqual(body);
    play = (stream) => good(stream, 201);
    expect((await leave()).result).toBe('stored');
  });

  it.each<[string, (stream: ServerHttp2Stream) => void]>([
    ['another type', (stream) => stream.respond({ ':status': 200, 'content-type': 'text/html' })],
    ['no type', (stream) => stream.respond({ ':status': 200 })],
  ])('sends a reply of %s is not believed', async (_, respond) => {
    play = (stream) => {
      respond(stream);
      stream.end(body);
    };
    expect((await retrieve()).result).toBe('rejected');
  });

  it.each<[string, (stream: ServerHttp2Stream) => void]>([
    ['resets the stream', (stream) => stream.close(2)],
    ['loses the connection', (stream) => stream.session!.destroy()],
    [
      'goes away',
      (stream) => {
        stream.session!.goaway(0, 0);
        stream.session!.destroy();
      },
    ],
  ])('%s once is asked again, with the very same token', async (_, fail) => {
    play = (stream, turn) => (turn === 1 ? fail(stream) : good(stream, 201));
    expect((await leave()).result).toBe('stored');
    expect(turns).toBeGreaterThan(1);
    expect(new Set(tokensSeen).size).toBe(1);
    play = (stream, turn) => (turn === 1 ? fail(stream) : good(stream));
    expect((await retrieve()).result).toEqual(body);
  });

  it('refuses is not asked again, and one that stays broken not without end', async () => {
    play = (stream) => good(stream, 409);
    expect([(await leave()).result, turns]).toEqual(['refused', 1]);
    play = (stream) => stream.close(2);
    expect((await leave()).result).toBe('unavailable');
    expect(turns).toBeLessThanOrEqual(3);
  });

  it('serves many at once does so over one connection', async () => {
    const sessions = new Set<unknown>();
    play = (stream) => {
      sessions.add(stream.session);
      good(stream);
    };
    await retrieve();
    sessions.clear();
    await Promise.all(Array.from({ length: 20 }, () => retrieve()));
    expect(sessions.size).toBe(1);
  });
});

describe('a CPS over HTTP/1.1 that', () => {
  const line = `HTTP/1.1 200 OK\r\ncontent-type: ${TYPE}\r\n`;
  it.each<[string, (socket: TLSSocket) => void]>([
    ['says nothing', () => undefined],
    ['sends half a head', (socket) => socket.write('HTTP/1.1 200')],
    ['drips', (socket) => void drip(() => !socket.destroyed && socket.write('H'))],
    [
      'announces more than it sends',
      (socket) => {
        socket.write(`${line}content-length: ${BYTES}\r\n\r\n`);
        socket.end(body.subarray(1));
      },
    ],
    ['sends no HTTP', (socket) => socket.end('SIP/2.0 200 OK\r\n\r\n')],
    ['ends at once', (socket) => socket.destroy()],
  ])('%s: no reply, in time', async (_, act) => {
    play1 = act;
    const { result, ms } = await retrieve(origin1);
    expect(result).toBe('rejected');
    expect(ms).toBeLessThan(DEADLINE_MS + SLACK_MS);
  });

  it('sends more than it announces: what was announced counts, and it is not taken for another answer', async () => {
    play1 = (socket) => {
      socket.write(`${line}content-length: ${BYTES}\r\n\r\n`);
      socket.write(body);
      socket.write(body);
    };
    const { result } = await retrieve(origin1);
    expect([body, 'rejected']).toContainEqual(result);
  });
});
