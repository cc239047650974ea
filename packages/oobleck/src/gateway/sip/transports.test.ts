// The transports on loopback, with sockets that send what no decent switch would.

import { createHash, X509Certificate } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createTlsAuthority, type TlsAuthority, type TlsIdentity } from '../../lab/pki.ts';
import type { PlacedAnswer } from '../trunk/index.ts';
import type { Listener, ListenerTls } from './listener.ts';
import { createPeerBook, type Peer } from './peers.ts';
import { createTestElement, IDENTITY, PLACED, requestText, valuesIn } from './sip-fixture.ts';
import { createStreamListener, type StreamOptions } from './stream-listener.ts';
import { createUdpListener } from './udp-listener.ts';

const closers: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const LOOPBACK: readonly Peer[] = [{ name: 'switch', addresses: ['127.0.0.0/8', '::1'] }];
type Kind = 'udp' | 'tcp' | 'tls';
interface Serving extends Partial<StreamOptions> {
  readonly kind: Kind;
  readonly host?: string;
  readonly known?: readonly Peer[];
}

async function serve({ kind, host = '127.0.0.1', known = LOOPBACK, ...more }: Serving) {
  const test = createTestElement();
  const peers = createPeerBook(known);
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const options = { name: kind, host, port: 0, peers, element: test.element, log, ...more };
  const listener: Listener = await (kind === 'udp'
    ? createUdpListener(options)
    : createStreamListener(options));
  closers.push(() => listener.close());
  return { ...test, listener };
}

async function udpClient(address = '127.0.0.1') {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  await new Promise<void>((resolve) => socket.bind(0, address, resolve));
  closers.push(() => socket.close());
  const received: string[] = [];
  const waiting: ((text: string) => void)[] = [];
  socket.on('message', (bytes) => {
    const text = bytes.toString('latin1');
    const next = waiting.shift();
    if (next === undefined) received.push(text);
    else next(text);
  });
  return {
    socket,
    received,
    send: (text: string, port: number) => socket.send(Buffer.from(text, 'latin1'), port, address),
    next: (): Promise<string> =>
      received.length > 0
        ? Promise.resolve(received.shift()!)
        : new Promise((resolve) => waiting.push(resolve)),
  };
}

function streamClient(socket: Socket) {
  let text = '';
  let wanted: { readonly pattern: RegExp; readonly resolve: (text: string) => void } | undefined;
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    if (wanted?.pattern.test(text)) wanted.resolve(text);
  });
  closers.push(() => socket.destroy());
  const until = (pattern: RegExp): Promise<string> =>
    pattern.test(text)
      ? Promise.resolve(text)
      : new Promise((resolve) => {
          wanted = { pattern, resolve };
        });
  return { socket, until, closed, text: () => text };
}

const tcp = (port: number, host = '127.0.0.1') => streamClient(connectTcp({ port, host }));
const via = (name: string, more = '') => `SIP/2.0/${name} 127.0.0.1:5;branch=z9hG4bK1${more}`;

