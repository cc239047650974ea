import { encodeBase64url } from '@oobleck/stir/bytes';
import {
  BATCH_PARTIAL_STATUS,
  BATCH_REQUEST_TYPE,
  BATCH_RESPONSE_TYPE,
  blindToken,
  encodeBatchRequest,
  encodeTokenRequest,
  ISSUER_DIRECTORY_PATH,
  ISSUER_DIRECTORY_TYPE,
  parseBatchResponse,
  parseIssuerDirectory,
  parseTokenResponse,
  storageChallenge,
  TOKEN_REQUEST_TYPE,
  TOKEN_RESPONSE_TYPE,
} from '@oobleck/stir/token';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createFastifyApp,
  createHttpServer,
  createSafeClient,
  type HttpServer,
  type SafeClient,
} from '../../http/index.ts';
import { createTlsAuthority } from '../../lab/pki.ts';
import { createEventLog } from '../../operate/index.ts';
import type { Issuer, PublishedKey } from '../index.ts';
import {
  CPS_AUTHORITY,
  type Credential,
  createCredential,
  createFixture,
  crypto,
  ISSUER_NAME,
} from '../issuer-fixture.ts';
import { addIssuerRoutes } from './index.ts';

let server: HttpServer;
let client: SafeClient;
let credential: Credential;
let stranger: Credential;
let fixture: ReturnType<typeof createFixture>;
let current: Issuer;
let keys: readonly PublishedKey[];
let logged: string[] = [];

beforeAll(async () => {
  const tls = await createTlsAuthority({ nowMs: Date.now() });
  [credential, stranger] = await Promise.all([createCredential('Provider'), createCredential('Stranger')]);
  const log = createEventLog({ destination: { write: (line) => void logged.push(line) } });
  const fastify = createFastifyApp({ log });
  addIssuerRoutes(fastify, {
    name: ISSUER_NAME,
    publishedKeys: () => current.publishedKeys(),
    directory: () => current.directory(),
    checkAttestation: (text, body) => current.checkAttestation(text, body),
    issue: (request) => current.issue(request),
  });
  await fastify.ready();
  const options = { host: '127.0.0.1', port: 0, tls: await tls.issueServer(), log };
  server = await createHttpServer({ ...options, fallback: fastify.handle });
  client = createSafeClient({ ca: [tls.ca], allowAddresses: ['127.0.0.1'] });
});
afterAll(async () => {
  await client.close();
  await server.close(200);
});
beforeEach(async () => {
  logged = [];
  fixture = createFixture(credential, { tokensPerDay: 5 });
  current = fixture.issuer;
  keys = await current.publishedKeys();
});

const blind = () =>
  blindToken({
    crypto,
    key: crypto.importTokenVerifyingKey(keys[0]!.spki),
    challenge: storageChallenge(ISSUER_NAME, CPS_AUTHORITY),
  });
const single = () => encodeTokenRequest(blind().request);

interface Ask {
  readonly method?: 'GET' | 'POST' | 'PUT';
  readonly path?: string;
  readonly type?: string | undefined;
  /** Left out: a good attestation over the body. */
  readonly authorization?: string | null;
}

async function ask(body: Uint8Array | undefined, more: Ask = {}) {
  const { method = 'POST', path = '/token-request' } = more;
  const type = 'type' in more ? more.type : TOKEN_REQUEST_TYPE;
  const given = more.authorization;
  const authorization = given === undefined ? `Bearer ${fixture.attest(body ?? new Uint8Array(0))}` : given;
  const reply = await client.request({
    method,
    url: `${server.origin}${path}`,
    headers: {
      ...(type === undefined ? {} : { 'content-type': type }),
      ...(authorization === null ? {} : { authorization }),
    },
    ...(body === undefined ? {} : { body }),
    deadlineMs: 5_000,
    maxResponseBytes: 100_000,
  });
  const isProblem = reply.headers['content-type'] === 'application/problem+json';
  const document = isProblem ? JSON.parse(Buffer.from(reply.body).toString()) : undefined;
  return { ...reply, document, slug: document?.type.replace('urn:oobleck:problem:', '') };
}

