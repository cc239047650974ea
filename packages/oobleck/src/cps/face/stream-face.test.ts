import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import { get } from 'node:https';
import { encodeBase64url } from '@oobleck/stir/bytes';
import { formatStreamRequest, signKeyCredential } from '@oobleck/stir/credential';
import { addressOf } from '@oobleck/stir/mailbox';
import { parseTnEntry } from '@oobleck/stir/number';
import { createPassportSealer, createStreamSealer, type Reply } from '@oobleck/stir/seal';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CalledParty, createCalledParty, registerKeys } from '../../../test/called-party.ts';
import { serveLoopback } from '../../../test/loopback-server.ts';
import {
  type Carrier,
  type Clock,
  createAuthority,
  createCarrier,
  createClock,
  createTestCps,
  crypto,
  mintTokens,
  NOW,
  tn,
} from '../../../test/network.ts';
import type { HttpServer } from '../../http/index.ts';
import { createTlsAuthority, type TlsAuthority } from '../../lab/pki.ts';
import { createEventLog } from '../../operate/index.ts';
import type { OwnKey } from '../../verification/index.ts';
import { createMailboxStreams, createStreamDoor, type MailboxStreams } from '../index.ts';
import { createStreamFace, type StreamFace } from './index.ts';

const CALLED = tn('12155551213');
const SIZE = 16_384;
const CADENCE = 100;
const sealer = createPassportSealer(crypto);
const streamSealer = createStreamSealer(crypto);

let tls: TlsAuthority;
let called: CalledParty;
let stranger: Carrier;
let clock: Clock;
let cps: ReturnType<typeof createTestCps>;
let key: OwnKey;
let streams: MailboxStreams;
let face: StreamFace;
let server: HttpServer;
let session: ClientHttp2Session;
let isRevoked = false;

beforeAll(async () => {
  tls = await createTlsAuthority({ nowMs: Date.now() });
  called = await createCalledParty('2-12155551213');
  stranger = await createCarrier(called.authority, ['2-12155559999'], { name: 'Stranger' });
});

beforeEach(async () => {
  clock = createClock();
  isRevoked = false;
  const log = createEventLog({ level: 'silent' });
  server = await serveLoopback(tls, {
    routes: (request, response) => face.handle(request, response),
    limits: { responseTimeoutMs: 150 },
  });
  cps = createTestCps({ clock, anchors: called.anchors, authority: authority() });
  const holder = await registerKeys(called.carrier, clock, cps.directory);
  key = holder.keysFor(CALLED)[0]!;
  const door = createStreamDoor(
    {
      crypto,
      now: clock.seconds,
      anchors: () => called.anchors,
      isRevoked: () => isRevoked,
      mailboxes: cps.directory,
    },
    { audience: authority() },
  );
  streams = createMailboxStreams(
    { crypto, store: cps.store, door, now: clock.ms },
    { bytesPerSecond: 40 * SIZE * 10, bytesPerSecondOfSigner: 30 * SIZE * 10 },
  );
  face = createStreamFace(streams, log, { checkMs: CADENCE });
  session = connect(server.origin, { ca: tls.ca });
});

afterEach(async () => {
  session.destroy();
  face.close();
  await server.close(200);
});

const authority = () => new URL(server.origin).host;

function requestOf(
  more: Partial<Parameters<typeof formatStreamRequest>[0]> = {},
  by: Pick<Carrier, 'key' | 'chain'> = called.carrier,
): string {
  const id = encodeBase64url(crypto.randomBytes(16));
  const request = { mailboxId: key.mailboxId, audience: authority(), issuedAt: clock.seconds(), id, ...more };
  return formatStreamRequest(request, by.key, by.chain);
}

interface Opened {
  readonly stream: ClientHttp2Stream;
  readonly status: number;
  readonly headers: Record<string, unknown>;
  /** Everything that has come. */
  bytes(): Buffer;
  readonly ended: Promise<void>;
}

function open(
  { jwt = requestOf(), cells = '1', cadenceMs = String(CADENCE), id = encodeBase64url(key.mailboxId) } = {},
  method = 'GET',
): Promise<Opened> {
  const path = `/mailboxes/${id}/stream?cells=${cells}&cadenceMs=${cadenceMs}`;
  const stream = session.request({ ':method': method, ':path': path, authorization: `Bearer ${jwt}` });
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => undefined);
  const ended = new Promise<void>((resolve) => stream.once('close', () => resolve()));
  return new Promise((resolve) => {
    stream.once('response', (headers) =>
      resolve({
        stream,
        status: headers[':status']!,
        headers: { ...headers },
        bytes: () => Buffer.concat(chunks),
        ended,
      }),
    );
  });
}

