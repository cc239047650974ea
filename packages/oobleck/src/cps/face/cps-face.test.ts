import { connect as connectHttp2 } from 'node:http2';
import { encodeBase64url } from '@oobleck/stir/bytes';
import { addressOf, splitAddress } from '@oobleck/stir/mailbox';
import { createPassportSealer, createReplySealer } from '@oobleck/stir/seal';
import { encodeToken, formatPrivateToken, type Token } from '@oobleck/stir/token';
import fc from 'fast-check';
import { Client } from 'undici';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CalledParty, createCalledParty, registerKeys } from '../../../test/called-party.ts';
import { serveLoopback } from '../../../test/loopback-server.ts';
import {
  type Clock,
  createClock,
  createTestCps,
  crypto,
  mintTokens,
  NOW,
  tn,
} from '../../../test/network.ts';
import { createSafeClient, type HttpServer, type SafeClient } from '../../http/index.ts';
import { createTlsAuthority, type TlsAuthority } from '../../lab/pki.ts';
import { createEventLog } from '../../operate/index.ts';
import { createMemoryMailboxStore } from '../../store/memory/mailbox-store.ts';
import type { KeyHolder, OwnKey } from '../../verification/index.ts';
import type { CallPlacementService, DepositRequest } from '../index.ts';
import { createCpsFace } from './index.ts';

const CALLED = tn('12155551213');
const SEALED = 'application/vnd.stir-oob.sealed-passport';

let tls: TlsAuthority;
let server: HttpServer;
let client: SafeClient;
let clock: Clock;
let cps: ReturnType<typeof createTestCps>;
let service: CallPlacementService;
let key: OwnKey;
let store: ReturnType<typeof createMemoryMailboxStore>;
let isStoreDown = false;
let isFull = false;
const CHALLENGE = 'PrivateToken challenge="a", token-key="b"';
let logged: string[] = [];

const sealer = createPassportSealer(crypto);
const replies = createReplySealer(crypto);
let called: CalledParty;
let credential: string;
let holder: KeyHolder;

beforeAll(async () => {
  tls = await createTlsAuthority({ nowMs: Date.now() });
  called = await createCalledParty('2-12155551213');
  const log = createEventLog({ destination: { write: (line) => void logged.push(line) } });
  const face = createCpsFace(
    {
      judge: (request) => service.judge(request),
      place: (judged) => service.place(judged),
      retrieve: (request) => service.retrieve(request),
      retract: (secrets) => service.retract(secrets),
    },
    { challenge: CHALLENGE, isFull: () => isFull },
  );
  server = await serveLoopback(tls, { log, hot: face });
  client = createSafeClient({ ca: [tls.ca], allowAddresses: ['127.0.0.1'] });
  holder = await registerKeys(called.carrier, createClock(), {
    register: async (text) => {
      credential = text;
    },
  });
  key = holder.keysFor(CALLED)[0]!;
});
afterAll(async () => {
  await client.close();
  await server.close(200);
});
beforeEach(async () => {
  clock = createClock();
  logged = [];
  isStoreDown = false;
  isFull = false;
  store = createMemoryMailboxStore();
  const authority = new URL(server.origin).host;
  const failing = {
    ...store,
    add: (shard: string, blob: Parameters<typeof store.add>[1]) => {
      if (isStoreDown) throw new Error('the store is away');
      return store.add(shard, blob);
    },
  };
  cps = createTestCps({ clock, anchors: called.anchors, authority, parts: { store: failing } });
  service = cps.service;
  await cps.directory.register(credential);
});

const token = () => mintTokens(new URL(server.origin).host, 1)[0]!;
const id = () => encodeBase64url(key.mailboxId);
const address = () => addressOf(crypto, key.form, CALLED);
const blobOf = (text = 'a') => sealer.seal(key.form.publicKey, address(), { passports: [text] });
const hashOf = (secret: Uint8Array) =>
  encodeBase64url(crypto.sha256(Buffer.from('STIR-OOB v1 retract'), secret));

interface Ask {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  readonly path?: string;
  /** `undefined` leaves a field out. */
  readonly headers?: Record<string, string | undefined>;
  readonly body?: Uint8Array;
}

