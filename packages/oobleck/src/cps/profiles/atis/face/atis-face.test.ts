// The ATIS profiles over the wire: real TLS, HTTP/2 and HTTP/1.1, tokens made by hand.

import { randomUUID } from 'node:crypto';
import { connect as connectHttp2 } from 'node:http2';
import type { JsonObject } from '@oobleck/stir/json';
import { encodeX5c, signCompactJws } from '@oobleck/stir/jws';
import { createPassportSigner } from '@oobleck/stir/passport';
import { Client } from 'undici';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { serveLoopback } from '../../../../../test/loopback-server.ts';
import { NOW, tn } from '../../../../../test/network.ts';
import type { HttpServer } from '../../../../http/index.ts';
import { createTlsAuthority } from '../../../../lab/pki.ts';
import { createEventLog } from '../../../../operate/index.ts';
import {
  type AtisWorld,
  agreed,
  alpha,
  bravo,
  CALLED,
  CALLER,
  charlie,
  createAtisWorld,
  ended,
  numberHolder,
  publishClaims,
  retrieveClaims,
  revoked,
  type TokenOrder,
  tokenOf,
  untrusted,
  x5uOf,
} from '../atis-fixture.ts';
import { REFUSALS, type Refusal } from '../index.ts';
import { createAtisFace } from './index.ts';

const PATH_96 = `/passports/${CALLED}/${CALLER}`;
const PATH_105 = `/passports/1234/${CALLED}/${CALLER}`;

let server: HttpServer;
let ca: string;
let world: AtisWorld;
let http1: Client;
let logged: string[] = [];

interface Sent {
  readonly status: number;
  readonly text: string;
  readonly headers: Record<string, unknown>;
}

interface Request {
  readonly method?: string;
  readonly path?: string;
  readonly token?: string | undefined;
  readonly body?: string | undefined;
  readonly type?: string;
}

beforeAll(async () => {
  const tls = await createTlsAuthority({ nowMs: Date.now() });
  ca = tls.ca;
  const log = createEventLog({ destination: { write: (line) => void logged.push(line) } });
  const face = createAtisFace(
    {
      read: (request) => world.placement.read(request),
      prepare: (claim, body) => world.placement.prepare(claim, body),
      prove: (claim) => world.placement.prove(claim),
      publish: (proven, set) => world.placement.publish(proven, set),
      retrieve: (proven) => world.placement.retrieve(proven),
    },
    { bodyTimeoutMs: 2_000 },
  );
  server = await serveLoopback(tls, { log, hot: face });
  http1 = new Client(server.origin, { connect: { ca }, allowH2: false });
});
afterAll(async () => {
  await http1.destroy();
  await server.close(200);
});
beforeEach(() => {
  world = createAtisWorld();
  logged = [];
});

const headersOf = ({ token, body, type = 'application/json' }: Request): Record<string, string> => ({
  ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  ...(body === undefined ? {} : { 'content-type': type }),
});

async function overHttp1(request: Request): Promise<Sent> {
  const { method = 'GET', path = PATH_96, body } = request;
  const reply = await http1.request({
    method: method as 'GET',
    path,
    headers: headersOf(request),
    ...(body === undefined ? {} : { body }),
  });
  return { status: reply.statusCode, text: await reply.body.text(), headers: reply.headers };
}

function overHttp2(request: Request): Promise<Sent> {
  const { method = 'GET', path = PATH_96, body } = request;
  const session = connectHttp2(server.origin, { ca });
  return new Promise<Sent>((resolve, reject) => {
    const stream = session.request({ ':method': method, ':path': path, ...headersOf(request) });
    let text = '';
    let headers: Record<string, unknown> = {};
    stream.on('response', (fields) => {
      headers = fields;
    });
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      text += chunk;
    });
    stream.on('error', reject);
    stream.on('end', () => resolve({ status: Number(headers[':status']), text, headers }));
    stream.end(body);
  }).finally(() => session.close());
}

const VERSIONS = [
  ['HTTP/1.1', overHttp1],
  ['HTTP/2', overHttp2],
] as const;

const bodyOf = (passports: readonly string[]): string => JSON.stringify({ passports });

function publish96(passports: readonly string[], order: TokenOrder = {}, send = overHttp1, path = PATH_96) {
  const token = tokenOf(publishClaims(world.clock.seconds(), passports), order);
  return send({ method: 'POST', path, token, body: bodyOf(passports) });
}

function retrieve96(order: TokenOrder = {}, send = overHttp1, path = PATH_96) {
  return send({ path, token: tokenOf(retrieveClaims(world.clock.seconds()), order) });
}

function publish105(passports: readonly string[], order: TokenOrder = {}, send = overHttp1, path = PATH_105) {
  const token = tokenOf(agreed(publishClaims(world.clock.seconds(), passports)), order);
  return send({ method: 'POST', path, token, body: bodyOf(passports) });
}