async function deposit(text: string): Promise<void> {
  const address = addressOf(crypto, key.form, CALLED);
  const blob = sealer.seal(key.form.publicKey, address, { passports: [text] });
  const retractHash = crypto.randomBytes(32);
  const tokens = mintTokens(authority(), 1);
  const request = { mailboxId: key.mailboxId, shard: 0, tokens, lifetimeSeconds: 30, retractHash, blob };
  expect(await cps.service.deposit({ ...request, lifetimeSeconds: 30 })).toBe('created');
}

/** The frames that have come whole, opened. */
function read({ bytes }: Opened): Reply[] {
  const all = bytes();
  const reader = streamSealer.read(key.agreement, key.mailboxId, all.subarray(0, 32))!;
  const count = Math.floor((all.length - 32) / SIZE);
  return Array.from({ length: count }, (_, i) =>
    reader.open(all.subarray(32 + i * SIZE, 32 + (i + 1) * SIZE)),
  ).map((reply) => reply!);
}

const until = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 10 });

describe('a stream', () => {
  it('brings frames of one length at every tick, calls or no calls, past the limit of answers', async () => {
    const opened = await open({ cells: '3' });
    expect(opened.status).toBe(200);
    expect(opened.headers['content-type']).toBe('application/vnd.stir-oob.sealed-stream');
    expect(opened.headers['cache-control']).toBe('no-store');
    await until(() => expect(opened.bytes().length).toBeGreaterThanOrEqual(32 + 6 * SIZE));
    await deposit('a.b.c');
    await until(() => expect(read(opened).flatMap(({ items }) => items)).toHaveLength(1));
    const frames = opened.bytes().length - 32;
    expect(frames % (3 * SIZE)).toBe(0);
    const [item] = read(opened).flatMap(({ items }) => items);
    const envelope = sealer.open(key.agreement, addressOf(crypto, key.form, CALLED), item!.blob);
    expect(envelope).toEqual({ passports: ['a.b.c'] });
    expect(read(opened).every(({ isFlooded, hasLaterPage }) => !isFlooded && !hasLaterPage)).toBe(true);
  });

  it('brings what is left from then on, and not what lay there before', async () => {
    await deposit('before');
    const opened = await open();
    await deposit('after');
    await until(() => expect(read(opened).flatMap(({ items }) => items)).toHaveLength(1));
  });

  it('works over HTTP/1.1', async () => {
    const path = `/mailboxes/${encodeBase64url(key.mailboxId)}/stream?cells=1&cadenceMs=100`;
    const headers = { authorization: `Bearer ${requestOf()}` };
    const bytes = await new Promise<Buffer>((resolve) => {
      const asked = get(`${server.origin}${path}`, { ca: tls.ca, headers }, (response) => {
        const chunks: Buffer[] = [];
        response
          .on('error', () => undefined)
          .on('data', (chunk) => {
            chunks.push(chunk);
            if (Buffer.concat(chunks).length >= 32 + 2 * SIZE) resolve(Buffer.concat(chunks));
            if (Buffer.concat(chunks).length >= 32 + 2 * SIZE) asked.destroy();
          });
      });
      asked.on('error', () => undefined);
    });
    const reader = streamSealer.read(key.agreement, key.mailboxId, bytes.subarray(0, 32))!;
    expect(reader.open(bytes.subarray(32, 32 + SIZE))).toEqual({
      hasLaterPage: false,
      isFlooded: false,
      items: [],
    });
  });

  it('at most 2 of a signer and mailbox; one that ended makes room', async () => {
    const [one, two] = [await open(), await open()];
    expect([one.status, two.status, streams.size]).toEqual([200, 200, 2]);
    const third = await open();
    expect([third.status, third.headers['retry-after']]).toEqual([429, '5']);
    one.stream.destroy();
    await until(() => expect(streams.size).toBe(1));
    expect((await open()).status).toBe(200);
  });

  it('bytes a second are bounded, of a signer and of all', async () => {
    expect((await open({ cells: '31' })).status).toBe(429);
    expect((await open({ cells: '30' })).status).toBe(200);
    expect((await open({ cells: '1' })).status).toBe(429);
    const claims = {
      issuedAt: NOW,
      expiresAt: NOW + 3_600,
      entries: [parseTnEntry('2-12155559999')],
      form: key.form,
      cps: ['https://cps.example'],
      pages: 1,
      stake: 0,
      only: true,
    };
    await cps.directory.register(signKeyCredential(claims, stranger.chain, stranger.key));
    expect((await open({ cells: '11', jwt: requestOf({}, stranger) })).status).toBe(429);
    expect((await open({ cells: '10', jwt: requestOf({}, stranger) })).status).toBe(200);
  });

  it('a reader that falls behind is ended, and nothing piles up for it', async () => {
    const opened = await open({ cells: '20' });
    opened.stream.pause();
    let largest = 0;
    await vi.waitFor(
      () => {
        largest = Math.max(largest, streams.size);
        expect(streams.size).toBe(0);
      },
      { timeout: 15_000, interval: 20 },
    );
    expect(largest).toBe(1);
    opened.stream.resume();
    await opened.ended;
    expect((opened.bytes().length - 32) / (20 * SIZE)).toBeLessThan(20);
  });

  it('ends when the credential does, at a frame', async () => {
    const opened = await open();
    await until(() => expect(read(opened).length).toBeGreaterThan(1));
    clock.advance(86_400);
    await opened.ended;
    expect((opened.bytes().length - 32) % SIZE).toBe(0);
    expect(streams.size).toBe(0);
  });

  it('ends when the certificate is taken back', async () => {
    const opened = await open();
    isRevoked = true;
    await opened.ended;
    expect(streams.size).toBe(0);
  });

  it('ends at a frame when the CPS is about to stop, which then takes no new ones', async () => {
    const opened = await open();
    await until(() => expect(read(opened).length).toBeGreaterThan(0));
    face.close();
    await opened.ended;
    expect((opened.bytes().length - 32) % SIZE).toBe(0);
    const next = await open();
    expect([next.status, next.headers['retry-after']]).toEqual([503, '5']);
  });
});

