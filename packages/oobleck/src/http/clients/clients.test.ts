import type { IncomingHttpHeaders } from 'node:http';
import { encodeAddress } from '@oobleck/stir/mailbox';
import type { Deposit } from '@oobleck/stir/placement';
import { encodeToken, parsePrivateToken } from '@oobleck/stir/token';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { serveLoopback } from '../../../test/loopback-server.ts';
import { crypto, mintTokens } from '../../../test/network.ts';
import { readBody } from '../../../test/read-body.ts';
import { createTlsAuthority } from '../../lab/pki.ts';
import { createSafeClient, type HttpServer, type SafeClient } from '../index.ts';
import {
  createDepositSender,
  createDirectoryClient,
  createReplySource,
  createTokenTransport,
} from './index.ts';

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

let server: HttpServer;
let client: SafeClient;
let seen: Seen[] = [];
let answer: { status: number; headers?: Record<string, string>; body?: string | Uint8Array; hangs?: boolean };

beforeAll(async () => {
  const tls = await createTlsAuthority({ nowMs: Date.now() });
  server = await serveLoopback(tls, {
    fallback: async (request, response) => {
      const { method, url, headers } = request;
      seen.push({ method, url, headers, body: await readBody(request, 100_000, 1_000) });
      if (!answer.hangs) response.writeHead(answer.status, answer.headers).end(answer.body);
    },
  });
  client = createSafeClient({ ca: [tls.ca], allowAddresses: ['127.0.0.1'] });
});
afterAll(async () => {
  await client.close();
  await server.close(200);
});
beforeEach(() => {
  seen = [];
  answer = { status: 200 };
});

const id = crypto.randomBytes(32);
const address = encodeAddress(id, 7);
const path = `/mailboxes/${Buffer.from(id).toString('base64url')}/7/passports`;

const deposit = (): Deposit => ({
  address,
  cps: [server.origin],
  blob: crypto.randomBytes(2_048),
  retractSecret: crypto.randomBytes(32),
  retractHash: crypto.randomBytes(32),
  lifetimeSeconds: 20,
  stake: 0,
});

describe('the deposit sender', () => {
  it('writes the request as a CPS reads it, and nothing that names anybody', async () => {
    answer = { status: 201 };
    const one = deposit();
    const tokens = mintTokens('cps.example', 3);
    expect(await createDepositSender(client).send(server.origin, one, tokens, 2_000)).toBe('stored');
    const [{ method, url, headers, body }] = seen as [Seen];
    expect([method, url]).toEqual(['POST', path]);
    expect(Buffer.compare(body, one.blob)).toBe(0);
    expect(encodeToken(parsePrivateToken(headers.authorization!))).toEqual(encodeToken(tokens[0]!));
    const stake = tokens.slice(1).map((token) => `:${Buffer.from(encodeToken(token)).toString('base64')}:`);
    expect(headers['passport-stake']).toBe(stake.join(', '));
    expect(headers['passport-lifetime']).toBe('20');
    expect(headers['passport-retract']).toBe(Buffer.from(one.retractHash).toString('base64url'));
    const names = Object.keys(headers).filter((name) => !name.startsWith(':'));
    expect(names.sort()).toEqual([
      'accept-encoding',
      'authorization',
      'content-length',
      'content-type',
      ...(headers.host === undefined ? [] : ['host']),
      'passport-lifetime',
      'passport-retract',
      'passport-stake',
    ]);
  });

  it.each([
    [201, 'stored'],
    [200, 'refused'],
    [302, 'unavailable'],
    [401, 'refused'],
    [404, 'absent'],
    [409, 'refused'],
    [429, 'unavailable'],
    [500, 'unavailable'],
    [503, 'unavailable'],
  ])('%i is %s', async (status, outcome) => {
    answer = { status, ...(status === 302 ? { headers: { location: '/' } } : {}) };
    expect(await createDepositSender(client).send(server.origin, deposit(), mintTokens('a', 1), 2_000)).toBe(
      outcome,
    );
  });

  it('never rejects: a CPS that hangs, floods or is away is unavailable', async () => {
    const send = (cps: string) => createDepositSender(client).send(cps, deposit(), mintTokens('a', 1), 300);
    answer = { status: 201, hangs: true };
    expect(await send(server.origin)).toBe('unavailable');
    answer = { status: 201, body: new Uint8Array(100_000) };
    expect(await send(server.origin)).toBe('unavailable');
    expect(await send('https://127.0.0.1:1')).toBe('unavailable');
    expect(await send('https://10.0.0.1')).toBe('unavailable');
  });

  it('retracts with secrets alone', async () => {
    answer = { status: 204 };
    const secrets = [crypto.randomBytes(32), crypto.randomBytes(32)];
    await createDepositSender(client).retract(server.origin, secrets, 2_000);
    expect(seen).toMatchObject([{ method: 'POST', url: '/retractions' }]);
    expect(Buffer.compare(seen[0]!.body, Buffer.concat(secrets))).toBe(0);
  });
});

