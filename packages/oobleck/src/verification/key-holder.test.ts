import { equalBytes } from '@oobleck/stir/bytes';
import { parseKeyCredential } from '@oobleck/stir/credential';
import { addressOf } from '@oobleck/stir/mailbox';
import { parseTnEntry } from '@oobleck/stir/number';
import { createPassportSealer } from '@oobleck/stir/seal';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  anchorOf,
  type Carrier,
  type Clock,
  createAuthority,
  createCarrier,
  createClock,
  createTestCps,
  crypto,
  DAY,
  NOW,
  tn,
} from '../../test/network.ts';
import { createKeyHolder, type KeyHolderOptions, type StoredKey } from './index.ts';

const NUMBER = tn('12155551213');
const ENTRIES = [parseTnEntry('2-12155551213')];

let carrier: Carrier;
let anchor: ReturnType<typeof anchorOf>;
let clock: Clock;
let cps: ReturnType<typeof createTestCps>;
let registered: { origin: string; text: string }[];
let saved: { keys: readonly StoredKey[]; saves: number };
let refuses: (origin: string) => boolean;

beforeAll(async () => {
  const authority = await createAuthority();
  anchor = anchorOf(authority);
  carrier = await createCarrier(authority, ['2-12155551213', '1-12155560000-5000', '0-1234']);
});
beforeEach(() => {
  clock = createClock();
  cps = createTestCps({ clock, anchors: [anchor] });
  registered = [];
  saved = { keys: [], saves: 0 };
  refuses = () => false;
});

/** A holder over the same store every time, as after a restart. */
function start(options: Partial<KeyHolderOptions> = {}) {
  return createKeyHolder(
    {
      crypto,
      now: clock.seconds,
      identity: () => ({ key: carrier.key, chain: carrier.chain }),
      store: {
        load: () => saved.keys,
        save: (keys) => {
          saved = { keys, saves: saved.saves + 1 };
        },
      },
      async register(origin, text) {
        if (refuses(origin)) throw new Error('refused');
        registered.push({ origin, text });
        await cps.directory.register(text);
      },
    },
    { entries: ENTRIES, cps: ['https://cps.example'], directories: [], ...options },
  );
}

const publicKeys = (holder: ReturnType<typeof start>) =>
  holder.keysFor(NUMBER).map(({ agreement }) => Buffer.from(agreement.publicKey).toString('hex'));

describe('the first key', () => {
  it('is saved before it is published, registered everywhere once, and opens what is sealed to its credential', async () => {
    const holder = start({ directories: ['https://directory.example', 'https://cps.example'] });
    expect(holder.keysFor(NUMBER)).toEqual([]);
    expect(holder.randomAddress()).toBeUndefined();
    const results = await holder.renew();
    expect(results).toEqual([
      { origin: 'https://directory.example', registered: true },
      { origin: 'https://cps.example', registered: true },
    ]);
    expect(saved.keys).toHaveLength(1);
    expect(registered.map(({ origin }) => origin)).toEqual([
      'https://directory.example',
      'https://cps.example',
    ]);
    const credential = parseKeyCredential(registered[0]!.text);
    expect(credential).toMatchObject({
      issuedAt: NOW,
      expiresAt: NOW + DAY,
      entries: ENTRIES,
      cps: ['https://cps.example'],
      pages: 1,
      stake: 0,
      only: true,
    });
    const [key] = holder.keysFor(NUMBER);
    const sealer = createPassportSealer(crypto);
    const address = addressOf(crypto, credential.form, NUMBER);
    const blob = sealer.seal(credential.form.publicKey, address, { passports: ['p'] });
    expect(sealer.open(key!.agreement, address, blob)?.passports).toEqual(['p']);
    expect(equalBytes(key!.mailboxId, address.subarray(0, 32))).toBe(true);
    expect(cps.directory.mailbox(key!.mailboxId)).toEqual(key!.form);
  });

  it('is not published where it could not be saved', async () => {
    const { key, chain } = carrier;
    const holder = createKeyHolder(
      {
        crypto,
        now: clock.seconds,
        identity: () => ({ key, chain }),
        store: { load: () => [], save: () => Promise.reject(new Error('disk full')) },
        register: async (origin, text) => void registered.push({ origin, text }),
      },
      { entries: ENTRIES, cps: ['https://cps.example'], directories: [] },
    );
    await expect(holder.renew()).rejects.toThrow('disk full');
    expect(registered).toEqual([]);
    expect(holder.keysFor(NUMBER)).toEqual([]);
  });

  it('a directory that refuses is reported, and tried again with the same credential', async () => {
    const holder = start({ directories: ['https://directory.example'] });
    refuses = (origin) => origin === 'https://directory.example';
    expect(await holder.renew()).toEqual([
      { origin: 'https://directory.example', registered: false },
      { origin: 'https://cps.example', registered: true },
    ]);
    refuses = () => false;
    clock.advance(60);
    await holder.renew();
    expect(new Set(registered.map(({ text }) => text)).size).toBe(1);
    expect(saved.saves).toBe(1);
  });
});