describe('refused', () => {
  it('a request that was used', async () => {
    const jwt = requestOf();
    expect((await open({ jwt })).status).toBe(200);
    expect((await open({ jwt })).status).toBe(401);
  });

  it.each<[string, number, () => Parameters<typeof open>[0]]>([
    ['no JWT', 401, () => ({ jwt: 'x' })],
    ['another CPS', 401, () => ({ jwt: requestOf({ audience: 'other.example' }) })],
    ['a time too old', 401, () => ({ jwt: requestOf({ issuedAt: NOW - 61 }) })],
    ['a time ahead', 401, () => ({ jwt: requestOf({ issuedAt: NOW + 61 }) })],
    ['another mailbox', 401, () => ({ jwt: requestOf({ mailboxId: new Uint8Array(32) }) })],
    [
      'another signature',
      401,
      () => ({ jwt: requestOf({}, { key: stranger.key, chain: called.carrier.chain }) }),
    ],
    ['another carrier', 403, () => ({ jwt: requestOf({}, stranger) })],
    [
      'a mailbox nobody knows',
      403,
      () => ({
        id: encodeBase64url(new Uint8Array(32)),
        jwt: requestOf({ mailboxId: new Uint8Array(32) }),
      }),
    ],
    ['a mailbox that is none', 400, () => ({ id: 'short' })],
    ['no cells', 400, () => ({ cells: '0' })],
    ['65 cells', 400, () => ({ cells: '65' })],
    ['cells in hexadecimal', 400, () => ({ cells: '0x1' })],
    ['99 ms', 400, () => ({ cadenceMs: '99' })],
    ['5001 ms', 400, () => ({ cadenceMs: '5001' })],
  ])('%s', async (_, status, asked) => {
    expect((await open(asked())).status).toBe(status);
    expect(streams.size).toBe(0);
  });

  it('a chain that is not trusted, and a revoked one', async () => {
    const other = await createCarrier(await createAuthority(), ['2-12155551213']);
    expect((await open({ jwt: requestOf({}, other) })).status).toBe(401);
    isRevoked = true;
    expect((await open()).status).toBe(401);
  });

  it('another method', async () => {
    const posted = await open({}, 'POST');
    expect([posted.status, posted.headers.allow]).toEqual([405, 'GET']);
  });
});