async function send({ method = 'POST', path, headers = {}, body }: Ask, withDefaults = false) {
  const defaults: Record<string, string | undefined> = withDefaults
    ? {
        'content-type': SEALED,
        authorization: formatPrivateToken(token()),
        'passport-retract': hashOf(crypto.randomBytes(32)),
      }
    : {};
  const fields = Object.entries({ ...defaults, ...headers }).filter((one) => one[1] !== undefined);
  const reply = await client.request({
    method,
    url: `${server.origin}${path ?? `/mailboxes/${id()}/0/passports`}`,
    headers: Object.fromEntries(fields) as Record<string, string>,
    ...(body === undefined ? {} : { body }),
    deadlineMs: 5_000,
    maxResponseBytes: 100_000,
  });
  const isProblem = reply.headers['content-type'] === 'application/problem+json';
  const document = isProblem ? JSON.parse(Buffer.from(reply.body).toString()) : undefined;
  return { ...reply, slug: document?.type?.replace('urn:oobleck:problem:', ''), document };
}

const deposit = (more: Ask = {}) => send({ body: blobOf(), ...more }, true);

async function retrieve(nonce = crypto.randomBytes(16), page = 0, path = `/mailboxes/${id()}/0/passports`) {
  const reply = await send({ method: 'GET', path: `${path}?page=${page}&n=${encodeBase64url(nonce)}` });
  const question = { address: address(), nonce, page };
  return { ...reply, opened: replies.open(key.agreement, question, reply.body) };
}