/** Bravo asks for what its neighbour Alpha left. */
const AS_BRAVO: TokenOrder = { key: bravo.key, header: { x5u: x5uOf('bravo') }, claims: { iss: '5678' } };

function retrieve105(order: TokenOrder = AS_BRAVO, send = overHttp1, path = PATH_105) {
  return send({ path, token: tokenOf(agreed(retrieveClaims(world.clock.seconds())), order) });
}

describe.each(VERSIONS)('%s', (_, send) => {
  it('V-09: ATIS-1000096: published, retrieved by another provider; answers exact to the byte', async () => {
    const passport = world.passport();
    const created = await publish96([passport], {}, send);
    expect(created).toMatchObject({ status: 201, text: '{"status":201,"message":"Created"}' });
    expect(created.headers['content-length']).toBe('34');
    expect(created.headers['content-type']).toBe('application/json');
    const found = await retrieve96({ ...AS_BRAVO, claims: { iss: '5678', sub: '5678' } }, send);
    expect(found).toMatchObject({ status: 200, text: `{"passports":["${passport}"]}` });
  });

  it('V-09: ATIS-1000105: published under the publisher, retrieved by its neighbour', async () => {
    const passport = world.passport();
    const created = await publish105([passport], {}, send);
    expect(created).toMatchObject({ status: 201, text: '{"status":201,"message":"Created"}' });
    const found = await retrieve105(AS_BRAVO, send);
    expect(found).toMatchObject({ status: 200, text: `{"passports":["${passport}"]}` });
  });

  it('tells health, and what is not there', async () => {
    expect(await send({ path: '/health' })).toMatchObject({
      status: 200,
      text: '{"status":200,"message":"OK"}',
    });
    expect(await retrieve96({}, send)).toMatchObject({
      status: 404,
      text: '{"status":404,"error":"Not Found"}',
    });
  });

  it('V-02: a token that was used is refused, whatever it was used for', async () => {
    const passport = world.passport();
    const token = tokenOf(publishClaims(NOW, [passport]));
    const request = { method: 'POST', token, body: bodyOf([passport]) };
    expect((await send(request)).status).toBe(201);
    const again = await send(request);
    expect(again).toMatchObject({ status: 401, text: expect.stringContaining('used before') });
    expect(again.headers['www-authenticate']).toBe('Bearer');
    const asking = tokenOf(retrieveClaims(NOW));
    expect((await send({ token: asking })).status).toBe(200);
    expect((await send({ token: asking })).status).toBe(401);
  });

  it('V-02: an id is one whatever its letters, until the token is too old, and each provider has ids of its own', async () => {
    const jti = 'abcdef01-2345-4678-89ab-cdef01234567';
    const asBravo = { ...AS_BRAVO, claims: { iss: '5678', sub: '5678', jti } };
    expect((await retrieve96({ claims: { jti } }, send)).status).toBe(404);
    expectRefusal(await retrieve96({ claims: { jti: jti.toUpperCase() } }, send), 'replayed');
    expect((await retrieve96(asBravo, send)).status).toBe(404);
    // Made 60 s ahead of time, a token may be used until 120 s later.
    const ahead = tokenOf({ ...retrieveClaims(NOW + 60), jti: randomUUID() });
    expect((await send({ token: ahead })).status).toBe(404);
    world.clock.advance(120);
    expectRefusal(await send({ token: ahead }), 'replayed');
    world.clock.advance(1);
    expectRefusal(await send({ token: ahead }), 'stale');
  });

  it.each([
    ['65 KiB', 413, (passport: string) => JSON.stringify({ passports: [passport], x: 'a'.repeat(66_560) })],
    ['one byte over 64 KiB', 413, (passport: string) => bodyOf([passport]).padEnd(65_537)],
    ['nested 1000 deep', 400, () => `{"passports":${'['.repeat(1_000)}${']'.repeat(1_000)}}`],
    ['a name twice', 400, (passport: string) => `{"passports":[],"passports":["${passport}"]}`],
    ['100 PASSporTs', 400, (passport: string) => bodyOf(Array.from({ length: 100 }, () => passport))],
    ['no PASSporTs', 400, () => '{"passports":[]}'],
    ['numbers', 400, () => '{"passports":[1]}'],
    ['no object', 400, () => '[]'],
    ['no JSON', 400, () => '{"passports":'],
    ['nothing', 400, () => ''],
  ])('a body of %s is refused', async (_name, status, make) => {
    const passport = world.passport();
    const token = tokenOf(publishClaims(NOW, [passport]));
    const reply = await send({ method: 'POST', token, body: make(passport) });
    expect(reply.status).toBe(status);
    expect(JSON.parse(reply.text)).toEqual({ status, error: expect.any(String) });
    expect((await retrieve96()).status).toBe(404);
  });

  it('other methods, types and paths are refused in the same shape', async () => {
    const token = tokenOf(retrieveClaims(NOW));
    expect(await send({ method: 'DELETE', token })).toMatchObject({
      status: 405,
      headers: { allow: 'GET, POST' },
    });
    expect(await send({ method: 'POST', token, body: 'x', type: 'text/plain' })).toMatchObject({
      status: 415,
    });
    for (const path of [
      '/passports/19032469103',
      '/passports/19032469103/',
      '/passports/+19032469103/12013776051',
      '/passports/19032469103/12013776051/',
      '/passports/12-34/19032469103/12013776051',
      '/passports/1/2/3/4/5',
      '/passports/%zz/12013776051',
      '/passports/19032469103/12013776051?x=1',
      `/passports/${'9'.repeat(16)}/12013776051`,
      '/passports/URN%3aservice%3asos/12013776051',
    ])
      expect(await send({ path, token }), path).toMatchObject({ status: 400 });
  });

  it('a republication is refused clearly, by path, by action and by body', async () => {
    const passport = world.passport();
    const claims = publishClaims(NOW, [passport]);
    const byAction = await publish96([passport], { claims: { action: 'republish' } }, send);
    const token = tokenOf(claims);
    const body = JSON.stringify({ passports: [passport], token });
    const byBody = await send({ method: 'POST', token, body });
    const byPath = await send({
      method: 'POST',
      path: PATH_96.replace('passports', 'republish'),
      token,
      body,
    });
    for (const reply of [byAction, byBody, byPath])
      expect(reply).toMatchObject({
        status: 403,
        text: '{"status":403,"error":"republishing is not taken here"}',
      });
    expect((await retrieve96()).status).toBe(404);
  });
});