describe('UDP', () => {
  it.each(['127.0.0.1', '::1'])('on %s: the answer comes back', async (host) => {
    const { listener } = await serve({ kind: 'udp', host });
    const client = await udpClient(host);
    client.send(requestText({ via: `SIP/2.0/UDP host.invalid;branch=z9hG4bK1;rport` }), listener.port);
    const answer = await client.next();
    expect(answer).toMatch(/^SIP\/2\.0 302 /);
    expect(valuesIn(answer, 'Identity')).toEqual([IDENTITY]);
    const { port } = client.socket.address();
    expect(valuesIn(answer, 'Via')[0]).toContain(`;received=${host};rport=${port}`);
  });

  it('never goes to the address that a Via invents, only to that port of whoever sent it', async () => {
    const { listener } = await serve({ kind: 'udp' });
    const [client, victim, other] = [await udpClient(), await udpClient('127.0.0.2'), await udpClient()];
    const port = victim.socket.address().port;
    client.send(
      requestText({ via: `SIP/2.0/UDP 127.0.0.2:${port};branch=z9hG4bK1;maddr=127.0.0.2` }),
      listener.port,
    );
    client.send(
      requestText({
        callId: 'b@h',
        via: `SIP/2.0/UDP 127.0.0.2:${other.socket.address().port};branch=z9hG4bK2`,
      }),
      listener.port,
    );
    expect(await other.next()).toMatch(/^SIP\/2\.0 302 /);
    client.send(
      requestText({ method: 'OPTIONS', via: 'SIP/2.0/UDP h;branch=z9hG4bK3;rport' }),
      listener.port,
    );
    expect(await client.next()).toMatch(/^SIP\/2\.0 200 /);
    expect(victim.received).toEqual([]);
  });

  it('strangers get silence', async () => {
    const known = [{ name: 'switch', addresses: ['127.0.0.1'] }];
    const { listener, path } = await serve({ kind: 'udp', host: '0.0.0.0', known });
    const stranger = await udpClient('127.0.0.9');
    const client = await udpClient('127.0.0.1');
    const request = requestText({ method: 'OPTIONS', via: 'SIP/2.0/UDP h;branch=z9hG4bK1;rport' });
    stranger.send(requestText(), listener.port);
    stranger.send(request, listener.port);
    stranger.send('nonsense', listener.port);
    client.send(request, listener.port);
    expect(await client.next()).toMatch(/^SIP\/2\.0 200 /);
    expect([stranger.received, path.asked]).toEqual([[], []]);
  });

  it('what is no message is no harm', async () => {
    const { listener } = await serve({ kind: 'udp' });
    const client = await udpClient();
    for (const text of ['', '\r\n\r\n', '\0\0', 'x'.repeat(60_000), 'INVITE\r\n\r\n'])
      client.send(text, listener.port);
    client.send(
      requestText({ method: 'OPTIONS', via: 'SIP/2.0/UDP h;branch=z9hG4bK1;rport' }),
      listener.port,
    );
    expect(await client.next()).toMatch(/^SIP\/2\.0 200 /);
  });

  it('answers what it has taken before it ends', async () => {
    const { listener, path } = await serve({ kind: 'udp' });
    const { promise, resolve } = Promise.withResolvers<PlacedAnswer>();
    path.placed = promise;
    const client = await udpClient();
    client.send(requestText({ via: 'SIP/2.0/UDP h;branch=z9hG4bK1;rport' }), listener.port);
    while (path.asked.length === 0) await new Promise<void>((done) => setImmediate(done));
    const closed = listener.close();
    resolve(PLACED);
    await closed;
    expect(await client.next()).toMatch(/^SIP\/2\.0 302 /);
  });
});