describe('deposit and retrieval', () => {
  it('gives the owner what was left, in a reply that only the owner opens', async () => {
    const blob = blobOf('the PASSporT');
    const created = await deposit({ body: blob });
    expect(created.status).toBe(201);
    expect(created.body).toHaveLength(0);
    clock.advance(2);
    const { status, headers, body, opened } = await retrieve();
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'application/vnd.stir-oob.sealed-reply',
      'cache-control': 'no-store',
      'content-length': '16384',
    });
    expect(body).toHaveLength(16_384);
    expect(opened).toMatchObject({ hasLaterPage: false, isFlooded: false });
    expect(opened!.items).toHaveLength(1);
    expect(opened!.items[0]).toMatchObject({ shard: 0, ageMs: 2_000 });
    expect(sealer.open(key.agreement, address(), opened!.items[0]!.blob)?.passports).toEqual([
      'the PASSporT',
    ]);
  });

  it('works over HTTP/1.1', async () => {
    const http1 = new Client(server.origin, { allowH2: false, connect: { ca: tls.ca } });
    const headers = {
      'content-type': `${SEALED}; v=1`,
      authorization: formatPrivateToken(token()),
      'passport-lifetime': '60',
      'passport-retract': hashOf(crypto.randomBytes(32)),
    };
    const path = `/mailboxes/${id()}/0/passports`;
    const created = await http1.request({ method: 'POST', path, headers, body: blobOf() });
    expect([created.statusCode, await created.body.text()]).toEqual([201, '']);
    const n = encodeBase64url(crypto.randomBytes(16));
    const reply = await http1.request({ method: 'GET', path: `${path}?n=${n}` });
    expect([reply.statusCode, (await reply.body.arrayBuffer()).byteLength]).toEqual([200, 16_384]);
    await http1.destroy();
  });

  it.each([
    [undefined, 30],
    ['10', 10],
    ['20', 20],
    ['60', 60],
  ])('Passport-Lifetime %s keeps it %i seconds', async (lifetime, seconds) => {
    expect((await deposit({ headers: { 'passport-lifetime': lifetime } })).status).toBe(201);
    clock.advance(seconds - 0.001);
    expect((await retrieve()).opened!.items).toHaveLength(1);
    clock.advance(0.001);
    expect((await retrieve()).opened!.items).toHaveLength(0);
  });

  it('S-08: the same request again is honoured and stores nothing twice; the token for anything else is not', async () => {
    const fixed = {
      authorization: formatPrivateToken(token()),
      'passport-retract': hashOf(new Uint8Array(32)),
    };
    const body = blobOf();
    const same = { headers: fixed, body };
    expect((await deposit(same)).status).toBe(201);
    expect((await deposit(same)).status).toBe(201);
    expect((await retrieve()).opened!.items).toHaveLength(1);
    const others: Ask[] = [
      { headers: fixed, body: blobOf() },
      { headers: { ...fixed, 'passport-lifetime': '60' }, body },
      { headers: { ...fixed, 'passport-retract': hashOf(new Uint8Array(32).fill(1)) }, body },
      { headers: { ...fixed, 'passport-stake': stakeOf(token()) }, body },
    ];
    for (const other of others) {
      const { status, slug } = await deposit(other);
      expect([status, slug]).toEqual([409, 'token-spent']);
    }
    expect((await retrieve()).opened!.items).toHaveLength(1);
  });

  it('what was retracted stays gone, and its retraction says nothing', async () => {
    const secret = crypto.randomBytes(32);
    const same = {
      headers: { authorization: formatPrivateToken(token()), 'passport-retract': hashOf(secret) },
      body: blobOf(),
    };
    await deposit(same);
    await deposit();
    const retraction = { path: '/retractions', headers: { 'content-type': 'application/octet-stream' } };
    const known = await send({ ...retraction, body: secret });
    const unknown = await send({ ...retraction, body: crypto.randomBytes(32) });
    for (const { status, body } of [known, unknown]) expect([status, body.length]).toEqual([204, 0]);
    expect(Object.keys(known.headers)).toEqual(Object.keys(unknown.headers));
    expect((await retrieve()).opened!.items).toHaveLength(1);
    expect((await deposit(same)).status).toBe(201);
    expect((await retrieve()).opened!.items).toHaveLength(1);
  });

  it('a store that is away costs nothing: the same request again is stored, with the lifetime that is left', async () => {
    const same = {
      headers: { authorization: formatPrivateToken(token()), 'passport-retract': hashOf(new Uint8Array(32)) },
      body: blobOf(),
    };
    isStoreDown = true;
    const refused = await deposit(same);
    expect([refused.status, refused.slug]).toEqual([503, 'unavailable']);
    isStoreDown = false;
    clock.advance(20);
    expect((await deposit(same)).status).toBe(201);
    expect((await retrieve()).opened!.items).toHaveLength(1);
    clock.advance(10);
    expect((await retrieve()).opened!.items).toHaveLength(0);
    expect((await deposit(same)).status).toBe(201);
    expect((await retrieve()).opened!.items).toHaveLength(0);
  });

  it('more stake goes first, and blobs that do not fit one page lie on the next, each exactly once', async () => {
    for (let i = 0; i < 12; i++) await deposit({ body: blobOf(`plain ${i}`) });
    await deposit({
      body: blobOf('staked'),
      headers: {
        'passport-stake': mintTokens(new URL(server.origin).host, 2)
          .map((one) => stakeOf(one))
          .join(' , '),
      },
    });
    const nonce = crypto.randomBytes(16);
    const pages = [await retrieve(nonce, 0), await retrieve(nonce, 1), await retrieve(nonce, 2)];
    const texts = pages.map(({ opened }) =>
      opened!.items.map(({ blob }) => sealer.open(key.agreement, address(), blob)!.passports[0]),
    );
    expect(pages.map(({ opened }) => opened!.hasLaterPage)).toEqual([true, false, false]);
    expect(texts.map(({ length }) => length)).toEqual([7, 6, 0]);
    expect(texts[0]![0]).toBe('staked');
    expect(new Set(texts.flat()).size).toBe(13);
  });
});

function stakeOf(...tokens: readonly Token[]): string {
  return tokens.map((one) => `:${Buffer.from(encodeToken(one)).toString('base64')}:`).join(', ');
}

/** The same token, saying it is of type 1. */
function ofType1(one: Token): string {
  const bytes = encodeToken(one);
  bytes[1] = 1;
  return `PrivateToken token="${Buffer.from(bytes).toString('base64url')}"`;
}

