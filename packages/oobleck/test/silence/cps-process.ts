// A CPS in a process of its own, so that what the observer does moves none of its replies: one mailbox of four shards, of
// which one has a call in progress and one is full, over any store, and with a leak where a test plants one.
//
// Arguments: URL of the store, name of a leak or nothing. Tells where it listens, and on `contents` what its shards hold, as the
// owner reads it.

import { encodeBase64url } from '@oobleck/stir/bytes';
import { retractHash } from '@oobleck/stir/mailbox';
import { createReplySealer } from '@oobleck/stir/seal';
import { createCpsFace } from '../../src/cps/face/index.ts';
import type { CallPlacementService } from '../../src/cps/index.ts';
import { createTlsAuthority } from '../../src/lab/pki.ts';
import { createEventLog } from '../../src/operate/index.ts';
import { openStores } from '../../src/wiring/stores.ts';
import { createCalledParty, registerKeys } from '../called-party.ts';
import { serveLoopback } from '../loopback-server.ts';
import { createClock, createTestCps, crypto, mintTokens, tn } from '../network.ts';
import { BEAT_MS, FULL, type Leak, type Served, SHARDS } from './watched-cps.ts';

const [url, leak] = process.argv.slice(2) as [string, Leak | undefined];
/** Redis counts time itself, and the clock here stands still. */
const RENEWED_MS = 20_000;

const clock = createClock();
const log = createEventLog({ level: 'silent' });
const stores = await openStores(url, { now: clock.ms, path: (path) => path, log });
const store = stores.mailboxes;
const { carrier, anchors } = await createCalledParty('1-12155560000-5000');
const cps = createTestCps({ clock, anchors, parts: { store } });
const holder = await registerKeys(carrier, clock, cps.directory, { shards: 4 });
const key = holder.keysFor(tn('12155560000'))[0]!;

/** @returns the secret that takes it back */
async function deposit(shard: number): Promise<Uint8Array> {
  const secret = crypto.randomBytes(32);
  const outcome = await cps.service.deposit({
    mailboxId: key.mailboxId,
    shard,
    tokens: mintTokens('cps.example', 1),
    lifetimeSeconds: 60,
    retractHash: retractHash(crypto, secret),
    blob: crypto.randomBytes(2_048),
  });
  if (outcome !== 'created') throw new Error(`a deposit was refused: ${outcome}`);
  return secret;
}

let ofCall = await deposit(SHARDS.call);
for (let blobs = 0; blobs < FULL + 10; blobs++) await deposit(SHARDS.full);
const renew = async (): Promise<void> => {
  const before = ofCall;
  [ofCall] = await Promise.all([deposit(SHARDS.call), deposit(SHARDS.full)]);
  await cps.service.retract([before]);
};
const renewing = setInterval(() => void renew(), RENEWED_MS);

const sent = new Map<string, Uint8Array>();
/** Sees what a CPS knows, and changes what it sends. */
const LEAKS: Record<
  Leak,
  (reply: Uint8Array, blobs: number, shard: string) => Uint8Array | Promise<Uint8Array>
> = {
  length: (reply, blobs) => (blobs < FULL ? reply : Buffer.concat([reply, Uint8Array.of(0)])),
  count(reply, blobs) {
    reply[100] = Math.min(blobs, 255);
    return reply;
  },
  async time(reply, blobs) {
    if (blobs >= FULL) await new Promise((resolve) => setTimeout(resolve, BEAT_MS));
    return reply;
  },
  repetition(reply, blobs, shard) {
    if (blobs === 0 && sent.has(shard)) return sent.get(shard)!;
    sent.set(shard, reply);
    return reply;
  },
};

const leaking = (spoil: (typeof LEAKS)[Leak]): CallPlacementService => ({
  ...cps.service,
  async retrieve(request) {
    const shard = `${encodeBase64url(request.mailboxId)}/${request.shard}`;
    const { blobs } = await store.list(shard, clock.ms());
    return spoil(await cps.service.retrieve(request), blobs.length, shard);
  },
});

const replies = createReplySealer(crypto);
/** Blobs on the first page, whether there is another, and whether some were dropped. */
async function contentsOf(shard: number): Promise<readonly [number, boolean, boolean]> {
  const address = Buffer.concat([key.mailboxId, Uint8Array.of(0, 0, 0, shard)]);
  const question = { address, nonce: crypto.randomBytes(16), page: 0 };
  const sealed = await cps.service.retrieve({ ...question, mailboxId: key.mailboxId, shard });
  const reply = replies.open(key.agreement, question, sealed)!;
  return [reply.items.length, reply.hasLaterPage, reply.isFlooded];
}

const tls = await createTlsAuthority({ nowMs: Date.now() });
const service = leak === undefined ? cps.service : leaking(LEAKS[leak]);
const server = await serveLoopback(tls, {
  hot: createCpsFace(service, { beatMs: BEAT_MS, workBeats: stores.workBeats }),
});
process.on('message', async () => {
  process.send!(await Promise.all([SHARDS.idle, SHARDS.call, SHARDS.full].map(contentsOf)));
});
process.on('disconnect', async () => {
  clearInterval(renewing);
  await server.close(200);
  await stores.close();
  process.exit(0);
});
const served: Served = { origin: server.origin, ca: tls.ca, mailboxId: encodeBase64url(key.mailboxId) };
process.send!(served);