interface Fault extends TokenOrder {
  readonly name: string;
  /** Which of the checks finds it. */
  readonly refusal: Refusal;
}

function expectRefusal({ status, text }: Sent, refusal: Refusal): void {
  const expected = REFUSALS[refusal];
  expect([status, JSON.parse(text)]).toEqual([
    expected.status,
    { status: expected.status, error: expected.error },
  ]);
}

const HEADER_FAULTS: readonly Fault[] = [
  { name: 'alg none', refusal: 'malformed-token', header: { alg: 'none' } },
  { name: 'alg RS256', refusal: 'malformed-token', header: { alg: 'RS256' } },
  { name: 'no alg', refusal: 'malformed-token', header: { alg: null } },
  { name: 'typ passport', refusal: 'malformed-token', header: { typ: 'passport' } },
  { name: 'typ of a key credential', refusal: 'malformed-token', header: { typ: 'oob-key+jwt' } },
  { name: 'ppt', refusal: 'malformed-token', header: { ppt: 'shaken' } },
  { name: 'crit', refusal: 'malformed-token', header: { crit: ['exp'] } },
  { name: 'b64', refusal: 'malformed-token', header: { b64: false } },
  { name: 'neither x5u nor x5c', refusal: 'malformed-token', header: { x5u: null } },
  { name: 'x5u no text', refusal: 'malformed-token', header: { x5u: 7 } },
  { name: 'x5u empty', refusal: 'malformed-token', header: { x5u: '' } },
  {
    name: 'x5u of 3,000 letters',
    refusal: 'malformed-token',
    header: { x5u: `https://cr.example/${'a'.repeat(3_000)}` },
  },
  { name: 'x5c no list', refusal: 'malformed-token', header: { x5u: null, x5c: 'AAAA' } },
  { name: 'x5u of plain HTTP', refusal: 'untrusted', header: { x5u: 'http://cr.example/alpha.pem' } },
  {
    name: 'x5u of an unlisted host',
    refusal: 'untrusted',
    header: { x5u: 'https://evil.example/alpha.pem' },
  },
  {
    name: 'x5u with nothing behind it',
    refusal: 'certificate-unavailable',
    header: { x5u: x5uOf('nobody') },
  },
  { name: 'x5u that never answers', refusal: 'certificate-unavailable', header: { x5u: x5uOf('hangs') } },
  { name: 'x5c that is no chain', refusal: 'untrusted', header: { x5u: null, x5c: ['AAAA'] } },
  {
    name: 'a chain to no anchor',
    refusal: 'untrusted',
    key: untrusted.key,
    header: { x5u: x5uOf('untrusted') },
  },
  {
    name: 'a certificate that was revoked',
    refusal: 'untrusted',
    key: revoked.key,
    header: { x5u: x5uOf('revoked') },
  },
  {
    name: 'a certificate that has ended',
    refusal: 'untrusted',
    key: ended.key,
    header: { x5u: x5uOf('ended') },
  },
  { name: 'the key of another', refusal: 'signature', key: bravo.key },
  {
    name: 'a certificate for numbers alone',
    refusal: 'holder',
    key: numberHolder.key,
    header: { x5u: x5uOf('number-holder') },
  },
];