describe('TCP', () => {
  it.each(['127.0.0.1', '::1'])('on %s: answers come back on the connection', async (host) => {
    const { listener } = await serve({ kind: 'tcp', host });
    const client = tcp(listener.port, host);
    client.socket.write(requestText({ via: via('TCP') }), 'latin1');
    const answer = await client.until(/\r\n\r\n$/);
    expect(valuesIn(answer, 'Identity')).toEqual([IDENTITY]);
  });

  it('reads messages however they are cut, and several at once', async () => {
    const { listener, path } = await serve({ kind: 'tcp' });
    const body = `v=0\r\n\r\nBYE x\r\n`;
    const requests = ['a@h', 'b@h', 'c@h'].map((callId) => requestText({ via: via('TCP'), callId, body }));
    const all = Buffer.from(`\r\n${requests.join('\r\n\r\n')}`, 'latin1');
    for (const size of [1, 7, 64, 10_000]) {
      path.asked.length = 0;
      const client = tcp(listener.port);
      for (let at = 0; at < all.length; at += size) client.socket.write(all.subarray(at, at + size));
      const text = await client.until(/a@h[\s\S]*b@h[\s\S]*c@h[\s\S]*\r\n\r\n$/);
      expect(text.match(/SIP\/2\.0 302 /g)).toHaveLength(3);
      expect(path.asked.map(({ callId }) => callId)).toEqual(['a@h', 'b@h', 'c@h']);
      client.socket.destroy();
      await client.closed;
    }
  });

  it.each([
    ['no Content-Length', requestText({ via: via('TCP') }).replace(/Content-Length: 0\r\n/, '')],
    ['a negative one', requestText({ via: via('TCP') }).replace('Content-Length: 0', 'Content-Length: -9')],
    ['two', requestText({ via: via('TCP'), headers: ['l: 5'] })],
    ['nonsense', requestText({ via: via('TCP') }).replace('Content-Length: 0', 'Content-Length: 0x1')],
  ])('with %s: 400, and the connection ends', async (_what, text) => {
    const { listener, path } = await serve({ kind: 'tcp' });
    const client = tcp(listener.port);
    client.socket.write(text + requestText({ via: via('TCP'), callId: 'next@h' }), 'latin1');
    await client.closed;
    expect(client.text()).toMatch(/^SIP\/2\.0 400 /);
    expect(client.text().match(/SIP\/2\.0/g)!.length).toBeGreaterThan(0);
    expect(path.asked).toEqual([]);
  });

  it('a body larger than is read: 413, and the connection ends', async () => {
    const { listener } = await serve({ kind: 'tcp' });
    const client = tcp(listener.port);
    client.socket.write(
      requestText({ via: via('TCP') }).replace('Content-Length: 0', 'Content-Length: 70000'),
      'latin1',
    );
    await client.closed;
    expect(client.text()).toMatch(/^SIP\/2\.0 413 /);
  });

  it('a header that does not end is not kept beyond 64 KiB', async () => {
    const { listener } = await serve({ kind: 'tcp' });
    const client = tcp(listener.port);
    client.socket.write(`INVITE sip:a@b SIP/2.0\r\nX: ${'x'.repeat(200_000)}`);
    await client.closed;
    expect(client.text()).toBe('');
  });

  it('a message that comes in drops ends with its time; a slow but whole one is answered', async () => {
    const { listener } = await serve({ kind: 'tcp', messageMs: 60 });
    const client = tcp(listener.port);
    let drops = 0;
    const timer = setInterval(() => client.socket.write(drops++ === 0 ? 'I' : 'N'), 5);
    await client.closed;
    clearInterval(timer);
    expect(drops).toBeLessThan(200);
    const other = tcp(listener.port);
    other.socket.write(requestText({ via: via('TCP') }).slice(0, 100), 'latin1');
    other.socket.write(requestText({ via: via('TCP') }).slice(100), 'latin1');
    expect(await other.until(/\r\n\r\n$/)).toMatch(/^SIP\/2\.0 302 /);
  });

  it('a connection on which nothing happens ends', async () => {
    const { listener } = await serve({ kind: 'tcp', idleMs: 30 });
    await tcp(listener.port).closed;
  });

  it('empty lines are answered as RFC 5626 Section 4.4.1 has it', async () => {
    const { listener } = await serve({ kind: 'tcp' });
    const client = tcp(listener.port);
    client.socket.write('\r\n\r\n');
    expect(await client.until(/\r\n/)).toBe('\r\n');
  });

  it('an address has so many connections and no more', async () => {
    const { listener } = await serve({ kind: 'tcp', connectionsPerPeer: 2 });
    const kept = [tcp(listener.port), tcp(listener.port)];
    for (const client of kept) {
      client.socket.write(requestText({ method: 'OPTIONS', via: via('TCP') }), 'latin1');
      expect(await client.until(/\r\n\r\n$/)).toMatch(/^SIP\/2\.0 200 /);
    }
    await tcp(listener.port).closed;
    kept[0]!.socket.destroy();
    await kept[0]!.closed;
    const again = await retried(() => tcp(listener.port));
    expect(again).toMatch(/^SIP\/2\.0 200 /);
  });

  it('strangers are cut off without a word', async () => {
    const known = [{ name: 'switch', addresses: ['192.0.2.1'] }];
    const { listener, path } = await serve({ kind: 'tcp', known });
    const client = tcp(listener.port);
    client.socket.write(requestText({ via: via('TCP') }), 'latin1');
    await client.closed;
    expect([client.text(), path.asked]).toEqual(['', []]);
  });
});

/** The other side of a connection that has ended learns of it a moment later. */
async function retried(open: () => ReturnType<typeof tcp>): Promise<string> {
  for (;;) {
    const client = open();
    client.socket.write(requestText({ method: 'OPTIONS', via: via('TCP') }), 'latin1');
    const text = await Promise.race([client.until(/\r\n\r\n$/), client.closed.then(() => undefined)]);
    if (text !== undefined) return text;
  }
}

