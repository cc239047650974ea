import { signKeyCredential } from '@oobleck/stir/credential';
import { parseTnEntry } from '@oobleck/stir/number';
import { SUITE_X25519 } from '@oobleck/stir/seal';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  anchorOf,
  type Carrier,
  createAuthority,
  createCarrier,
  crypto,
  DAY,
  NOW,
  tn,
} from '../../../test/network.ts';
import { createDirectoryClient } from '../../http/clients/index.ts';
import {
  createFastifyApp,
  createHttpServer,
  createSafeClient,
  type HttpServer,
  type SafeClient,
} from '../../http/index.ts';
import { createTlsAuthority } from '../../lab/pki.ts';
import { createEventLog } from '../../operate/index.ts';
import { createMemoryCredentialStore } from '../../store/memory/credential-store.ts';
import { createDirectoryMirror, createKeyDirectory, type KeyDirectory } from '../index.ts';
import { addDirectoryRoutes } from './index.ts';

let carrier: Carrier;
let anchor: ReturnType<typeof anchorOf>;
let server: HttpServer;
let cpsServer: HttpServer;
let client: SafeClient;
let current: KeyDirectory;
/** Every directory there was: each has versions of its own. */
const directories: KeyDirectory[] = [];
let logged: string[] = [];
const closers: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  const authority = await createAuthority();
  anchor = anchorOf(authority);
  carrier = await createCarrier(authority, ['2-12155551213', '1-12155560000-5000']);
  const tls = await createTlsAuthority({ nowMs: Date.now() });
  const log = createEventLog({ destination: { write: (line) => void logged.push(line) } });
  const serve = async (isMirrored: boolean) => {
    const fastify = createFastifyApp({ log });
    const latest: KeyDirectory = {
      register: (text) => current.register(text),
      changesSince: (cursor) => current.changesSince(cursor),
      get version() {
        return 1_000 * directories.indexOf(current) + current.version;
      },
      issuers: () => current.issuers(),
      withPrefix: (prefix) => current.withPrefix(prefix),
      mailbox: (id) => current.mailbox(id),
      holder: (id, signer) => current.holder(id, signer),
      open: () => current.open(),
      follow: () => current.follow(),
      sweep: () => current.sweep(),
    };
    addDirectoryRoutes(fastify, latest, { isMirrored, maximumAnswers: 3 });
    await fastify.ready();
    const options = { host: '127.0.0.1', port: 0, tls: await tls.issueServer(), log };
    const made = await createHttpServer({ ...options, fallback: fastify.handle });
    closers.push(() => made.close(200));
    return made;
  };
  server = await serve(true);
  cpsServer = await serve(false);
  client = createSafeClient({ ca: [tls.ca], allowAddresses: ['127.0.0.1'] });
});
afterAll(async () => {
  await client.close();
  for (const close of closers) await close();
});
beforeEach(() => {
  logged = [];
  current = createDirectory();
  directories.push(current);
});

const ISSUERS = [{ cps: 'https://cps.example', issuers: [{ name: 'issuer.example', keys: ['AAAA'] }] }];

function createDirectory() {
  const parts = { crypto, now: () => NOW, anchors: () => [anchor] };
  return createKeyDirectory(
    { ...parts, store: createMemoryCredentialStore(), issuers: () => ISSUERS },
    { keysPerSigner: 100 },
  );
}

const publicKey = crypto.generateAgreementKey().publicKey;

function credentialOf({ issuedAt = NOW, entries = ['2-12155551213'], key = publicKey } = {}) {
  const form = { suite: SUITE_X25519, publicKey: key, shards: 1, replyBytes: 16_384 };
  const claims = { issuedAt, expiresAt: issuedAt + DAY, form, pages: 1, stake: 0, only: true };
  return signKeyCredential(
    { ...claims, cps: ['https://cps.example'], entries: entries.map(parseTnEntry) },
    carrier.chain,
    carrier.key,
  );
}