const CLAIM_FAULTS: readonly Fault[] = [
  { name: 'iat missing', refusal: 'malformed-token', claims: { iat: null } },
  { name: 'iat as text', refusal: 'malformed-token', claims: { iat: String(NOW) } },
  { name: 'iat of 61 s ago', refusal: 'stale', claims: { iat: NOW - 61 } },
  { name: 'iat 61 s ahead', refusal: 'stale', claims: { iat: NOW + 61 } },
  { name: 'exp passed', refusal: 'expired', claims: { exp: NOW } },
  { name: 'exp as text', refusal: 'malformed-token', claims: { exp: 'soon' } },
  { name: 'action missing', refusal: 'malformed-token', claims: { action: null } },
  { name: 'action unknown', refusal: 'malformed-token', claims: { action: 'delete' } },
  { name: 'iss missing', refusal: 'malformed-token', claims: { iss: null } },
  { name: 'iss in small letters', refusal: 'malformed-token', claims: { iss: 'abcd' } },
  { name: 'iss another provider', refusal: 'holder', claims: { iss: '9999', sub: '9999' } },
  { name: 'iat before 1970', refusal: 'malformed-token', claims: { iat: -1 } },
  { name: 'iat in fractions', refusal: 'malformed-token', claims: { iat: NOW + 0.5 } },
  { name: 'sub in small letters', refusal: 'malformed-token', claims: { sub: 'abcd' } },
  { name: 'spc in small letters', refusal: 'malformed-token', claims: { spc: 'abcd' } },
  { name: 'aud empty', refusal: 'malformed-token', claims: { aud: '' } },
  { name: 'aud of 257 letters', refusal: 'malformed-token', claims: { aud: 'a'.repeat(257) } },
  { name: 'aud missing', refusal: 'malformed-token', claims: { aud: null } },
  { name: 'aud another host', refusal: 'audience', claims: { aud: 'cps.example.org' } },
  { name: 'aud with a scheme', refusal: 'audience', claims: { aud: 'https://cps.example.com' } },
  { name: 'aud a list', refusal: 'malformed-token', claims: { aud: ['cps.example.com'] } },
  { name: 'jti missing', refusal: 'malformed-token', claims: { jti: null } },
  { name: 'jti no UUID', refusal: 'malformed-token', claims: { jti: '1' } },
  { name: 'dest missing', refusal: 'malformed-token', claims: { dest: null } },
  { name: 'dest as text', refusal: 'malformed-token', claims: { dest: CALLED } },
  { name: 'dest not a list', refusal: 'malformed-token', claims: { dest: { tn: CALLED } } },
  { name: 'dest with two numbers', refusal: 'malformed-token', claims: { dest: { tn: [CALLED, CALLER] } } },
  { name: 'dest with a plus', refusal: 'malformed-token', claims: { dest: { tn: [`+${CALLED}`] } } },
  { name: 'dest another number', refusal: 'other-pair', claims: { dest: { tn: ['19032469104'] } } },
  { name: 'dest of nobody', refusal: 'malformed-token', claims: { dest: { tn: [] } } },
  {
    name: 'dest by another name',
    refusal: 'malformed-token',
    claims: { dest: { sip: ['sip:a@b.example'] } },
  },
  { name: 'dest no URI', refusal: 'malformed-token', claims: { dest: { uri: ['a b'] } } },
  { name: 'orig missing', refusal: 'malformed-token', claims: { orig: null } },
  { name: 'orig a list', refusal: 'malformed-token', claims: { orig: { tn: [CALLER] } } },
  {
    name: 'orig with two members',
    refusal: 'malformed-token',
    claims: { orig: { tn: CALLER, uri: 'sip:a@b.example' } },
  },
  { name: 'orig another number', refusal: 'other-pair', claims: { orig: { tn: '12013776052' } } },
];

const PUBLISH_FAULTS: readonly Fault[] = [
  { name: 'passports missing', refusal: 'malformed-token', claims: { passports: null } },
  {
    name: 'passports without sha256-',
    refusal: 'malformed-token',
    claims: { passports: `${'A'.repeat(43)}=` },
  },
  {
    name: 'passports in base64url',
    refusal: 'malformed-token',
    claims: { passports: `sha256-${'_'.repeat(43)}=` },
  },
  {
    name: 'passports without padding',
    refusal: 'malformed-token',
    claims: { passports: `sha256-${'A'.repeat(43)}` },
  },
  {
    name: 'passports of another body',
    refusal: 'other-body',
    claims: { passports: `sha256-${'A'.repeat(43)}=` },
  },
  { name: 'action retrieve', refusal: 'other-action', claims: { action: 'retrieve', passports: null } },
];

describe('V-01: one fault in the access token of ATIS-1000096 and nothing is published', () => {
  const SUBJECT_FAULTS: readonly Fault[] = [
    { name: 'sub missing', refusal: 'missing-claim', claims: { sub: null } },
    { name: 'sub another than iss', refusal: 'holder', claims: { sub: '9999' } },
    { name: 'spc of the other profile', refusal: 'other-pair', claims: { spc: '1234' } },
  ];
  it.each([...HEADER_FAULTS, ...CLAIM_FAULTS, ...PUBLISH_FAULTS, ...SUBJECT_FAULTS])(
    '$name: $refusal',
    async ({ refusal, ...order }) => {
      expectRefusal(await publish96([world.passport()], order), refusal);
      expect((await retrieve96()).status).toBe(404);
    },
  );
});

