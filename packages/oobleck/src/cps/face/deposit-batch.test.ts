import { concatBytes, encodeBase64url } from '@oobleck/stir/bytes';
import { encodeAddress } from '@oobleck/stir/mailbox';
import { createPassportSealer } from '@oobleck/stir/seal';
import { encodeToken, type Token } from '@oobleck/stir/token';
import { Client } from 'undici';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CalledParty, createCalledParty, registerKeys } from '../../../test/called-party.ts';
import {
  type Clock,
  createClock,
  createTestCps,
  crypto,
  mintTokens,
  NOW,
  tn,
} from '../../../test/network.ts';
import { createHttpServer, type HttpServer } from '../../http/index.ts';
import { createTlsAuthority } from '../../lab/pki.ts';
import { createEventLog } from '../../operate/index.ts';
import type { OwnKey } from '../../verification/index.ts';
import type { CallPlacementService, DepositRequest } from '../index.ts';
import { depositBatch, MAXIMUM_DEPOSITS, parseBatch } from './deposit-batch.ts';
import { createCpsFace } from './index.ts';

const TYPE = 'application/vnd.stir-oob.deposits';
const sealer = createPassportSealer(crypto);

let server: HttpServer;
let closed: HttpServer;
let clients: Record<1 | 2, Client>;
let clock: Clock;
let cps: ReturnType<typeof createTestCps>;
let key: OwnKey;
let credential: string;
let called: CalledParty;
let isFull = false;
let ca: string;

beforeAll(async () => {
  const tls = await createTlsAuthority({ nowMs: Date.now() });
  ca = tls.ca;
  called = await createCalledParty('2-12155551213');
  const log = createEventLog({ level: 'silent' });
  const service = {
    judge: (request: never) => cps.service.judge(request),
    place: (judged: never) => cps.service.place(judged),
    retrieve: (request: never) => cps.service.retrieve(request),
    retract: (secrets: never) => cps.service.retract(secrets),
  };
  const listen = { host: '127.0.0.1', port: 0, tls: await tls.issueServer(), log };
  const hot = createCpsFace(service, { batchDeposits: true, isFull: () => isFull });
  server = await createHttpServer({ ...listen, hot });
  closed = await createHttpServer({ ...listen, hot: createCpsFace(service) });
  clients = { 1: clientOf(server, false), 2: clientOf(server, true) };
  const holder = await registerKeys(called.carrier, createClock(), {
    register: async (text) => {
      credential = text;
    },
  });
  key = holder.keysFor(tn('12155551213'))[0]!;
});
afterAll(async () => {
  await Promise.all([clients[1].destroy(), clients[2].destroy()]);
  await Promise.all([server.close(200), closed.close(200)]);
});
beforeEach(async () => {
  clock = createClock();
  isFull = false;
  cps = createTestCps({ clock, anchors: called.anchors, authority: new URL(server.origin).host });
  await cps.directory.register(credential);
});

function clientOf({ origin }: HttpServer, allowH2: boolean): Client {
  return new Client(origin, { allowH2, connect: { ca } });
}

interface Item {
  readonly mailboxId?: Uint8Array;
  readonly shard?: number;
  readonly lifetime?: number;
  readonly tokens?: readonly Token[];
  readonly blob?: Uint8Array;
}

const tokensOf = (count: number) => mintTokens(new URL(server.origin).host, count);
const blobOf = () => sealer.seal(key.form.publicKey, encodeAddress(key.mailboxId, 0), { passports: ['a'] });

function itemOf({
  mailboxId = key.mailboxId,
  shard = 0,
  lifetime = 30,
  tokens = tokensOf(1),
  blob = blobOf(),
}: Item): Uint8Array {
  return concatBytes(
    encodeAddress(mailboxId, shard),
    new Uint8Array(32),
    Uint8Array.of(lifetime, tokens.length),
    ...tokens.map(encodeToken),
    Uint8Array.of(blob.length >>> 8, blob.length & 0xff),
    blob,
  );
}

const batchOf = (items: readonly Uint8Array[]) => concatBytes(Uint8Array.of(items.length), ...items);

async function send(client: Client, body: Uint8Array, type = TYPE) {
  const reply = await client.request({
    path: '/deposits',
    method: 'POST',
    headers: { 'content-type': type },
    body,
  });
  const bytes = Buffer.from(await reply.body.bytes());
  const statuses = Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readUInt16BE(2 * i));
  return { status: reply.statusCode, bytes, headers: reply.headers, statuses };
}

const stored = () => cps.store.list(`${encodeBase64url(key.mailboxId)}/0`, clock.ms()).blobs.length;

