import { StirError } from '@oobleck/stir';
import { encodeBase64url } from '@oobleck/stir/bytes';
import { parseLifetime, shardOf, splitAddress } from '@oobleck/stir/mailbox';
import { createReplySealer } from '@oobleck/stir/seal';
import { encodeToken, parseToken } from '@oobleck/stir/token';
import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CalledParty, createCalledParty, registerKeys } from '../../test/called-party.ts';
import {
  type Clock,
  createClock,
  createTestCps,
  crypto,
  DAY,
  mintTokens,
  NOW,
  tn,
} from '../../test/network.ts';
import type { KeyHolderOptions, OwnKey } from '../verification/index.ts';
import type { CallPlacementParts, DepositRequest } from './index.ts';

const NUMBER = tn('12155560000');
const AUTHORITY = 'cps.example';
const replies = createReplySealer(crypto);

let called: CalledParty;
let clock: Clock;
let cps: ReturnType<typeof createTestCps>;
let key: OwnKey;

beforeAll(async () => {
  called = await createCalledParty('1-12155560000-5000');
});
beforeEach(() => start());

async function start(parts: Partial<CallPlacementParts> = {}): Promise<void> {
  clock = createClock();
  cps = createTestCps({ clock, anchors: called.anchors, parts });
  key = await registerKey({ shards: 4, replyBytes: 65_536 });
}

async function registerKey(options: Partial<KeyHolderOptions> = {}): Promise<OwnKey> {
  const holder = await registerKeys(called.carrier, clock, cps.directory, options);
  return holder.keysFor(NUMBER)[0]!;
}

const requestOf = (more: Partial<DepositRequest> = {}): DepositRequest => ({
  mailboxId: key.mailboxId,
  shard: 2,
  tokens: mintTokens(AUTHORITY, 1),
  lifetimeSeconds: 30,
  retractHash: crypto.randomBytes(32),
  blob: crypto.randomBytes(2_048),
  ...more,
});

async function contents(shard = 2) {
  const nonce = crypto.randomBytes(16);
  const sealed = await cps.service.retrieve({ mailboxId: key.mailboxId, shard, page: 0, nonce });
  const address = Buffer.concat([key.mailboxId, Uint8Array.of(0, 0, 0, shard)]);
  expect(splitAddress(address).shard).toBe(shard);
  return { sealed, opened: replies.open(key.agreement, { address, nonce, page: 0 }, sealed) };
}