describe('V-01: one fault in the access token of ATIS-1000105 and nothing is published', () => {
  const PROVIDER_FAULTS: readonly Fault[] = [
    { name: 'spc missing', refusal: 'missing-claim', claims: { spc: null } },
    { name: 'spc another than the path', refusal: 'other-pair', claims: { spc: '5678' } },
    { name: 'exp missing', refusal: 'missing-claim', claims: { exp: null } },
  ];
  const wrong105 = CLAIM_FAULTS.map((fault) =>
    fault.name === 'iss another provider' ? { ...fault, claims: { iss: '9999' } } : fault,
  );
  it.each([...HEADER_FAULTS, ...wrong105, ...PUBLISH_FAULTS, ...PROVIDER_FAULTS])(
    '$name: $refusal',
    async ({ refusal, ...order }) => {
      expectRefusal(await publish105([world.passport()], order), refusal);
      expect((await retrieve105()).status).toBe(404);
    },
  );

  it('a path under another provider: 403', async () => {
    const passport = world.passport();
    const path = `/passports/5678/${CALLED}/${CALLER}`;
    expectRefusal(await publish105([passport], { claims: { spc: '5678' } }, overHttp1, path), 'holder');
  });
});

describe('V-01: one fault in the access token and nothing is retrieved', () => {
  const ACTION_FAULTS: readonly Fault[] = [
    {
      name: 'action publish',
      refusal: 'other-action',
      claims: { action: 'publish', passports: `sha256-${'A'.repeat(43)}=` },
    },
    { name: 'passports', refusal: 'malformed-token', claims: { passports: `sha256-${'A'.repeat(43)}=` } },
  ];
  it.each([...HEADER_FAULTS, ...CLAIM_FAULTS, ...ACTION_FAULTS])(
    '$name: $refusal',
    async ({ refusal, ...order }) => {
      await publish96([world.passport()]);
      expectRefusal(await retrieve96(order), refusal);
    },
  );

  it.each([
    ['no Authorization', undefined, 'no-token'],
    ['another scheme', 'Basic YTpi', 'no-token'],
    ['no token', 'Bearer ', 'no-token'],
    ['blanks for a token', 'Bearer    ', 'no-token'],
    ['a token of letters that none has', 'Bearer a.b.%', 'malformed-token'],
    ['a token of two segments', 'Bearer a.b', 'malformed-token'],
    ['a token of four segments', 'Bearer a.b.c.d', 'malformed-token'],
    ['13,000 letters', `Bearer ${'a'.repeat(13_000)}`, 'malformed-token'],
  ] as const)('%s: %s', async (_name, authorization, refusal) => {
    const reply = await http1.request({
      method: 'GET',
      path: PATH_96,
      headers: authorization === undefined ? {} : { authorization },
    });
    const text = await reply.body.text();
    expectRefusal({ status: reply.statusCode, text, headers: reply.headers }, refusal);
  });

  it('a token that is longer than any need be is not looked into, however good it is', async () => {
    const { length } = tokenOf(retrieveClaims(NOW), { claims: { more: '' } });
    const fill = Math.floor(((12_288 - length) * 3) / 4);
    expect((await retrieve96({ claims: { more: 'x'.repeat(fill - 3) } })).status).toBe(404);
    expectRefusal(await retrieve96({ claims: { more: 'x'.repeat(fill + 3) } }), 'malformed-token');
  });

  it.each(['bearer', 'BEARER', 'Bearer  '])('the scheme may stand as %s', async (scheme) => {
    const authorization = `${scheme} ${tokenOf(retrieveClaims(NOW))}  `;
    const reply = await http1.request({ method: 'GET', path: PATH_96, headers: { authorization } });
    await reply.body.dump();
    expect(reply.statusCode).toBe(404);
  });

  it('a PASSporT of the caller is no access token', async () => {
    expectRefusal(await overHttp1({ token: world.passport() }), 'malformed-token');
  });
});

it('aud is a host name, whatever its letters', async () => {
  expect((await retrieve96({ claims: { aud: 'CPS.Example.COM' } })).status).toBe(404);
});