describe.each([1, 2] as const)('POST /deposits over HTTP/%i', (version) => {
  it('each deposit has the status that it would have alone', async () => {
    const [spent, twice] = tokensOf(2);
    await send(clients[version], batchOf([itemOf({ tokens: [spent!] })]));
    const forged = { ...tokensOf(1)[0]!, authenticator: new Uint8Array(256).fill(9) };
    const { status, statuses, headers } = await send(
      clients[version],
      batchOf([
        itemOf({}),
        itemOf({ lifetime: 15 }),
        itemOf({ blob: new Uint8Array(2_047) }),
        itemOf({ tokens: [] }),
        itemOf({ tokens: [forged] }),
        itemOf({ mailboxId: new Uint8Array(32) }),
        itemOf({ mailboxId: new Uint8Array(32), tokens: [forged] }),
        itemOf({ shard: 1 }),
        itemOf({ tokens: [spent!] }),
        itemOf({ tokens: [twice!, twice!] }),
        itemOf({ tokens: tokensOf(8) }),
      ]),
    );
    expect([status, headers['content-type']]).toEqual([200, TYPE]);
    expect(statuses).toEqual([201, 422, 422, 401, 401, 404, 401, 404, 409, 422, 201]);
    expect(stored()).toBe(3);
  });

  it('the same request again is honoured and stores nothing twice', async () => {
    const body = batchOf([itemOf({}), itemOf({})]);
    for (let i = 0; i < 2; i++) expect((await send(clients[version], body)).statuses).toEqual([201, 201]);
    expect(stored()).toBe(2);
  });

  it('one token in two deposits of a request is spent on the first', async () => {
    const tokens = tokensOf(1);
    const { statuses } = await send(clients[version], batchOf([itemOf({ tokens }), itemOf({ tokens })]));
    expect(statuses).toEqual([201, 409]);
  });

  it.each([
    ['none', () => Uint8Array.of(0)],
    ['nothing', () => new Uint8Array(0)],
    ['65', () => concatBytes(Uint8Array.of(65), new Uint8Array(1_000))],
    ['fewer than it says', () => concatBytes(Uint8Array.of(2), itemOf({}))],
    ['one cut off', () => batchOf([itemOf({})]).subarray(0, -1)],
    ['bytes behind', () => concatBytes(batchOf([itemOf({})]), Uint8Array.of(0))],
    ['nine tokens', () => batchOf([itemOf({ tokens: tokensOf(9) })])],
  ])('%s is malformed as a whole, and nothing is stored', async (_, bodyOf) => {
    const { status, bytes } = await send(clients[version], bodyOf());
    expect([status, JSON.parse(String(bytes)).type]).toEqual([400, 'urn:oobleck:problem:invalid-batch']);
    expect(stored()).toBe(0);
  });

  it('another type, another method, too much, and no room are refused', async () => {
    const client = clients[version];
    expect((await send(client, batchOf([itemOf({})]), 'application/json')).status).toBe(415);
    const got = await client.request({ path: '/deposits', method: 'GET' });
    expect([got.statusCode, got.headers.allow]).toEqual([405, 'POST']);
    await got.body.dump();
    isFull = true;
    const full = await send(client, batchOf([itemOf({})]));
    expect([full.status, full.headers['retry-after']]).toEqual([503, '1']);
    isFull = false;
    expect(stored()).toBe(0);
    const large = clientOf(server, version === 2);
    expect((await send(large, new Uint8Array(800_000))).status).toBe(413);
    await large.destroy();
  });

  it('is not there unless it is switched on', async () => {
    const off = clientOf(closed, version === 2);
    expect((await send(off, batchOf([itemOf({})]))).status).toBe(404);
    await off.destroy();
  });
});

it('where one throws, nothing is told before those under way have read what they were lent', async () => {
  const items = parseBatch(batchOf([itemOf({}), itemOf({}), itemOf({})]));
  let release = (): void => undefined;
  const held = new Promise<'created'>((resolve) => {
    release = () => resolve('created');
  });
  const told: unknown[] = [];
  let asked = 0;
  const judge = (request: DepositRequest) => ({ request, tokens: [] });
  const place = () => {
    if (++asked === 2) throw new Error('away');
    return held;
  };
  const tell = (what: unknown): void => void told.push(what);
  depositBatch({ judge, place }, items, tell, tell);
  await new Promise((resolve) => setImmediate(resolve));
  expect([asked, told]).toEqual([2, []]);
  release();
  await expect.poll(() => told).toEqual([new Error('away')]);
});

it('64 deposits are stored in slices, and a store that is away answers 503 for each', async () => {
  const items = parseBatch(batchOf(Array.from({ length: MAXIMUM_DEPOSITS }, () => itemOf({}))));
  const { judge } = cps.service;
  const run = (place: CallPlacementService['place']) =>
    new Promise<Uint8Array>((resolve, reject) => depositBatch({ judge, place }, items, resolve, reject));
  const statuses = async (place: CallPlacementService['place']) =>
    new Set(new Uint16Array((await run(place)).slice().buffer));
  const swapped = (status: number) => ((status & 0xff) << 8) | (status >>> 8);
  let turns = 0;
  const turn = (): void => {
    turns++;
    if (turns < 1_000) setImmediate(turn);
  };
  setImmediate(turn);
  expect(await statuses(cps.service.place)).toEqual(new Set([swapped(201)]));
  expect(turns).toBeGreaterThanOrEqual(3);
  turns = 1_000;
  expect(await statuses(async () => 'unavailable' as const)).toEqual(new Set([swapped(503)]));
  await expect(statuses(() => Promise.reject(new Error('away')))).rejects.toThrow('away');
  expect(NOW).toBeLessThanOrEqual(clock.seconds());
});