const SEALED_TYPE = { 'content-type': 'application/vnd.stir-oob.sealed-reply' };

describe('the reply source', () => {
  const nonce = crypto.randomBytes(16);
  const fetchReply = (replyBytes = 16_384, deadlineMs = 2_000) =>
    createReplySource(client).fetchReply({
      cps: server.origin,
      address,
      page: 3,
      nonce,
      replyBytes,
      deadlineMs,
    });

  it('asks without authorization and takes exactly the length', async () => {
    answer = { status: 200, headers: SEALED_TYPE, body: new Uint8Array(16_384).fill(7) };
    expect(await fetchReply()).toEqual(new Uint8Array(16_384).fill(7));
    expect(seen).toMatchObject([
      { method: 'GET', url: `${path}?page=3&n=${Buffer.from(nonce).toString('base64url')}` },
    ]);
    expect(seen[0]!.headers.authorization).toBeUndefined();
  });

  it.each([
    ['another status', { status: 404, headers: SEALED_TYPE, body: new Uint8Array(16_384) }],
    ['another type', { status: 200, body: new Uint8Array(16_384) }],
    ['a byte less', { status: 200, headers: SEALED_TYPE, body: new Uint8Array(16_383) }],
    ['a byte more', { status: 200, headers: SEALED_TYPE, body: new Uint8Array(16_385) }],
    ['nothing', { status: 200 }],
    ['a redirect', { status: 302, headers: { location: 'https://evil.example/' } }],
    ['silence', { status: 200, hangs: true }],
  ])('rejects %s', async (_name, given) => {
    answer = given;
    await expect(fetchReply(16_384, 300)).rejects.toThrow();
  });
});

describe('the directory client', () => {
  it.each([200, 201, 409])('%i: it, or a later one, is there', async (status) => {
    answer = { status };
    await createDirectoryClient(client).register(server.origin, 'a.b.c');
    expect(seen).toMatchObject([{ method: 'PUT', url: '/credentials' }]);
    expect(seen[0]!.headers['content-type']).toBe('application/jose');
    expect(Buffer.from(seen[0]!.body).toString()).toBe('a.b.c');
  });

  it.each([204, 400, 422, 500])('%i: it is not', async (status) => {
    answer = { status };
    await expect(createDirectoryClient(client).register(server.origin, 'a.b.c')).rejects.toThrow();
  });

  it('reads the lines it understands and leaves out the rest', async () => {
    const lines = [
      '{"cursor":1,"jws":"a.b.c"}',
      '',
      'nonsense',
      '{"cursor":"2","jws":"x"}',
      '{"cursor":2.5,"jws":"x"}',
      '{"jws":"x"}',
      '[]',
      '{"cursor":3,"cps":"https://cps.example","issuers":[{"name":"i","keys":["AAAA"]}]}',
      '{"cursor":4,"cps":"https://cps.example","issuers":[{"name":"i","keys":["not base64"]}]}',
      '{"cursor":4,"cps":"https://cps.example","issuers":[{"name":"i"}]}',
      '{"cursor":4,"cps":"https://cps.example","issuers":{}}',
      '{"cursor":4,"cps":1,"issuers":[]}',
      '{"cursor":5,"later":"thing"}',
      '{"cursor":6,"jws":"d.e.f"}',
    ];
    answer = { status: 200, body: lines.join('\n') };
    expect(await createDirectoryClient(client).fetchChanges(server.origin, 17)).toEqual([
      { cursor: 1, jws: 'a.b.c' },
      { cursor: 3, cps: 'https://cps.example', issuers: [{ name: 'i', keys: ['AAAA'] }] },
      { cursor: 6, jws: 'd.e.f' },
    ]);
    expect(seen[0]!.url).toBe('/credentials?since=17');
  });

  it('another status is no mirror', async () => {
    answer = { status: 500 };
    await expect(createDirectoryClient(client).fetchChanges(server.origin, 0)).rejects.toThrow();
  });
});

describe('the token transport', () => {
  it('gives status, bare media type and body, whatever the status', async () => {
    answer = { status: 422, headers: { 'content-type': 'Application/Problem+JSON; a=b' }, body: 'x' };
    const transport = createTokenTransport(client);
    const reply = { status: 422, contentType: 'application/problem+json', body: Uint8Array.of(120) };
    expect(await transport.post(`${server.origin}/token-request`, { a: 'b' }, Uint8Array.of(1))).toEqual(
      reply,
    );
    expect(seen[0]).toMatchObject({ method: 'POST', url: '/token-request', headers: { a: 'b' } });
    answer = { status: 200 };
    expect(await transport.get(`${server.origin}/x`)).toEqual({
      status: 200,
      contentType: '',
      body: new Uint8Array(0),
    });
  });

  it('rejects where there is no answer in time', async () => {
    answer = { status: 200, hangs: true };
    await expect(createTokenTransport(client, 200).get(`${server.origin}/x`)).rejects.toThrow();
  });
});