describe('V-03: the token of one pair opens no other', () => {
  it.each([
    ['DEST', `/passports/19032469104/${CALLER}`],
    ['ORIG', `/passports/${CALLED}/12013776052`],
    ['both the other way round', `/passports/${CALLER}/${CALLED}`],
    ['the path of the other profile', PATH_105],
  ])('%s', async (_name, path) => {
    const reply = await retrieve96({}, overHttp1, path);
    expect([401, 403]).toContain(reply.status);
    const published = await publish96([world.passport()], {}, overHttp1, path);
    expect([401, 403]).toContain(published.status);
  });

  it('a token without spc is refused under a provider, and one with spc on a path without', async () => {
    expect((await overHttp1({ path: PATH_105, token: tokenOf(retrieveClaims(NOW)) })).status).toBe(401);
    const both = { ...agreed(retrieveClaims(NOW)), sub: '1234' };
    expect((await overHttp1({ path: PATH_96, token: tokenOf(both) })).status).toBe(403);
  });

  it('parties that are URIs stand percent-encoded in the path and plain in the claims', async () => {
    const signer = createPassportSigner(alpha.key, x5uOf('alpha'));
    const passport = signer.sign({
      extension: 'shaken',
      originator: { kind: 'uri', uri: 'sip:alice@example.com' },
      destinations: { numbers: [], uris: ['urn:service:sos'] },
      issuedAt: NOW,
      shaken: { attestation: 'A', originationId: randomUUID() },
    });
    const path = '/passports/urn%3Aservice%3Asos/sip%3Aalice%40example.com';
    const claims = { dest: { uri: ['urn:service:sos'] }, orig: { uri: 'sip:alice@example.com' } };
    expect((await publish96([passport], { claims }, overHttp1, path)).status).toBe(201);
    expect((await retrieve96({ claims }, overHttp1, path)).text).toBe(`{"passports":["${passport}"]}`);
    expect((await retrieve96({}, overHttp1, path)).status).toBe(403);
  });

  it('numbers with # and * are percent-encoded where a URL needs it', async () => {
    const passport = world.passport({ called: ['#67*'] });
    const path = `/passports/%2367*/${CALLER}`;
    const claims = { dest: { tn: ['#67*'] } };
    expect((await publish96([passport], { claims }, overHttp1, path)).status).toBe(201);
    expect((await retrieve96({ claims }, overHttp1, path)).status).toBe(200);
  });
});

describe('PASSporTs', () => {
  const refused = async (passports: readonly string[]) => {
    expect((await publish96(passports)).status).toBe(400);
    expect((await retrieve96()).status).toBe(404);
  };

  it('with another orig or dest than the path are refused', async () => {
    await refused([world.passport({ caller: '12013776052' })]);
    await refused([world.passport({ called: ['19032469104'] })]);
    await refused([world.passport(), world.passport({ called: ['19032469104'] })]);
  });

  it('that count in responses only are refused', async () => {
    const rsp = createPassportSigner(alpha.key, x5uOf('alpha')).sign({
      extension: 'rsp',
      originator: { kind: 'tn', number: tn(CALLER) },
      destinations: { numbers: [tn(CALLED)], uris: [] },
      issuedAt: NOW,
    });
    await refused([rsp]);
    await refused([world.passport(), rsp]);
  });

  it('in compact form, cut off, or twice are refused', async () => {
    const passport = world.passport();
    await refused([`..${passport.split('.')[2]}`]);
    await refused([passport.slice(0, -1)]);
    await refused([`${passport}\n`]);
    await refused([passport, passport]);
  });

  it('that are too old or too far ahead of time to lie here are refused or kept no longer', async () => {
    await refused([world.passport({ issuedAt: NOW - 60 })]);
    expect((await publish96([world.passport({ issuedAt: NOW - 50 })])).status).toBe(201);
    world.clock.advance(9);
    expect((await retrieve96()).status).toBe(200);
    world.clock.advance(1);
    expect((await retrieve96()).status).toBe(404);
  });

  it('of a diverted call come with what they were diverted from', async () => {
    const first = world.passport({ called: ['19032460000'] });
    const div = createPassportSigner(alpha.key, x5uOf('alpha')).sign({
      extension: 'div',
      originator: { kind: 'tn', number: tn(CALLER) },
      destinations: { numbers: [tn(CALLED)], uris: [] },
      issuedAt: NOW,
      diversion: { from: { kind: 'tn', number: tn('19032460000') } },
    });
    expect((await publish96([first, div])).status).toBe(201);
    expect((await retrieve96()).text).toBe(`{"passports":["${first}","${div}"]}`);
    expect((await publish96([first])).status).toBe(400);
  });
});

describe('calls side by side', () => {
  it('of the same pair are all there, the newest first, each once', async () => {
    const passports = [world.passport(), world.passport(), world.passport()];
    for (const passport of passports) {
      expect((await publish96([passport])).status).toBe(201);
      world.clock.advance(1);
    }
    expect((await publish96([passports[2]!])).status).toBe(201);
    expect(JSON.parse((await retrieve96()).text)).toEqual({ passports: passports.reverse() });
  });

  it('of a provider that publishes many push nothing of another out', async () => {
    const genuine = world.passport();
    expect((await publish96([genuine])).status).toBe(201);
    const asBravo = { ...AS_BRAVO, claims: { iss: '5678', sub: '5678' } };
    for (let i = 0; i < 33; i++) expect((await publish96([world.passport()], asBravo)).status).toBe(201);
    const { passports } = JSON.parse((await retrieve96()).text) as { passports: string[] };
    expect(passports).toHaveLength(32);
    expect(passports).toContain(genuine);
  });

  it('published at the same time are all there', async () => {
    const passports = Array.from({ length: 20 }, () => world.passport());
    const replies = await Promise.all(passports.map((passport) => publish96([passport], {}, overHttp2)));
    expect(replies.every(({ status }) => status === 201)).toBe(true);
    const { passports: found } = JSON.parse((await retrieve96()).text) as { passports: string[] };
    expect(new Set(found)).toEqual(new Set(passports));
  });

  it('of the two profiles, and of two publishers, do not meet', async () => {
    await publish96([world.passport()]);
    expect((await retrieve105()).status).toBe(404);
    await publish105([world.passport()]);
    const path = `/passports/9999/${CALLED}/${CALLER}`;
    const order = { ...AS_BRAVO, claims: { iss: '5678', spc: '9999' } };
    expect((await retrieve105(order, overHttp1, path)).status).toBe(404);
  });
});