describe('from key to key', () => {
  it('a successor appears before the end, both serve, then the old one is erased', async () => {
    const holder = start();
    await holder.renew();
    const [first] = publicKeys(holder);
    clock.advance(DAY - 601);
    await holder.renew();
    expect(publicKeys(holder)).toEqual([first]);
    clock.advance(1);
    await holder.renew();
    const [second, ...older] = publicKeys(holder);
    expect(older).toEqual([first]);
    expect(second).not.toBe(first);
    clock.advance(600 + 119);
    expect(publicKeys(holder)).toEqual([second, first]);
    clock.advance(1);
    expect(publicKeys(holder)).toEqual([second]);
    expect(saved.keys).toHaveLength(2);
    await holder.renew();
    expect(saved.keys).toHaveLength(1);
    expect(saved.keys[0]!.expiresAt).toBe(NOW + DAY - 600 + DAY);
  });

  it('callers turn to the newest at once, and no credential outlives its key', async () => {
    const holder = start();
    const newest = () =>
      registered.map(({ text }) => parseKeyCredential(text)).sort((a, b) => b.issuedAt - a.issuedAt)[0]!;
    for (let hour = 0; hour < 100; hour++) {
      await holder.renew();
      const keys = publicKeys(holder);
      expect(Buffer.from(newest().form.publicKey).toString('hex')).toBe(keys[0]);
      expect(newest().expiresAt).toBeGreaterThan(clock.seconds());
      expect(keys.length).toBeLessThanOrEqual(2);
      clock.advance(600);
    }
    for (const { text } of registered) {
      const { issuedAt, expiresAt } = parseKeyCredential(text);
      expect(expiresAt - issuedAt).toBeLessThanOrEqual(DAY);
    }
  });

  it('a restart goes on with the same keys', async () => {
    const before = start();
    await before.renew();
    clock.advance(DAY - 300);
    await before.renew();
    const keys = publicKeys(before);
    expect(keys).toHaveLength(2);
    clock.advance(10);
    const after = start();
    const [result] = await after.renew();
    expect(result!.registered).toBe(true);
    expect(publicKeys(after)).toEqual(keys);
    expect(saved.saves).toBe(3);
  });

  it('a restart after a long pause erases what has ended and begins anew', async () => {
    await start().renew();
    const [old] = saved.keys;
    clock.advance(3 * DAY);
    const holder = start();
    await holder.renew();
    expect(holder.keysFor(NUMBER)).toHaveLength(1);
    expect(saved.keys).toHaveLength(1);
    expect(equalBytes(saved.keys[0]!.secret, old!.secret)).toBe(false);
  });

  it('no key is published for more than 7 days, whatever is asked for', async () => {
    const holder = start({ keyLifetimeSeconds: 30 * DAY });
    await holder.renew();
    expect(holder.keysFor(NUMBER)[0]!.expiresAt).toBe(NOW + 7 * DAY);
  });

  it('a renewed certificate signs the newest key again, and it is taken', async () => {
    const authority = await createAuthority();
    const [one, two] = await Promise.all([
      createCarrier(authority, ['2-12155551213']),
      createCarrier(authority, ['2-12155551213'], { notAfter: NOW + 60 * DAY }),
    ]);
    let current = one;
    const directory = createTestCps({ clock, anchors: [anchorOf(authority)] }).directory;
    const outcomes: string[] = [];
    const holder = createKeyHolder(
      {
        crypto,
        now: clock.seconds,
        identity: () => ({ key: current.key, chain: current.chain }),
        store: { load: () => [], save: () => {} },
        register: async (_origin, text) => void outcomes.push((await directory.register(text)).outcome),
      },
      { entries: ENTRIES, cps: ['https://cps.example'], directories: [] },
    );
    await holder.renew();
    await holder.renew();
    clock.advance(60);
    current = two;
    await holder.renew();
    await holder.renew();
    expect(outcomes).toEqual(['new', 'same', 'new', 'same']);
  });
});

describe('which numbers it serves', () => {
  it('those of its entries, and no others', async () => {
    const holder = start({ entries: ['2-12155551213', '1-12155560000-5000'].map(parseTnEntry), shards: 4 });
    await holder.renew();
    for (const number of ['12155551213', '12155560000', '12155564999'])
      expect(holder.keysFor(tn(number))).toHaveLength(1);
    for (const number of ['12155551214', '12155559999', '12155565000', '2155551213'])
      expect(holder.keysFor(tn(number))).toEqual([]);
  });

  it('those of a service provider code, where somebody knows them', async () => {
    const entries = [parseTnEntry('0-1234')];
    const blind = start({ entries });
    await blind.renew();
    expect(blind.keysFor(NUMBER)).toEqual([]);
    const holder = start({ entries, servesBySpc: (number) => number === NUMBER });
    await holder.renew();
    expect(holder.keysFor(NUMBER)).toHaveLength(1);
    expect(holder.keysFor(tn('12155550000'))).toEqual([]);
  });

  it('random addresses are its own, over all shards', async () => {
    const holder = start({ entries: [parseTnEntry('1-12155560000-5000')], shards: 4 });
    await holder.renew();
    const [key] = holder.keysFor(tn('12155560000'));
    const shards = Array.from({ length: 200 }, () => {
      const { address } = holder.randomAddress()!;
      expect(equalBytes(address.subarray(0, 32), key!.mailboxId)).toBe(true);
      return address[35];
    });
    expect([...new Set(shards)].sort()).toEqual([0, 1, 2, 3]);
  });
});