describe('the issuer’s directory', () => {
  it('lists the keys of today and tomorrow, and may be kept', async () => {
    const reply = await ask(undefined, {
      method: 'GET',
      path: ISSUER_DIRECTORY_PATH,
      type: undefined,
      authorization: null,
    });
    expect(reply.status).toBe(200);
    expect(reply.headers['content-type']).toBe(ISSUER_DIRECTORY_TYPE);
    expect(reply.headers['cache-control']).toBe('public, max-age=3600');
    const directory = parseIssuerDirectory(reply.body);
    expect(directory.keys.map(({ spki }) => encodeBase64url(spki))).toEqual(
      keys.map(({ spki }) => encodeBase64url(spki)),
    );
  });
});

describe('a token request', () => {
  it('is answered with what makes a token', async () => {
    const blinded = blind();
    const reply = await ask(encodeTokenRequest(blinded.request));
    expect([reply.status, reply.headers['content-type'], reply.headers['cache-control']]).toEqual([
      200,
      TOKEN_RESPONSE_TYPE,
      'no-store',
    ]);
    expect(blinded.finalize(parseTokenResponse(reply.body))).toBeDefined();
  });

  it('of many is answered for each, and with 206 where some could not be', async () => {
    const blinded = [blind(), blind()];
    const type = BATCH_REQUEST_TYPE;
    const whole = await ask(encodeBatchRequest(blinded.map(({ request }) => request)), { type });
    expect([whole.status, whole.headers['content-type']]).toEqual([200, BATCH_RESPONSE_TYPE]);
    const responses = parseBatchResponse(whole.body);
    expect(blinded.map((one, i) => one.finalize(responses[i]!))).not.toContain(undefined);
    const wrong = { ...blind().request, blindedMessage: new Uint8Array(256).fill(255) };
    const partial = await ask(encodeBatchRequest([blind().request, wrong]), { type });
    expect(partial.status).toBe(BATCH_PARTIAL_STATUS);
    expect(parseBatchResponse(partial.body).map((one) => one !== undefined)).toEqual([true, false]);
    const none = await ask(encodeBatchRequest([wrong]), { type });
    expect([none.status, none.slug]).toEqual([400, 'none-issued']);
  });

  it('over the quota: 429, for batches as for single ones', async () => {
    const type = BATCH_REQUEST_TYPE;
    const six = encodeBatchRequest(Array.from({ length: 6 }, () => blind().request));
    const refused = await ask(six, { type });
    expect([refused.status, refused.slug]).toEqual([429, 'quota-exceeded']);
    for (let i = 0; i < 5; i++) expect((await ask(single())).status).toBe(200);
    expect((await ask(single())).status).toBe(429);
    fixture.clock.now += 86_400;
    keys = await current.publishedKeys();
    expect((await ask(single())).status).toBe(200);
  });
});