describe('H-04: how long PASSporTs lie', () => {
  const isThere = async (retrieve: () => Promise<Sent>) => (await retrieve()).status === 200;

  it('15 s in ATIS-1000096, or what the operator says, or until an earlier exp', async () => {
    await publish96([world.passport()]);
    world.clock.advance(14.9);
    expect(await isThere(retrieve96)).toBe(true);
    world.clock.advance(0.1);
    expect(await isThere(retrieve96)).toBe(false);
    await publish96([world.passport()], { claims: { exp: world.clock.seconds() + 5 } });
    world.clock.advance(5);
    expect(await isThere(retrieve96)).toBe(false);
    world = createAtisWorld({ retentionSeconds: 5 });
    await publish96([world.passport()]);
    world.clock.advance(5);
    expect(await isThere(retrieve96)).toBe(false);
  });

  it('never more than 60 s, whatever the operator says and however far ahead of time they are', async () => {
    world = createAtisWorld({ retentionSeconds: 300 });
    await publish96([world.passport({ issuedAt: NOW + 60 })]);
    world.clock.advance(59);
    expect(await isThere(retrieve96)).toBe(true);
    world.clock.advance(1);
    expect(await isThere(retrieve96)).toBe(false);
  });

  it('until exp in ATIS-1000105, and never more than 60 s', async () => {
    await publish105([world.passport()], { claims: { exp: NOW + 30 } });
    world.clock.advance(29);
    expect(await isThere(retrieve105)).toBe(true);
    world.clock.advance(1);
    expect(await isThere(retrieve105)).toBe(false);
    await publish105([world.passport()], { claims: { exp: NOW + 5_000 } });
    world.clock.advance(59);
    expect(await isThere(retrieve105)).toBe(true);
    world.clock.advance(1);
    expect(await isThere(retrieve105)).toBe(false);
  });
});

describe('H-06: who may retrieve', () => {
  const notFound = { status: 404, text: '{"status":404,"error":"Not Found"}' };

  it('with a table of neighbours, others see what is there as if it were not', async () => {
    world = createAtisWorld({
      retrieval: { neighbours: new Map([['1234' as never, new Set(['5678' as never])]]) },
    });
    const asCharlie = { key: charlie.key, header: { x5u: x5uOf('charlie') }, claims: { iss: '9999' } };
    const before = await retrieve105(asCharlie);
    await publish105([world.passport()]);
    const after = await retrieve105(asCharlie);
    expect([before, after]).toEqual([expect.objectContaining(notFound), expect.objectContaining(notFound)]);
    const { date: _a, ...headersBefore } = before.headers;
    const { date: _b, ...headersAfter } = after.headers;
    expect(headersAfter).toEqual(headersBefore);
    expect((await retrieve105()).status).toBe(200);
    expect((await retrieve105({})).status).toBe(200);
  });

  it('where only owners of DEST may, another provider sees nothing there', async () => {
    world = createAtisWorld({
      retrieval: { multiple: 'owner', numberMap: { spcOf: () => '5678' as never } },
    });
    await publish96([world.passport()]);
    expect(await retrieve96()).toMatchObject(notFound);
    expect((await retrieve96({ ...AS_BRAVO, claims: { iss: '5678', sub: '5678' } })).status).toBe(200);
  });

  it('a profile that is not on is not there', async () => {
    world = createAtisWorld({ profiles: ['105'] });
    expect(await retrieve96()).toMatchObject(notFound);
    expect((await publish96([world.passport()])).status).toBe(404);
    expect((await publish105([world.passport()])).status).toBe(201);
  });
});