describe('spending and storing', () => {
  it('of requests that race with one token, one is created; of repetitions all are, once', async () => {
    const tokens = mintTokens(AUTHORITY, 1);
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () => cps.service.deposit(requestOf({ tokens }))),
    );
    expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'token-spent')).toHaveLength(19);
    const request = requestOf();
    const again = await Promise.all(Array.from({ length: 20 }, () => cps.service.deposit(request)));
    expect(new Set(again)).toEqual(new Set(['created']));
    expect((await contents()).opened!.items).toHaveLength(2);
  });

  it('a request is address, retract hash, lifetime, stake and bytes: each makes it another', async () => {
    const { mailboxId: twin } = await registerKey({ shards: 4 });
    const request = requestOf();
    expect(await cps.service.deposit(request)).toBe('created');
    const others: Partial<DepositRequest>[] = [
      { mailboxId: twin },
      { shard: 3 },
      { retractHash: new Uint8Array(32) },
      { lifetimeSeconds: 60 },
      { blob: new Uint8Array(2_048) },
      { tokens: [...request.tokens, ...mintTokens(AUTHORITY, 1)] },
    ];
    for (const other of others)
      expect(await cps.service.deposit({ ...request, ...other })).toBe('token-spent');
  });

  it('a token of the stake is spent like the first', async () => {
    const [first, second] = mintTokens(AUTHORITY, 2);
    expect(await cps.service.deposit(requestOf({ tokens: [first!, second!] }))).toBe('created');
    expect(await cps.service.deposit(requestOf({ tokens: [second!] }))).toBe('token-spent');
    expect(await cps.service.deposit(requestOf({ tokens: [first!] }))).toBe('token-spent');
  });

  it('a deposit refused for a token of its stake keeps its others', async () => {
    const [used, good] = mintTokens(AUTHORITY, 2);
    expect(await cps.service.deposit(requestOf({ tokens: [used!] }))).toBe('created');
    expect(await cps.service.deposit(requestOf({ tokens: [good!, used!] }))).toBe('token-spent');
    expect(await cps.service.deposit(requestOf({ tokens: [good!] }))).toBe('created');
  });

  it('a record or a store that fails costs nothing: the same request again is stored once', async () => {
    let until = 0;
    const flaky = <T>(act: () => T): T => {
      if (until-- === 0) throw new Error('away');
      return act();
    };
    const inner = createTestCps({ clock: createClock(), anchors: called.anchors });
    await start({
      spent: { spend: async (...spend) => flaky(() => inner.spent.spend(...spend)) },
      store: { ...inner.store, add: (...add) => flaky(() => inner.store.add(...add)) },
    });
    const tokens = mintTokens(AUTHORITY, 3);
    const request = requestOf({ tokens });
    // Spending fails, then storing does.
    for (let step = 0; step < 2; step++) {
      until = step;
      expect(await cps.service.deposit(request)).toBe('unavailable');
    }
    expect(await cps.service.deposit(request)).toBe('created');
    expect((await contents()).opened!.items).toHaveLength(1);
    expect(await cps.service.deposit(requestOf({ tokens: [tokens[2]!] }))).toBe('token-spent');
  });

  it('a repetition after the end of the first stores nothing, and tells no stream of it', async () => {
    const request = requestOf({ lifetimeSeconds: 10 });
    expect(await cps.service.deposit(request)).toBe('created');
    clock.advance(10);
    cps.store.sweep(clock.ms() + 1_000);
    expect(cps.store.size).toBe(0);
    const told: string[] = [];
    cps.store.watch(encodeBase64url(key.mailboxId), (_shard, { id }) => void told.push(id));
    expect(await cps.service.deposit(request)).toBe('created');
    expect(told).toEqual([]);
    expect(cps.store.size).toBe(0);
    expect(await cps.service.deposit(requestOf())).toBe('created');
    expect(told).toHaveLength(1);
  });

  it('what was staked outlives a flood of what was not, and stands before it', async () => {
    const staked = requestOf({ tokens: mintTokens(AUTHORITY, 3) });
    expect(await cps.service.deposit(staked)).toBe('created');
    for (const one of mintTokens(AUTHORITY, 300))
      expect(await cps.service.deposit(requestOf({ tokens: [one] }))).toBe('created');
    const { blobs, isFlooded } = cps.store.list(`${encodeBase64url(key.mailboxId)}/2`, clock.ms());
    expect([blobs.length, isFlooded]).toEqual([256, true]);
    expect(blobs.filter(({ stake }) => stake === 2).map(({ bytes }) => Buffer.from(bytes))).toEqual([
      Buffer.from(staked.blob),
    ]);
    for (let asked = 0; asked < 5; asked++)
      expect(Buffer.from((await contents()).opened!.items[0]!.blob)).toEqual(Buffer.from(staked.blob));
  });

  it.each([
    [
      'at once',
      (): never => {
        throw new Error('away');
      },
    ],
    ['later', () => Promise.reject(new Error('away'))],
  ])(
    'a store that fails %s: a retrieval looks like one of an empty shard, a retraction like any other',
    async (_how, fail) => {
      const { store } = createTestCps({ clock: createClock(), anchors: called.anchors });
      await start({ store: { ...store, list: fail, retract: fail } });
      const { sealed, opened } = await contents();
      expect(sealed).toHaveLength(65_536);
      expect(opened).toEqual({ hasLaterPage: false, isFlooded: false, items: [] });
      expect(await cps.service.retract([crypto.randomBytes(32)])).toBeUndefined();
    },
  );

  it('no token at all is a bad one, and so is one of a day that is over', async () => {
    expect(await cps.service.deposit(requestOf({ tokens: [] }))).toBe('bad-token');
    const tokens = mintTokens(AUTHORITY, 2);
    clock.advance(DAY + 599);
    const { mailboxId } = await registerKey();
    expect(await cps.service.deposit(requestOf({ mailboxId, shard: 0, tokens: [tokens[0]!] }))).toBe(
      'created',
    );
    clock.advance(1);
    expect(await cps.service.deposit(requestOf({ mailboxId, shard: 0, tokens: [tokens[1]!] }))).toBe(
      'bad-token',
    );
  });

  it('tokens damaged anywhere deposit nothing, 1000 times', async () => {
    const [token] = mintTokens(AUTHORITY, 1);
    const good = encodeToken(token!);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 353 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, xor) => {
          const bytes = Uint8Array.from(good);
          bytes[at]! ^= xor;
          expect(await cps.service.deposit(requestOf({ tokens: [parseToken(bytes)] }))).toBe('bad-token');
        },
      ),
      { numRuns: 1_000 },
    );
    expect(await cps.service.deposit(requestOf({ tokens: [token!] }))).toBe('created');
  });
});