async function ask(
  method: 'GET' | 'PUT' | 'POST' | 'DELETE' | 'HEAD',
  path: string,
  { body, type, origin = server.origin }: { body?: string | Uint8Array; type?: string; origin?: string } = {},
) {
  const reply = await client.request({
    method,
    url: `${origin}${path}`,
    headers: type === undefined ? {} : { 'content-type': type },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? Buffer.from(body) : body }),
    deadlineMs: 5_000,
    maxResponseBytes: 300_000,
  });
  const text = Buffer.from(reply.body).toString();
  const isProblem = reply.headers['content-type'] === 'application/problem+json';
  return {
    ...reply,
    text,
    slug: isProblem ? JSON.parse(text).type.replace('urn:oobleck:problem:', '') : undefined,
  };
}

const put = (body: string | Uint8Array, more: { type?: string; origin?: string } = {}) =>
  ask('PUT', '/credentials', { body, type: 'application/jose', ...more });

describe('PUT /credentials', () => {
  it('201 when new, 200 when the same, 409 when older, at a directory and at a CPS', async () => {
    for (const origin of [server.origin, cpsServer.origin]) {
      current = createDirectory();
      directories.push(current);
      const text = credentialOf();
      const created = await put(text, { origin });
      expect([created.status, created.text, created.headers['content-length']]).toEqual([201, '', '0']);
      expect((await put(text, { origin })).status).toBe(200);
      expect((await put(`${text}\n`, { origin, type: 'application/jose; a=b' })).status).toBe(200);
      const older = await put(credentialOf({ issuedAt: NOW - 1 }), { origin });
      expect([older.status, older.slug]).toEqual([409, 'older-credential']);
    }
  });

  const rows: [string, () => ReturnType<typeof put>, number, string][] = [
    ['no body', () => ask('PUT', '/credentials'), 415, 'unsupported-media-type'],
    ['no type', () => ask('PUT', '/credentials', { body: credentialOf() }), 415, 'unsupported-media-type'],
    ['text', () => put(credentialOf(), { type: 'text/plain' }), 415, 'unsupported-media-type'],
    ['JSON', () => put('{"a":1}', { type: 'application/json' }), 415, 'unsupported-media-type'],
    ['broken JSON', () => put('{', { type: 'application/json' }), 400, 'malformed-json'],
    ['another type', () => put(credentialOf(), { type: 'application/jwt' }), 415, 'unsupported-media-type'],
    ['an empty body', () => put(''), 422, 'malformed-credential'],
    ['nonsense', () => put('nonsense'), 422, 'malformed-credential'],
    ['three segments of nothing', () => put('a.b.c'), 422, 'malformed-credential'],
    ['bytes that are no ASCII', () => put(Uint8Array.of(0xff, 0xfe)), 422, 'malformed-credential'],
    ['too much', () => put('a'.repeat(32_769)), 413, 'content-too-large'],
    ['an expired one', () => put(credentialOf({ issuedAt: NOW - DAY })), 422, 'expired'],
    ['one of the future', () => put(credentialOf({ issuedAt: NOW + 100 })), 422, 'not-yet-valid'],
    ['one for others’ numbers', () => put(credentialOf({ entries: ['2-12155551214'] })), 422, 'no-authority'],
    ['a wrong signature', () => put(credentialOf().replace(/.{8}$/, 'AAAAAAAA')), 422, 'bad-signature'],
    ['DELETE', () => ask('DELETE', '/credentials'), 405, 'method-not-allowed'],
    ['POST', () => ask('POST', '/credentials'), 405, 'method-not-allowed'],
  ];

  it.each(rows)('%s is refused', async (_name, send, status, slug) => {
    const reply = await send();
    expect([reply.status, reply.slug]).toEqual([status, slug]);
    expect(reply.headers['cache-control']).toBe('no-store');
    expect(reply.text).not.toContain('2155551');
    expect(logged).toEqual([]);
  });

  it('damaged credentials are refused, 300 times, never with 5xx and never taken', async () => {
    const text = credentialOf();
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length - 1), fc.integer({ min: 0, max: 255 }), async (at, byte) => {
        const bytes = Buffer.from(text);
        if (bytes[at] === byte) return;
        bytes[at] = byte;
        // Blank space around a credential is none of it.
        if (bytes.toString('latin1').trim() === text) return;
        expect([422, 415]).toContain((await put(bytes)).status);
      }),
      { numRuns: 300 },
    );
    expect(current.changesSince(0).filter((line) => 'jws' in line)).toEqual([]);
  });
});