describe('the certificate', () => {
  it('that owns what a list says is not judged before the list is there', async () => {
    const tnList = { valid: false, reason: 'tn-list-unavailable' } as const;
    const chain = [alpha.certificate];
    world = createAtisWorld(
      {},
      { chains: { chainFor: () => ({ chain }), chainOf: () => ({ chain }), validated: () => tnList } },
    );
    expectRefusal(await publish96([world.passport()]), 'certificate-unavailable');
  });

  it('may come in x5c, and then nothing is fetched', async () => {
    const header = { x5u: null, x5c: encodeX5c(alpha.ders) };
    expect((await publish96([world.passport()], { header })).status).toBe(201);
    expect(world.fetched).toEqual([]);
  });

  it('is fetched once, and never for a token that is for another host, time or path', async () => {
    const faults: readonly JsonObject[] = [{ aud: 'x.example' }, { iat: NOW - 100 }, { orig: { tn: '1' } }];
    for (const claims of faults) await retrieve96({ claims });
    expect(world.fetched).toEqual([]);
    await retrieve96();
    await retrieve96();
    expect(world.fetched).toEqual([x5uOf('alpha')]);
  });

  it('may be of any public host where the operator says so', async () => {
    world = createAtisWorld({ fetchesAnywhere: true });
    const header = { x5u: 'https://elsewhere.example/alpha.pem' };
    expect((await publish96([world.passport()], { header })).status).toBe(201);
    expect(world.fetched).toEqual(['https://elsewhere.example/alpha.pem']);
  });
});

describe('bounds', () => {
  it('a provider that asks too often gets 429, and others are not kept from asking', async () => {
    world = createAtisWorld({ requestsPerSecond: 3 });
    const statuses: number[] = [];
    for (let i = 0; i < 4; i++) statuses.push((await retrieve96()).status);
    expect(statuses).toEqual([404, 404, 404, 429]);
    expect((await retrieve105()).status).toBe(404);
    world.clock.advance(1);
    expect((await retrieve96()).status).toBe(404);
  });

  it('a record of tokens that is full, and a store that is full or fails: 503', async () => {
    world = createAtisWorld({}, { seen: { see: () => 'full' } });
    expect((await publish96([world.passport()])).status).toBe(503);
    world = createAtisWorld({}, { store: { add: () => 'full', list: () => [] } });
    expect((await publish96([world.passport()])).status).toBe(503);
    const failing = () => Promise.reject(new Error('the store is gone'));
    world = createAtisWorld({}, { store: { add: failing, list: failing } });
    expect((await publish96([world.passport()])).status).toBe(503);
    expect((await retrieve96()).status).toBe(503);
  });

  it('an answer holds so many PASSporTs and no more', async () => {
    for (let i = 0; i < 32; i++) await publish96([world.passport(), world.passport(), world.passport()]);
    const { passports } = JSON.parse((await retrieve96()).text) as { passports: string[] };
    expect(passports).toHaveLength(63);
  });

  it('and so many letters', async () => {
    const long = (): string => {
      const header = { alg: 'ES256', typ: 'passport', x5u: x5uOf('alpha') };
      const claims = { dest: { tn: [CALLED] }, iat: NOW, orig: { tn: CALLER }, more: randomUUID() };
      const filled = { ...claims, fill: 'x'.repeat(11_000) };
      return signCompactJws(JSON.stringify(header), JSON.stringify(filled), alpha.key);
    };
    const { length } = long();
    for (let i = 0; i < 20; i++) expect((await publish96([long()])).status).toBe(201);
    const { passports } = JSON.parse((await retrieve96()).text) as { passports: string[] };
    expect(passports).toHaveLength(Math.floor(262_144 / length));
    expect(passports.length).toBeLessThan(20);
  });

  it('whoever sends its body too slowly is told so, and that is the end of the answer', async () => {
    const passport = world.passport();
    const session = connectHttp2(server.origin, { ca });
    const token = tokenOf(publishClaims(NOW, [passport]));
    const stream = session.request({
      ':method': 'POST',
      ':path': PATH_96,
      ...headersOf({ token, body: '' }),
    });
    const ended = new Promise((resolve) => stream.on('end', resolve));
    stream.resume().write('{"pass');
    const status = await new Promise((resolve) =>
      stream.on('response', (fields) => resolve(fields[':status'])),
    );
    expect(status).toBe(408);
    await ended;
    session.destroy();
  });

  it('a refusal leaves the connection of HTTP/1.1 open, unless a body is left unread', async () => {
    expect((await overHttp1({})).headers.connection).toBe('keep-alive');
    expect((await overHttp1({ method: 'POST', body: '{}' })).headers.connection).toBe('close');
  });

  it('without a token no body is read', async () => {
    const session = connectHttp2(server.origin, { ca });
    const stream = session.request({ ':method': 'POST', ':path': PATH_96, ...headersOf({ body: '' }) });
    const status = await new Promise((resolve) =>
      stream.on('response', (fields) => resolve(fields[':status'])),
    );
    expect(status).toBe(401);
    stream.resume();
    stream.close();
    session.close();
  });

  it('nothing of a call is logged, whatever happens', async () => {
    const failing = () => {
      throw new Error('the store is gone');
    };
    world = createAtisWorld({}, { store: { add: failing, list: failing } });
    await publish96([world.passport()]);
    await retrieve96();
    expect(logged.join('')).not.toMatch(/1903246|1201377|eyJ/);
  });
});