describe('TLS', () => {
  let authority: TlsAuthority;
  let server: ListenerTls;
  let client: TlsIdentity;
  const hashOf = ({ certificate }: TlsIdentity): string =>
    createHash('sha256').update(new X509Certificate(certificate).raw).digest('hex');

  beforeAll(async () => {
    authority = await createTlsAuthority({ nowMs: Date.now() });
    server = await authority.issueServer();
    client = await authority.issueServer();
  });

  const dial = (port: number, shown?: TlsIdentity) =>
    streamClient(
      connectTls({
        port,
        host: '127.0.0.1',
        ca: authority.ca,
        servername: 'localhost',
        checkServerIdentity: () => undefined,
        ...(shown === undefined ? {} : { cert: shown.certificate, key: shown.key }),
      }),
    );

  it('answers peers by address', async () => {
    const { listener } = await serve({ kind: 'tls', tls: server });
    const peer = dial(listener.port);
    peer.socket.write(requestText({ via: via('TLS') }), 'latin1');
    expect(valuesIn(await peer.until(/\r\n\r\n$/), 'Identity')).toEqual([IDENTITY]);
  });

  it('answers a peer by the certificate it shows, and nobody without or with another', async () => {
    const known = [
      { name: 'switch', addresses: ['127.0.0.0/8'], certificates: [hashOf(client).toUpperCase()] },
    ];
    const { listener, path } = await serve({ kind: 'tls', tls: server, known });
    for (const shown of [undefined, await authority.issueServer()]) {
      const stranger = dial(listener.port, shown);
      stranger.socket.write(requestText({ via: via('TLS') }), 'latin1');
      await stranger.closed;
      expect(stranger.text()).toBe('');
    }
    expect(path.asked).toEqual([]);
    const peer = dial(listener.port, client);
    peer.socket.write(requestText({ via: via('TLS') }), 'latin1');
    expect(await peer.until(/\r\n\r\n$/)).toMatch(/^SIP\/2\.0 302 /);
  });

  it('a peer with a certificate is none over UDP and TCP', async () => {
    const known = [{ name: 'switch', addresses: ['127.0.0.1'], certificates: ['0'.repeat(64)] }];
    const { listener } = await serve({ kind: 'tcp', known });
    const stranger = tcp(listener.port);
    stranger.socket.write(requestText({ via: via('TCP') }), 'latin1');
    await stranger.closed;
    expect(stranger.text()).toBe('');
  });

  it('takes a new certificate while it runs', async () => {
    const { listener } = await serve({ kind: 'tls', tls: server });
    const next = await authority.issueServer();
    listener.reload(next);
    const peer = dial(listener.port);
    peer.socket.write(requestText({ via: via('TLS') }), 'latin1');
    await peer.until(/\r\n\r\n$/);
    const { raw } = (peer.socket as import('node:tls').TLSSocket).getPeerCertificate();
    expect(createHash('sha256').update(raw).digest('hex')).toBe(hashOf(next));
  });

  it('who does not speak TLS ends', async () => {
    const { listener } = await serve({ kind: 'tls', tls: server, messageMs: 50 });
    const plain = tcp(listener.port);
    plain.socket.write(requestText(), 'latin1');
    await plain.closed;
    const silent = tcp(listener.port);
    await silent.closed;
    expect(silent.text()).toBe('');
  });
});

describe('peers', () => {
  it('are found by address and block, in both families, and by certificate', () => {
    const book = createPeerBook([
      { name: 'proven', addresses: ['192.0.2.0/24'], certificates: ['AB'.repeat(32)] },
      { name: 'west', addresses: ['192.0.2.7', '2001:db8::/32'] },
    ]);
    expect(book.find('192.0.2.7')).toBe('west');
    expect(book.find('192.0.2.7', 'ab'.repeat(32))).toBe('proven');
    expect(book.find('192.0.2.8')).toBeUndefined();
    expect(book.isKnown('192.0.2.8')).toBe(true);
    expect(book.find('2001:db8:1::9')).toBe('west');
    expect([book.find('2001:db9::1'), book.find(''), book.find('x')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('are remembered within a bound', () => {
    const book = createPeerBook([{ name: 'all', addresses: ['10.0.0.0/8'] }]);
    for (let at = 0; at < 10_000; at++) book.find(`192.0.${at >> 8}.${at & 255}`);
    expect(book.find('10.1.2.3')).toBe('all');
  });
});