describe('what is out of shape gets a problem document', () => {
  const other = encodeBase64url(new Uint8Array(32).fill(7));
  const nonce = 'n=AAAAAAAAAAAAAAAAAAAAAA';
  const rows: [string, () => Ask, number, string][] = [
    [
      'a short mailbox id',
      () => ({ path: `/mailboxes/${id().slice(1)}/0/passports` }),
      400,
      'invalid-mailbox',
    ],
    ['an empty mailbox id', () => ({ path: '/mailboxes//0/passports' }), 400, 'invalid-mailbox'],
    [
      'a mailbox id that is not canonical',
      () => ({ path: `/mailboxes/${'A'.repeat(42)}B/0/passports` }),
      400,
      'invalid-mailbox',
    ],
    [
      'a mailbox id in other letters',
      () => ({ path: `/mailboxes/${'+'.repeat(43)}/0/passports` }),
      400,
      'invalid-mailbox',
    ],
    [
      'an escaped mailbox id',
      () => ({ path: `/mailboxes/%00${id().slice(3)}/0/passports` }),
      400,
      'invalid-mailbox',
    ],
    [
      'a shard with a leading zero',
      () => ({ path: `/mailboxes/${id()}/00/passports` }),
      400,
      'invalid-mailbox',
    ],
    ['a negative shard', () => ({ path: `/mailboxes/${id()}/-1/passports` }), 400, 'invalid-mailbox'],
    ['no shard', () => ({ path: `/mailboxes/${id()}//passports` }), 400, 'invalid-mailbox'],
    [
      'a shard beyond 32 bits',
      () => ({ path: `/mailboxes/${id()}/4294967296/passports` }),
      400,
      'invalid-mailbox',
    ],
    ['no content type', () => ({ headers: { 'content-type': undefined } }), 415, 'unsupported-media-type'],
    [
      'another content type',
      () => ({ headers: { 'content-type': 'application/json' } }),
      415,
      'unsupported-media-type',
    ],
    ['a lifetime not offered', () => ({ headers: { 'passport-lifetime': '15' } }), 422, 'invalid-lifetime'],
    ['a lifetime of 61', () => ({ headers: { 'passport-lifetime': '61' } }), 422, 'invalid-lifetime'],
    ['an empty lifetime', () => ({ headers: { 'passport-lifetime': '' } }), 422, 'invalid-lifetime'],
    [
      'a lifetime written otherwise',
      () => ({ headers: { 'passport-lifetime': '030' } }),
      422,
      'invalid-lifetime',
    ],
    ['two lifetimes', () => ({ headers: { 'passport-lifetime': '30, 30' } }), 422, 'invalid-lifetime'],
    ['no retract hash', () => ({ headers: { 'passport-retract': undefined } }), 422, 'invalid-retract-hash'],
    [
      'a short retract hash',
      () => ({ headers: { 'passport-retract': 'AAAA' } }),
      422,
      'invalid-retract-hash',
    ],
    [
      'a retract hash that is not canonical',
      () => ({ headers: { 'passport-retract': `${'A'.repeat(42)}B` } }),
      422,
      'invalid-retract-hash',
    ],
    ['a stake that is no list', () => ({ headers: { 'passport-stake': 'one' } }), 422, 'invalid-stake'],
    [
      'a stake with an empty item',
      () => ({ headers: { 'passport-stake': `${stakeOf(token())},` } }),
      422,
      'invalid-stake',
    ],
    ['a stake of something short', () => ({ headers: { 'passport-stake': ':AAAA:' } }), 422, 'invalid-stake'],
    [
      'a stake of 8',
      () => ({ headers: { 'passport-stake': stakeOf(...mintTokens(new URL(server.origin).host, 8)) } }),
      422,
      'invalid-stake',
    ],
    ['an empty body', () => ({ body: new Uint8Array(0) }), 422, 'invalid-length'],
    ['2047 bytes', () => ({ body: new Uint8Array(2_047) }), 422, 'invalid-length'],
    ['2049 bytes', () => ({ body: new Uint8Array(2_049) }), 422, 'invalid-length'],
    ['8191 bytes', () => ({ body: new Uint8Array(8_191) }), 422, 'invalid-length'],
    ['8193 bytes', () => ({ body: new Uint8Array(8_193) }), 413, 'content-too-large'],
    ['no token', () => ({ headers: { authorization: undefined } }), 401, 'no-token'],
    ['another scheme', () => ({ headers: { authorization: 'Bearer abc' } }), 401, 'no-token'],
    [
      'half a token',
      () => ({ headers: { authorization: formatPrivateToken(token()).replace(/.{100}"$/, '"') } }),
      401,
      'no-token',
    ],
    ['a token of another type', () => ({ headers: { authorization: ofType1(token()) } }), 401, 'no-token'],
    [
      'two tokens',
      () => ({
        headers: { authorization: `${formatPrivateToken(token())}, ${formatPrivateToken(token())}` },
      }),
      401,
      'no-token',
    ],
    [
      'a token for another CPS',
      () => ({ headers: { authorization: formatPrivateToken(mintTokens('other.example', 1)[0]!) } }),
      401,
      'bad-token',
    ],
    [
      'a token of another issuer',
      () => ({
        headers: {
          authorization: formatPrivateToken(mintTokens(new URL(server.origin).host, 1, 'other.example')[0]!),
        },
      }),
      401,
      'bad-token',
    ],
    [
      'a forged stake',
      () => ({
        headers: { 'passport-stake': stakeOf({ ...token(), authenticator: new Uint8Array(256).fill(9) }) },
      }),
      401,
      'bad-token',
    ],
    ['an unknown mailbox', () => ({ path: `/mailboxes/${other}/0/passports` }), 404, 'unknown-mailbox'],
    ['a shard out of range', () => ({ path: `/mailboxes/${id()}/1/passports` }), 404, 'unknown-mailbox'],
    [
      'an unknown mailbox and a bad token',
      () => ({
        path: `/mailboxes/${other}/0/passports`,
        headers: { authorization: formatPrivateToken(mintTokens('other.example', 1)[0]!) },
      }),
      401,
      'bad-token',
    ],
    [
      'a bad token and a bad length',
      () => ({ headers: { authorization: 'Basic eA==' }, body: new Uint8Array(5) }),
      422,
      'invalid-length',
    ],
    ['PUT of a PASSporT', () => ({ method: 'PUT' }), 405, 'method-not-allowed'],
    ['DELETE of a mailbox', () => ({ method: 'DELETE' }), 405, 'method-not-allowed'],
    [
      'a negative page',
      () => ({ method: 'GET', path: `/mailboxes/${id()}/0/passports?page=-1&${nonce}` }),
      400,
      'invalid-page',
    ],
    [
      'a page beyond 16 bits',
      () => ({ method: 'GET', path: `/mailboxes/${id()}/0/passports?page=65536&${nonce}` }),
      400,
      'invalid-page',
    ],
    [
      'a page that is no number',
      () => ({ method: 'GET', path: `/mailboxes/${id()}/0/passports?page=one&${nonce}` }),
      400,
      'invalid-page',
    ],
    [
      'an empty page',
      () => ({ method: 'GET', path: `/mailboxes/${id()}/0/passports?page=&${nonce}` }),
      400,
      'invalid-page',
    ],
    [
      'no nonce',
      () => ({ method: 'GET', path: `/mailboxes/${id()}/0/passports?page=0` }),
      400,
      'invalid-nonce',
    ],
    ['no query', () => ({ method: 'GET' }), 400, 'invalid-nonce'],
    [
      'a short nonce',
      () => ({ method: 'GET', path: `/mailboxes/${id()}/0/passports?n=AAAA` }),
      400,
      'invalid-nonce',
    ],
    [
      'a nonce that is not canonical',
      () => ({ method: 'GET', path: `/mailboxes/${id()}/0/passports?n=${'A'.repeat(21)}B` }),
      400,
      'invalid-nonce',
    ],
    [
      'a retrieval of no mailbox',
      () => ({ method: 'GET', path: `/mailboxes/x/0/passports?${nonce}` }),
      400,
      'invalid-mailbox',
    ],
    ['GET of retractions', () => ({ method: 'GET', path: '/retractions' }), 405, 'method-not-allowed'],
    [
      'a retraction of another type',
      () => ({ path: '/retractions', body: new Uint8Array(32) }),
      415,
      'unsupported-media-type',
    ],
    ...[0, 31, 33].map((length): [string, () => Ask, number, string] => [
      `a retraction of ${length} bytes`,
      () => ({
        path: '/retractions',
        headers: { 'content-type': 'application/octet-stream' },
        body: new Uint8Array(length),
      }),
      422,
      'invalid-length',
    ]),
    [
      '65 retractions',
      () => ({
        path: '/retractions',
        headers: { 'content-type': 'application/octet-stream' },
        body: new Uint8Array(65 * 32),
      }),
      413,
      'content-too-large',
    ],
    ['another path', () => ({ path: '/mailboxes' }), 404, 'not-found'],
  ];

  it.each(rows)('%s', async (_name, ask, status, slug) => {
    const asked = ask();
    const reply = await (asked.method === 'GET' ? send(asked) : deposit(asked));
    expect([reply.status, reply.slug]).toEqual([status, slug]);
    expect(reply.headers['cache-control']).toBe('no-store');
    expect(reply.headers['www-authenticate']).toBe(status === 401 ? CHALLENGE : undefined);
    expect(reply.document).toEqual({
      type: `urn:oobleck:problem:${slug}`,
      title: expect.any(String),
      status,
      ...(reply.document.detail === undefined ? {} : { detail: expect.any(String) }),
    });
    if (status === 405) expect(reply.headers.allow).toMatch(/POST/);
    expect(store.size).toBe(0);
    expect(logged).toEqual([]);
  });

  it.each(rows)('%s, over HTTP/1.1', async (_name, ask, status, slug) => {
    const { method = 'POST', path = `/mailboxes/${id()}/0/passports`, headers = {}, body = blobOf() } = ask();
    const defaults = {
      'content-type': SEALED,
      authorization: formatPrivateToken(token()),
      'passport-retract': hashOf(crypto.randomBytes(32)),
    };
    const fields = Object.entries(method === 'GET' ? headers : { ...defaults, ...headers });
    const present = Object.fromEntries(fields.filter((one) => one[1] !== undefined)) as Record<
      string,
      string
    >;
    const http1 = new Client(server.origin, { allowH2: false, connect: { ca: tls.ca } });
    const sent = method === 'GET' ? {} : { body };
    const reply = await http1.request({ method, path, headers: present, ...sent });
    const { type } = (await reply.body.json()) as { type: string };
    await http1.destroy();
    expect([reply.statusCode, type]).toEqual([status, `urn:oobleck:problem:${slug}`]);
    if (status === 405) expect(reply.headers.allow).toMatch(/POST/);
    expect([store.size, logged]).toEqual([0, []]);
  });

  it('without room a deposit is told to come later, and spends nothing; retrievals and retractions go on', async () => {
    const headers = { authorization: formatPrivateToken(token()) };
    isFull = true;
    const { status, slug, headers: fields } = await deposit({ headers });
    expect([status, slug, fields['retry-after']]).toEqual([503, 'unavailable', '1']);
    expect((await retrieve()).status).toBe(200);
    const secret = { headers: { 'content-type': 'application/octet-stream' }, body: new Uint8Array(32) };
    expect((await send({ path: '/retractions', ...secret })).status).toBe(204);
    expect((await deposit({ headers, body: new Uint8Array(5) })).status).toBe(422); // its framing comes first
    isFull = false;
    expect((await deposit({ headers })).status).toBe(201);
  });

  it('a refused deposit spends no token', async () => {
    const headers = { authorization: formatPrivateToken(token()) };
    await deposit({ headers, path: `/mailboxes/${other}/0/passports` });
    await deposit({ headers, body: new Uint8Array(5) });
    expect((await deposit({ headers })).status).toBe(201);
  });

  it('one token twice in a request is refused, and not spent', async () => {
    const one = token();
    const headers = { authorization: formatPrivateToken(one), 'passport-stake': stakeOf(one) };
    const { status, slug } = await deposit({ headers });
    expect([status, slug]).toEqual([422, 'token-twice']);
    expect((await deposit({ headers: { authorization: formatPrivateToken(one) } })).status).toBe(201);
  });

  it('what nobody foresaw is a 500 that says nothing, and is logged', async () => {
    const broken = () => Promise.reject(new Error('secret 12155551213'));
    const judge = (request: DepositRequest) => ({ request, tokens: [] });
    service = { judge, place: broken, retrieve: broken, retract: broken };
    for (const reply of [await deposit(), await retrieve()]) {
      expect([reply.status, reply.slug]).toEqual([500, 'internal-error']);
      expect(Buffer.from(reply.body).toString()).not.toContain('secret');
    }
    expect(logged).toHaveLength(2);
    expect(logged.join()).not.toContain('12155551213');
  });

  it('damaged fields and bodies are refused, 300 times, and never with 5xx', async () => {
    const good = token();
    const valid = formatPrivateToken(good);
    const text = fc
      .string({
        unit: fc.integer({ min: 0x20, max: 0x7e }).map((one) => String.fromCharCode(one)),
        maxLength: 60,
      })
      .map((one) => one.trim());
    const damagedToken = fc.tuple(fc.nat(353), fc.integer({ min: 1, max: 255 })).map(([at, xor]) => {
      const bytes = encodeToken(good);
      bytes[at]! ^= xor;
      return `PrivateToken token="${Buffer.from(bytes).toString('base64url')}"`;
    });
    const damage = fc.oneof(
      damagedToken.map((authorization): Ask => ({ headers: { authorization } })),
      text.map((authorization): Ask => ({ headers: { authorization } })),
      text
        .filter((one) => !['', '10', '20', '30', '60'].includes(one))
        .map((one): Ask => ({ headers: { authorization: valid, 'passport-lifetime': one } })),
      text.map((one): Ask => ({ headers: { authorization: valid, 'passport-retract': one } })),
      text
        .filter((one) => one !== '')
        .map((one): Ask => ({ headers: { authorization: valid, 'passport-stake': one } })),
      fc
        .nat(9_000)
        .filter((one) => one !== 2_048 && one !== 8_192)
        .map((length): Ask => ({ headers: { authorization: valid }, body: new Uint8Array(length) })),
    );
    const body = blobOf();
    await fc.assert(
      fc.asyncProperty(damage, async (ask) => {
        const { status, slug } = await deposit({ body, ...ask });
        expect([401, 413, 415, 422]).toContain(status);
        expect(slug).toBeDefined();
      }),
      { numRuns: 300 },
    );
    expect(store.size).toBe(0);
    expect((await deposit({ headers: { authorization: valid } })).status).toBe(201);
  });
});

describe('no answer depends on what a mailbox holds', () => {
  it('R-01: empty, full, flooded, unknown and out-of-range mailboxes are answered alike', async () => {
    const ask = (path: string) => retrieve(new Uint8Array(16), 0, path);
    const mine = `/mailboxes/${id()}/0/passports`;
    const paths = [
      mine,
      `/mailboxes/${encodeBase64url(new Uint8Array(32))}/0/passports`,
      `/mailboxes/${id()}/9/passports`,
    ];
    const before = await Promise.all(paths.map(ask));
    for (let i = 0; i < 300; i++)
      store.add(`${id()}/0`, {
        id: String(i),
        bytes: crypto.randomBytes(i % 2 === 0 ? 2_048 : 8_192),
        hash: crypto.randomBytes(32),
        depositedAtMs: NOW * 1000,
        expiresAtMs: NOW * 1000 + 60_000,
        stake: 0,
        retractHash: String(i),
      });
    const after = await Promise.all([...paths, mine].map(ask));
    expect(after[0]!.opened).toMatchObject({ hasLaterPage: true, isFlooded: true });
    const all = [...before, ...after];
    const shape = ({ status, headers, body }: (typeof all)[number]) => {
      const { date: _date, ...others } = headers;
      return { status, others, length: body.length };
    };
    for (const one of all) expect(shape(one)).toEqual(shape(all[0]!));
    // Nothing is sealed twice alike: no encapsulation, and no block of a ciphertext, is ever seen again.
    const blocks = all.flatMap(({ body }) =>
      Array.from({ length: body.length / 32 }, (_, i) =>
        Buffer.from(body.subarray(i * 32, i * 32 + 32)).toString('hex'),
      ),
    );
    expect(new Set(blocks).size).toBe(blocks.length);
  });

  it('a shard beyond the mailbox is answered by nobody, whatever was left in others', async () => {
    const { opened } = await retrieve(undefined, 0, `/mailboxes/${id()}/9/passports`);
    expect(opened).toBeUndefined();
    const outside = splitAddress(address());
    expect(outside.shard).toBe(0);
  });
});

describe('peers that go away', () => {
  it('a retrieval that is given up before its beat harms nobody', async () => {
    const session = connectHttp2(server.origin, { ca: tls.ca });
    for (let i = 0; i < 20; i++) {
      const path = `/mailboxes/${id()}/0/passports?n=${encodeBase64url(crypto.randomBytes(16))}`;
      const stream = session.request({ ':path': path });
      stream.on('error', () => {});
      stream.end();
      setImmediate(() => stream.close(8));
    }
    await new Promise((done) => setTimeout(done, 30));
    session.destroy();
    expect((await retrieve()).status).toBe(200);
    expect(logged).toEqual([]);
  });
});
