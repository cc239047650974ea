// Silence (RFC 8816 Sections 6.2 and 7.4): whoever asks a CPS, through its real HTTP face, about mailboxes of its choice
// cannot tell an idle one from one with a call in progress, a full one, one that its owner is reading at that moment, or
// one that does not exist. The observer asks about all of them in each round, in random order, so that the noise of the
// machine is the same for all; and the same observer finds each of four leaks planted in the service.

import { encodeBase64url } from '@oobleck/stir/bytes';
import { createReplySealer } from '@oobleck/stir/seal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCpsFace } from '../../src/cps/face/index.ts';
import type { CallPlacementService, RetrieveRequest } from '../../src/cps/index.ts';
import { createSafeClient, type HttpServer, type SafeClient } from '../../src/http/index.ts';
import { createTlsAuthority, type TlsAuthority } from '../../src/lab/pki.ts';
import type { OwnKey } from '../../src/verification/index.ts';
import { createCalledParty, registerKeys } from '../called-party.ts';
import { serveLoopback } from '../loopback-server.ts';
import { createClock, createTestCps, crypto, mintTokens, tn } from '../network.ts';
import { createObserver, type Observer } from './observer.ts';

const REPLIES = 10_000;
const REPLIES_WITH_LEAK = 1_000;
const BEAT_MS = 5;
/** So often each class is asked about in one round. */
const TIMES = 2;
const CLASSES = ['idle', 'call', 'full', 'read', 'unknown'] as const;
type Class = (typeof CLASSES)[number];
const SHARDS: Record<Exclude<Class, 'unknown'>, number> = { idle: 0, call: 1, full: 2, read: 3 };
const FULL = 256;

let tls: TlsAuthority;
let cps: ReturnType<typeof createTestCps>;
let key: OwnKey;
const closers: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  tls = await createTlsAuthority({ nowMs: Date.now() });
  const { carrier, anchors } = await createCalledParty('1-12155560000-5000');
  const clock = createClock();
  cps = createTestCps({ clock, anchors });
  const holder = await registerKeys(carrier, clock, cps.directory, { shards: 4 });
  key = holder.keysFor(tn('12155560000'))[0]!;
  await fill(SHARDS.call, 1);
  await fill(SHARDS.full, FULL + 10);
}, 60_000);

afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

async function fill(shard: number, count: number): Promise<void> {
  for (const token of mintTokens('cps.example', count)) {
    const bytes = { retractHash: crypto.randomBytes(32), blob: crypto.randomBytes(2_048) };
    const request = {
      mailboxId: key.mailboxId,
      shard,
      tokens: [token],
      lifetimeSeconds: 60,
      ...bytes,
    } as const;
    expect(await cps.service.deposit(request)).toBe('created');
  }
}

interface Party {
  readonly server: HttpServer;
  readonly poller: SafeClient;
  readonly owner: SafeClient;
}

async function serve(service: CallPlacementService): Promise<Party> {
  const server = await serveLoopback(tls, { hot: createCpsFace(service, { beatMs: BEAT_MS }) });
  const create = () => createSafeClient({ ca: [tls.ca], allowAddresses: ['127.0.0.1'] });
  const [poller, owner] = [create(), create()];
  closers.push(() => server.close(200), poller.close, owner.close);
  return { server, poller, owner };
}

function ask(client: SafeClient, { server }: Party, name: Class) {
  const mailbox = name === 'unknown' ? crypto.randomBytes(32) : key.mailboxId;
  const shard = name === 'unknown' ? 0 : SHARDS[name];
  const n = encodeBase64url(crypto.randomBytes(16));
  const url = `${server.origin}/mailboxes/${encodeBase64url(mailbox)}/${shard}/passports?page=0&n=${n}`;
  return client.request({ method: 'GET', url, deadlineMs: 20_000, maxResponseBytes: 131_072 });
}

async function watch(service: CallPlacementService, replies: number): Promise<Observer> {
  const party = await serve(service);
  const observer = createObserver();
  const warmUp = createObserver();
  const perRound = CLASSES.length * TIMES;
  for (let round = -10; round < replies / perRound; round++)
    await playRound(party, round < 0 ? warmUp : observer);
  return observer;
}