describe('mailboxes', () => {
  it('R-05: replies have the length of the mailbox’s form; shards keep apart', async () => {
    await cps.service.deposit(requestOf({ shard: 2 }));
    for (const shard of [0, 1, 2, 3]) {
      const { sealed, opened } = await contents(shard);
      expect(sealed).toHaveLength(65_536);
      expect(opened!.items.map((item) => item.shard)).toEqual(shard === 2 ? [2] : []);
    }
    expect((await contents(4)).sealed).toHaveLength(16_384);
  });

  it('R-05: one question brings what lies there for all numbers of a shard, and for none of another', async () => {
    const numbers = Array.from({ length: 64 }, (_, i) => tn(String(12_155_000_100 + i)));
    const placed = numbers.map((number) => {
      const shard = shardOf(crypto, key.mailboxId, 4, number);
      return requestOf({ shard, blob: crypto.randomBytes(2_048) });
    });
    for (const request of placed) expect(await cps.service.deposit(request)).toBe('created');
    const blobsOf = (some: readonly { readonly blob: Uint8Array }[]) =>
      some.map(({ blob }) => encodeBase64url(blob)).sort();
    for (const shard of [0, 1, 2, 3]) {
      const expected = placed.filter((request) => request.shard === shard);
      expect(expected.length).toBeGreaterThan(1);
      expect(blobsOf((await contents(shard)).opened!.items)).toEqual(blobsOf(expected));
    }
  });

  it('shards that the mailbox does not have take nothing', async () => {
    expect(await cps.service.deposit(requestOf({ shard: 4 }))).toBe('unknown-mailbox');
    expect(await cps.service.deposit(requestOf({ mailboxId: new Uint8Array(32) }))).toBe('unknown-mailbox');
    expect(cps.store.size).toBe(0);
  });

  it('S-10: nothing is kept for longer than 60 seconds, and nothing longer can be asked for', async () => {
    await cps.service.deposit(requestOf({ lifetimeSeconds: 60 }));
    clock.advance(59);
    expect((await contents()).opened!.items).toHaveLength(1);
    clock.advance(1);
    expect((await contents()).opened!.items).toEqual([]);
    for (const text of ['61', '120', '3600', '-1', '060'])
      expect(() => parseLifetime(text)).toThrow(StirError);
  });

  it('deposits end with the credential; what lies there can be read for as long as the key is kept', async () => {
    clock.advance(DAY - 1);
    const lifetimeSeconds = 60;
    expect(await cps.service.deposit(requestOf({ lifetimeSeconds }))).toBe('created');
    for (const seconds of [1, 58]) {
      clock.advance(seconds);
      await cps.directory.sweep();
      expect(await cps.service.deposit(requestOf())).toBe('unknown-mailbox');
      expect((await contents()).opened!.items).toHaveLength(1);
    }
    clock.advance(61);
    await cps.directory.sweep();
    expect((await contents()).opened!.items).toEqual([]);
    clock.advance(1);
    const { sealed, opened } = await contents();
    expect([sealed.length, opened]).toEqual([16_384, undefined]);
  });
});

it('S-06, S-09: what is stored names nobody: no token, no number', async () => {
  const [token] = mintTokens(AUTHORITY, 1);
  await cps.service.deposit(requestOf({ tokens: [token!] }));
  const { blobs } = cps.store.list(`${encodeBase64url(key.mailboxId)}/2`, NOW * 1000);
  const text = JSON.stringify(blobs);
  for (const part of [token!.nonce, token!.authenticator, token!.keyId])
    expect(text).not.toContain(encodeBase64url(part));
  expect(Object.keys(blobs[0]!).sort()).toEqual([
    'bytes',
    'depositedAtMs',
    'expiresAtMs',
    'hash',
    'id',
    'retractHash',
    'stake',
  ]);
});