describe('what is out of shape gets a problem document', () => {
  const attestedFor = (body: Uint8Array, changes: Parameters<typeof fixture.attest>[1]) => ({
    authorization: `Bearer ${fixture.attest(body, changes)}`,
  });
  const rows: [string, () => ReturnType<typeof ask>, number, string][] = [
    ['no type', () => ask(single(), { type: undefined }), 415, 'unsupported-media-type'],
    [
      'another type',
      () => ask(single(), { type: 'application/octet-stream' }),
      415,
      'unsupported-media-type',
    ],
    ['JSON', () => ask(Buffer.from('{}'), { type: 'application/json' }), 415, 'unsupported-media-type'],
    ['no body at all', () => ask(undefined, { type: undefined }), 415, 'unsupported-media-type'],
    ['an empty body', () => ask(new Uint8Array(0)), 422, 'malformed-token-request'],
    ['a byte short', () => ask(single().subarray(1)), 422, 'malformed-token-request'],
    ['a byte long', () => ask(Buffer.concat([single(), Buffer.of(0)])), 422, 'malformed-token-request'],
    [
      'another token type',
      () => ask(Uint8Array.from(single(), (byte, i) => (i === 1 ? 1 : byte))),
      422,
      'malformed-token-request',
    ],
    [
      'a batch of nothing',
      () => ask(new Uint8Array(0), { type: BATCH_REQUEST_TYPE }),
      422,
      'malformed-token-request',
    ],
    [
      'a single one as a batch',
      () => ask(single(), { type: BATCH_REQUEST_TYPE }),
      422,
      'malformed-token-request',
    ],
    ['too much', () => ask(new Uint8Array(16_385)), 413, 'content-too-large'],
    [
      'an unknown key',
      () => ask(Uint8Array.from(single(), (byte, i) => (i === 2 ? byte ^ 0x55 : byte))),
      422,
      'unknown-key',
    ],
    [
      'a message not below n',
      () => ask(Uint8Array.from(single(), (byte, i) => (i > 2 ? 255 : byte))),
      422,
      'unknown-key',
    ],
    ['no attestation', () => ask(single(), { authorization: null }), 401, 'not-attested'],
    ['an empty one', () => ask(single(), { authorization: 'Bearer ' }), 401, 'not-attested'],
    ['another scheme', () => ask(single(), { authorization: 'Basic eA==' }), 401, 'not-attested'],
    ['nonsense', () => ask(single(), { authorization: 'Bearer a.b.c' }), 401, 'not-attested'],
    [
      'one over another body',
      () => ask(single(), { authorization: `Bearer ${fixture.attest(single())}` }),
      401,
      'not-attested',
    ],
    [
      'one for another issuer',
      () => {
        const body = single();
        return ask(body, attestedFor(body, { audience: 'other.example' }));
      },
      401,
      'not-attested',
    ],
    [
      'an old one',
      () => {
        const body = single();
        return ask(body, attestedFor(body, { issuedAt: fixture.clock.now - 61 }));
      },
      401,
      'not-attested',
    ],
    [
      'one of a stranger',
      () => {
        const body = single();
        const other = createFixture(stranger);
        return ask(body, { authorization: `Bearer ${other.attest(body)}` });
      },
      401,
      'not-attested',
    ],
    ['GET', () => ask(undefined, { method: 'GET', type: undefined }), 405, 'method-not-allowed'],
    ['PUT', () => ask(single(), { method: 'PUT' }), 405, 'method-not-allowed'],
  ];

  it.each(rows)('%s', async (_name, send, status, slug) => {
    const reply = await send();
    expect([reply.status, reply.slug]).toEqual([status, slug]);
    expect(reply.headers['cache-control']).toBe('no-store');
    expect(reply.document.status).toBe(status);
    expect(logged).toEqual([]);
  });

  it('an attestation serves once', async () => {
    const body = single();
    const authorization = `Bearer ${fixture.attest(body)}`;
    expect((await ask(body, { authorization })).status).toBe(200);
    const again = await ask(body, { authorization });
    expect([again.status, again.document.detail]).toEqual([401, 'What failed: replayed.']);
  });

  it('damaged requests and attestations, 300 times, draw nothing and are no 500', async () => {
    const body = single();
    const attestation = fixture.attest(body);
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.nat(), fc.integer({ min: 1, max: 127 }), async (isBody, at, xor) => {
        const bytes = isBody ? Buffer.from(body) : Buffer.from(attestation);
        bytes[at % bytes.length]! ^= xor;
        const text = bytes.toString('latin1');
        if (!isBody && !/^[!-~]+$/.test(text)) return;
        const reply = isBody
          ? await ask(bytes, { authorization: `Bearer ${attestation}` })
          : await ask(body, { authorization: `Bearer ${text}` });
        expect([reply.status, reply.slug]).toEqual([401, 'not-attested']);
      }),
      { numRuns: 300 },
    );
    expect(logged).toEqual([]);
    expect((await ask(body, { authorization: `Bearer ${attestation}` })).status).toBe(200);
  });
});