/** All classes equally often, in random order, at once; the owner reads its mailbox meanwhile, on its own connection. */
async function playRound(party: Party, observer: Observer): Promise<void> {
  const names = shuffled(Array.from({ length: TIMES }, () => CLASSES).flat());
  const owners = Array.from({ length: TIMES }, () => ask(party.owner, party, 'read'));
  const asked = names.map(async (name) => {
    const startedMs = performance.now();
    const reply = await ask(party.poller, party, name);
    return { name, reply, tookMs: performance.now() - startedMs };
  });
  const answers = await Promise.all(asked);
  await Promise.all(owners);
  const meanMs = answers.reduce((sum, { tookMs }) => sum + tookMs, 0) / answers.length;
  for (const { name, reply, tookMs } of answers) observer.see(name, { ...reply, timeMs: tookMs - meanMs });
}

function shuffled<T>(list: readonly T[]): T[] {
  return list
    .map((value) => ({ value, rank: Math.random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ value }) => value);
}

/** The service with a leak: `spoil` sees what a CPS knows and changes what it sends. */
function leaking(
  spoil: (reply: Uint8Array, blobs: number, request: RetrieveRequest) => Uint8Array | Promise<Uint8Array>,
): CallPlacementService {
  return {
    judge: (request) => cps.service.judge(request),
    place: (judged) => cps.service.place(judged),
    retract: (secrets) => cps.service.retract(secrets),
    async retrieve(request) {
      const shard = `${encodeBase64url(request.mailboxId)}/${request.shard}`;
      const { blobs } = await cps.store.list(shard, 0);
      return spoil(await cps.service.retrieve(request), blobs.length, request);
    },
  };
}

describe('silence of a CPS', () => {
  it(`R-01, R-02, R-03, R-04: ${REPLIES} replies: the owner's retrieval, a call in progress and a full mailbox change nothing`, async () => {
    const observer = await watch(cps.service, REPLIES);
    expect(observer.findings(), `largest |t| ${observer.largestT().toFixed(2)}`).toEqual([]);
  }, 240_000);

  it('and yet the owner finds the call in the very replies', async () => {
    const replies = createReplySealer(crypto);
    const counts = [0, 1, 2].map(async (shard) => {
      const address = Buffer.concat([key.mailboxId, Uint8Array.of(0, 0, 0, shard)]);
      const question = { address, nonce: crypto.randomBytes(16), page: 0 };
      const sealed = await cps.service.retrieve({ ...question, mailboxId: key.mailboxId, shard });
      const reply = replies.open(key.agreement, question, sealed)!;
      return [reply.items.length, reply.hasLaterPage, reply.isFlooded];
    });
    expect(await Promise.all(counts)).toEqual([
      [0, false, false],
      [1, false, false],
      [7, true, true],
    ]);
  });
});

describe('the same observer finds what is planted', () => {
  it.each<[string, string, CallPlacementService]>([
    [
      'length: a reply is longer by a byte for a full mailbox',
      'length',
      leaking((reply, blobs) => (blobs < FULL ? reply : Buffer.concat([reply, Uint8Array.of(0)]))),
    ],
    [
      'count: one byte says how many blobs there are',
      'bytes',
      leaking((reply, blobs) => {
        reply[100] = Math.min(blobs, 255);
        return reply;
      }),
    ],
    [
      'time: the reply for a full mailbox takes a beat more',
      'time',
      leaking(async (reply, blobs) => {
        if (blobs >= FULL) await new Promise((resolve) => setTimeout(resolve, BEAT_MS));
        return reply;
      }),
    ],
  ])(
    '%s',
    async (_, finding, service) => {
      expect((await watch(service, REPLIES_WITH_LEAK)).findings()).toContain(finding);
    },
    60_000,
  );

  it('repetition: what was sent for an idle mailbox is sent again', async () => {
    const sent = new Map<string, Uint8Array>();
    const service = leaking((reply, blobs, { mailboxId, shard }) => {
      const name = `${encodeBase64url(mailboxId)}/${shard}`;
      if (blobs === 0 && sent.has(name)) return sent.get(name)!;
      sent.set(name, reply);
      return reply;
    });
    expect((await watch(service, REPLIES_WITH_LEAK)).findings()).toContain('repetition');
  }, 60_000);
});
