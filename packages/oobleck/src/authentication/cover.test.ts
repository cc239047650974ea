import { type Deposit, sealDeposits } from '@oobleck/stir/placement';
import { createPassportSealer, isBlobLength } from '@oobleck/stir/seal';
import type { Token } from '@oobleck/stir/token';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CalledParty, createCalledParty, mirrorOf, registerKeys } from '../../test/called-party.ts';
import { createClock, createTestCps, crypto, mintTokens, tn } from '../../test/network.ts';
import type { DirectoryMirror } from '../directory/index.ts';
import type { KeyHolder } from '../verification/index.ts';
import { type CoverOptions, type CoverParts, createCover, type DepositSender } from './index.ts';

const NUMBERS = '1-12155560000-5000';
let clock: ReturnType<typeof createClock>;
let cps: ReturnType<typeof createTestCps>;
let mirror: DirectoryMirror;
let holder: KeyHolder;
let tokens: Token[];
let sent: { readonly deposit: Deposit; readonly tokens: readonly Token[] }[];
let retracted: Uint8Array[];
let scheduled: { readonly action: () => void; readonly delayMs: number }[];
let called: CalledParty;

beforeAll(async () => {
  called = await createCalledParty(NUMBERS);
});

beforeEach(async () => {
  clock = createClock();
  cps = createTestCps({ clock, anchors: called.anchors });
  holder = await registerKeys(called.carrier, clock, cps.directory, { shards: 4 });
  mirror = await mirrorOf(cps.directory, clock, called.anchors);
  tokens = mintTokens('cps.example', 40);
  [sent, retracted, scheduled] = [[], [], []];
});

const sender: DepositSender = {
  async send(_cps, deposit, spent) {
    sent.push({ deposit, tokens: spent });
    const { address, blob, retractHash, lifetimeSeconds } = deposit;
    const shard = new DataView(address.buffer, address.byteOffset).getUint32(32);
    const mailboxId = address.slice(0, 32);
    const request = { mailboxId, shard, tokens: spent, lifetimeSeconds, retractHash, blob };
    return (await cps.service.deposit(request)) === 'created' ? 'stored' : 'refused';
  },
  retract: async (_cps, secrets) => void retracted.push(...secrets),
};

function coverOf(options: Partial<CoverOptions> = {}, parts: Partial<CoverParts> = {}) {
  return createCover(
    {
      crypto,
      now: clock.ms,
      keys: mirror,
      credentials: mirror.credentials,
      purse: { take: (_cps, count) => (tokens.length < count ? undefined : tokens.splice(0, count)) },
      sender,
      tokens: () => tokens.length,
      schedule(action, delayMs) {
        const one = { action, delayMs };
        scheduled.push(one);
        return () => void scheduled.splice(scheduled.indexOf(one), 1);
      },
      ...parts,
    },
    { perHour: 3_600, reservedTokens: 10, deadlineMs: 5_000, ...options },
  );
}

describe('cover traffic', () => {
  it('S-12: is a deposit like that of a call: real mailbox, real seal, a token, and it says nothing', async () => {
    expect(await coverOf().send()).toBe('sent');
    const [{ deposit, tokens: spent }] = sent as [(typeof sent)[number]];
    const sealer = createPassportSealer(crypto);
    const envelope = { passports: ['x'.repeat(800)] };
    const keys = mirror.keysFor(tn('12155560000'));
    const order = { envelope, called: tn('12155560000'), keys, lifetimeSeconds: 30 } as const;
    const [real] = sealDeposits({ crypto, sealer }, order);
    const shapeOf = (one: Deposit) => [
      Object.keys(one).sort(),
      Object.values(one).map((value) => (value instanceof Uint8Array ? value.length : value)),
    ];
    expect(shapeOf(deposit)).toEqual(shapeOf(real!));
    expect(isBlobLength(deposit.blob.length)).toBe(true);
    expect(spent).toHaveLength(1);
    const own = holder.keysFor(tn('12155560000'))[0]!;
    expect(sealer.open(own.agreement, deposit.address, deposit.blob)).toEqual({ passports: [] });
  });

  it('S-12: goes to all numbers by lot, at moments that tell nothing, so many an hour', async () => {
    const cover = coverOf({ perHour: 360 });
    const shards = new Set<number>();
    for (let i = 0; i < 30; i++) {
      expect(await cover.send()).toBe('sent');
      shards.add(sent.at(-1)!.deposit.address.at(-1)!);
    }
    expect([...shards].sort()).toEqual([0, 1, 2, 3]);
    cover.start();
    const delays: number[] = [];
    for (let i = 0; i < 4_000; i++) {
      const { action, delayMs } = scheduled.pop()!;
      delays.push(delayMs);
      action();
    }
    cover.close();
    expect(scheduled).toEqual([]);
    const mean = delays.reduce((sum, delay) => sum + delay, 0) / delays.length;
    expect(mean / 10_000).toBeGreaterThan(0.9);
    expect(mean / 10_000).toBeLessThan(1.1);
    const short = delays.filter((delay) => delay < 10_000 * Math.LN2).length / delays.length;
    expect(Math.abs(short - 0.5)).toBeLessThan(0.05);
  });

  it('leaves the tokens that calls may need, and sends nothing without a key', async () => {
    tokens.splice(0, 30);
    expect(await coverOf().send()).toBe('reserve');
    expect([sent.length, tokens.length]).toEqual([0, 10]);
    tokens.push(...mintTokens('cps.example', 2));
    expect(await coverOf().send()).toBe('sent');
    expect(await coverOf({ reservedTokens: 0 }, { credentials: () => [] }).send()).toBe('no-key');
  });

  it('is taken back after a while where calls are', async () => {
    await coverOf().send();
    expect(scheduled).toEqual([]);
    await coverOf({ isRetracted: true }).send();
    expect(scheduled).toHaveLength(1);
    expect(scheduled[0]!.delayMs).toBeGreaterThanOrEqual(8_000);
    expect(scheduled[0]!.delayMs).toBeLessThan(28_000);
    scheduled[0]!.action();
    expect(retracted).toEqual([sent[1]!.deposit.retractSecret]);
  });

  it('that fails is no trouble to anybody', async () => {
    const away: DepositSender = { ...sender, send: async () => 'unavailable' };
    expect(await coverOf({}, { sender: away }).send()).toBe('failed');
    const broken: DepositSender = { ...sender, send: () => Promise.reject(new Error('broken')) };
    expect(await coverOf({}, { sender: broken }).send()).toBe('failed');
  });
});