describe('GET /credentials', () => {
  it('is what a client mirrors, over the wire', async () => {
    const directoryClient = createDirectoryClient(client);
    const mirror = createDirectoryMirror(
      { crypto, now: () => NOW, anchors: () => [anchor], fetchChanges: directoryClient.fetchChanges },
      { directories: [server.origin] },
    );
    await directoryClient.register(server.origin, credentialOf());
    await expect(directoryClient.register(server.origin, 'nonsense')).rejects.toThrow();
    expect(await mirror.refresh()).toEqual([{ directory: server.origin, reached: true, refused: 0 }]);
    expect(mirror.keysFor(tn('12155551213'))).toHaveLength(1);
    expect(mirror.issuersOf('https://cps.example')).toEqual([
      { name: 'issuer.example', keys: [new Uint8Array(3)] },
    ]);
  });

  it('gives lines, and only those after the cursor', async () => {
    const text = credentialOf();
    await put(text);
    const reply = await ask('GET', '/credentials');
    expect(reply.status).toBe(200);
    expect(reply.headers['content-type']).toMatch(/^application\/x-ndjson(;|$)/);
    const lines = reply.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toEqual([
      { cursor: expect.any(Number), jws: text },
      { cursor: lines[0].cursor, ...ISSUERS[0] },
    ]);
    const rest = await ask('GET', `/credentials?since=${lines[0].cursor}`);
    expect(rest.text.trimEnd().split('\n')).toHaveLength(1);
  });

  it.each(['-1', 'x', '', '1e3', '0x1', '9007199254740993', '99999999999999999', '1&since=2', '1.5'])(
    'since=%s is refused',
    async (since) => {
      const reply = await ask('GET', `/credentials?since=${since}`);
      expect([reply.status, reply.slug]).toEqual([400, 'invalid-cursor']);
    },
  );

  it('a CPS that only registers mirrors nothing', async () => {
    expect((await ask('GET', '/credentials', { origin: cpsServer.origin })).status).toBe(405);
    const reply = await ask('GET', '/prefixes/1215555', { origin: cpsServer.origin });
    expect([reply.status, reply.slug]).toEqual([404, 'not-found']);
  });
});

describe('GET /prefixes', () => {
  it('answers in whole blocks, so that the length tells little', async () => {
    const empty = await ask('GET', '/prefixes/1215555');
    expect([empty.status, empty.body.length, empty.text.trim()]).toEqual([200, 65_536, '']);
    const texts = Array.from({ length: 40 }, () =>
      credentialOf({ key: crypto.generateAgreementKey().publicKey }),
    );
    await put(texts[0]!);
    const one = await ask('GET', '/prefixes/1215555');
    expect([one.body.length, one.text.trim()]).toEqual([65_536, JSON.stringify({ jws: texts[0] })]);
    for (const text of texts) await put(text);
    const many = await ask('GET', '/prefixes/1215555');
    expect(many.body.length % 65_536).toBe(0);
    expect(many.body.length).toBeGreaterThan(65_536);
    expect(many.text.trim().split('\n')).toHaveLength(40);
  });

  it.each(['x', '123456789012', '%2B1', '1a'])('/prefixes/%s is refused', async (prefix) => {
    const reply = await ask('GET', `/prefixes/${prefix}`);
    expect([reply.status, reply.slug]).toEqual([400, 'invalid-prefix']);
  });
});

describe('answers nobody reads', () => {
  it('are bounded: beyond them 503, and again 200 when they are gone', async () => {
    const { connect } = await import('node:http2');
    const session = connect(server.origin, { rejectUnauthorized: false, settings: { initialWindowSize: 0 } });
    const unread = Array.from({ length: 3 }, () => session.request({ ':path': '/credentials?since=0' }));
    await Promise.all(unread.map((stream) => new Promise((resolve) => stream.once('response', resolve))));
    const refused = await ask('GET', '/credentials?since=0');
    expect([refused.status, refused.slug, refused.headers['retry-after']]).toEqual([503, 'busy', '1']);
    session.destroy();
    await expect.poll(async () => (await ask('GET', '/credentials?since=0')).status).toBe(200);
  });
});
