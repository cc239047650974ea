import { StirError } from '@oobleck/stir';
import { encodeBase64url } from '@oobleck/stir/bytes';
import { addressOf, parseLifetime, shardOf, splitAddress } from '@oobleck/stir/mailbox';
import { createPassportSigner } from '@oobleck/stir/passport';
import { createPassportSealer, createReplySealer } from '@oobleck/stir/seal';
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
import { decodeBlobRecord, encodeBlobRecord } from '../store/blob-record.ts';
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
  it('S-08: of requests that race with one token, one is created; of repetitions all are, once', async () => {
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
  it('replies have the length of the mailbox’s form; shards keep apart', async () => {
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
    expect(cps.store.sweep(clock.ms())).toBe(true);
    expect(cps.store.size).toBe(0);
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

describe('what is written down of a deposit', () => {
  const CALLER = tn('12025550199');
  const X5U = 'https://cr.example/provider.pem';
  const sealer = createPassportSealer(crypto);

  /** A PASSporT left for NUMBER, the request that left it, and its record as stores write it down. */
  async function leave() {
    const origin = { attestation: 'A', originationId: '0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d' } as const;
    const call = { originator: CALLER, destinations: [NUMBER], issuedAt: NOW };
    const passport = createPassportSigner(called.carrier.key, X5U).signShaken(call, origin);
    const address = addressOf(crypto, key.form, NUMBER);
    const { shard } = splitAddress(address);
    const blob = sealer.seal(key.form.publicKey, address, { passports: [passport] });
    const tokens = mintTokens(AUTHORITY, 3);
    const request = requestOf({ shard, tokens, blob });
    expect(await cps.service.deposit(request)).toBe('created');
    const { blobs } = cps.store.list(`${encodeBase64url(key.mailboxId)}/${shard}`, clock.ms());
    expect(blobs).toHaveLength(1);
    return { passport, address, request, tokens, record: encodeBlobRecord(blobs[0]!) };
  }

  /** How it may stand in a record: as it is, and in each usual spelling of bytes. */
  const spellings = (secret: string | Uint8Array): Buffer[] => {
    const bytes = Buffer.from(secret);
    const spelt = (['hex', 'base64', 'base64url'] as const).map((as) => Buffer.from(bytes.toString(as)));
    return [bytes, ...spelt];
  };
  const foundIn = (record: Buffer, secrets: readonly (string | Uint8Array)[]): string[] =>
    secrets
      .flatMap(spellings)
      .filter((one) => record.includes(one))
      .map(String);

  it('S-09: holds nothing of the tokens that paid for it, nor is it named after them', async () => {
    const { record, request, tokens } = await leave();
    const parts = tokens.flatMap((token) => [
      token.nonce,
      token.authenticator,
      token.keyId,
      token.challengeDigest,
      ...[token.nonce, token.authenticator].flatMap((part) => windowsOf(part, 8)),
    ]);
    expect(foundIn(record, parts)).toEqual([]);
    expect(decodeBlobRecord(record).stake).toBe(tokens.length - 1);
    expect(await cps.service.deposit({ ...request, tokens: mintTokens(AUTHORITY, 3) })).toBe('created');
    expect(cps.store.size, 'the same blob').toBe(1);
  });

  it('S-06, S-09: holds no number, nothing of the PASSporT and nothing of who calls', async () => {
    const { record, passport, address } = await leave();
    const envelope = sealer.open(key.agreement, address, decodeBlobRecord(record).bytes);
    expect(envelope?.passports, 'it is in there, sealed').toEqual([passport]);
    const parts = passport.split('.');
    const claims = parts.slice(0, 2).map((part) => Buffer.from(part, 'base64url'));
    const secrets = [CALLER, NUMBER, X5U, Buffer.from(parts[2]!, 'base64url')];
    const texts = [...parts.map((part) => Buffer.from(part)), ...claims];
    const windows = texts.flatMap((text) => windowsOf(text, 8));
    const there = foundIn(Buffer.from(passport), windows);
    expect(there.length, 'the search finds what is there').toBeGreaterThan(100);
    expect(foundIn(record, [...secrets, ...windows])).toEqual([]);
  });

  it('S-09: a record has the fields of a blob and no others', async () => {
    const { record } = await leave();
    const { id, retractHash, hash, bytes } = decodeBlobRecord(record);
    // Version, stake, two times, and a length before each of three names.
    expect(record).toHaveLength(18 + 5 + id.length + retractHash.length + hash.length + bytes.length);
    expect([id.length, retractHash.length, hash.length, bytes.length]).toEqual([43, 43, 32, 2_048]);
  });

  function windowsOf(bytes: Uint8Array, length: number): Uint8Array[] {
    return Array.from({ length: bytes.length - length + 1 }, (_, at) => bytes.subarray(at, at + length));
  }
});
