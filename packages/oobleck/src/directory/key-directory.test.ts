import { signerId } from '@oobleck/stir/certificate';
import { parseKeyCredential, signKeyCredential } from '@oobleck/stir/credential';
import { mailboxId } from '@oobleck/stir/mailbox';
import { parseTnEntry } from '@oobleck/stir/number';
import { SUITE_X25519 } from '@oobleck/stir/seal';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  anchorOf,
  type Carrier,
  type Clock,
  createAuthority,
  createCarrier,
  createClock,
  crypto,
  DAY,
  NOW,
  tn,
} from '../../test/network.ts';
import { createMemoryCredentialStore } from '../store/memory/credential-store.ts';
import { parseNumberMap } from '../trust/index.ts';
import {
  type CredentialStore,
  createDirectoryMirror,
  createKeyDirectory,
  type DirectoryMirrorParts,
  type IssuerAdvertisement,
  type KeyDirectoryParts,
  type MirrorLine,
} from './index.ts';

const CALLED = tn('12155551213');

let anchor: ReturnType<typeof anchorOf>;
let alice: Carrier;
let bob: Carrier;
let stranger: Carrier;
let clock: Clock;

beforeAll(async () => {
  const authority = await createAuthority();
  anchor = anchorOf(authority);
  alice = await createCarrier(authority, ['2-12155551213', '1-12155560000-5000'], { name: 'Alice' });
  bob = await createCarrier(authority, ['1-12155550000-9000', '0-1234'], { name: 'Bob' });
  stranger = await createCarrier(await createAuthority(), ['2-12155551213']);
});
beforeEach(() => {
  clock = createClock();
});

interface Shape {
  readonly by?: Carrier;
  readonly entries?: readonly string[];
  readonly issuedAt?: number;
  readonly lifetime?: number;
  readonly publicKey?: Uint8Array;
  readonly shards?: number;
  readonly cps?: readonly string[];
}

const aliceKey = crypto.generateAgreementKey().publicKey;

function credentialOf(shape: Shape = {}): string {
  const { by = alice, entries = ['2-12155551213'], issuedAt = clock.seconds(), lifetime = DAY } = shape;
  const { publicKey = aliceKey, shards = 1, cps = ['https://cps.example'] } = shape;
  const form = { suite: SUITE_X25519, publicKey, shards, replyBytes: 16_384 };
  const claims = { issuedAt, expiresAt: issuedAt + lifetime, form, cps, pages: 1, stake: 0, only: true };
  return signKeyCredential({ ...claims, entries: entries.map(parseTnEntry) }, by.chain, by.key);
}

const idOf = (text: string) => mailboxId(crypto, parseKeyCredential(text).form);

function createDirectory(more: Partial<KeyDirectoryParts> = {}, mirrorLines?: number) {
  const parts = {
    crypto,
    now: clock.seconds,
    anchors: () => [anchor],
    store: createMemoryCredentialStore(),
    issuers: () => [],
    ...more,
  };
  return createKeyDirectory(parts, mirrorLines === undefined ? {} : { mirrorLines });
}

const textsOf = (lines: readonly MirrorLine[]) => lines.flatMap((line) => ('jws' in line ? [line.jws] : []));

describe('registering', () => {
  it('opens a mailbox until the credential ends', async () => {
    const directory = createDirectory();
    const text = credentialOf();
    expect(directory.mailbox(idOf(text))).toBeUndefined();
    expect(await directory.register(text)).toEqual({ outcome: 'new' });
    expect(await directory.register(text)).toEqual({ outcome: 'same' });
    expect(directory.mailbox(idOf(text))).toEqual(parseKeyCredential(text).form);
    expect(directory.mailbox(new Uint8Array(32))).toBeUndefined();
    clock.advance(DAY - 1);
    expect(directory.mailbox(idOf(text))).toBeDefined();
    clock.advance(1);
    expect(directory.mailbox(idOf(text))).toBeUndefined();
  });

  it('a later one of the same signer and key replaces, an earlier or equally old one does not', async () => {
    const directory = createDirectory();
    await directory.register(credentialOf({ issuedAt: NOW - 10 }));
    expect(await directory.register(credentialOf({ issuedAt: NOW - 11 }))).toEqual({ outcome: 'older' });
    expect(await directory.register(credentialOf({ issuedAt: NOW - 10 }))).toEqual({ outcome: 'older' });
    const later = credentialOf({ issuedAt: NOW });
    expect(await directory.register(later)).toEqual({ outcome: 'new' });
    expect(textsOf(directory.changesSince(0))).toEqual([later]);
  });

  it('signers and keys do not replace one another', async () => {
    const directory = createDirectory();
    const texts = [
      credentialOf(),
      credentialOf({ by: bob, entries: ['1-12155550000-9000'] }),
      credentialOf({ publicKey: crypto.generateAgreementKey().publicKey }),
    ];
    for (const text of texts) expect(await directory.register(text)).toEqual({ outcome: 'new' });
    expect(textsOf(directory.changesSince(0))).toEqual(texts);
    clock.advance(DAY / 2);
    const withdrawal = credentialOf({ lifetime: 0 });
    expect(await directory.register(withdrawal)).toEqual({ outcome: 'new' });
    // Bob claimed Alice's key for his numbers: the mailbox is his as well.
    expect(directory.mailbox(idOf(texts[0]!))).toBeDefined();
  });

  it('a withdrawal closes the mailbox, is mirrored for 7 days, and bars what came before it', async () => {
    const directory = createDirectory();
    const text = credentialOf();
    await directory.register(text);
    clock.advance(100);
    const withdrawal = credentialOf({ lifetime: 0 });
    expect(await directory.register(withdrawal)).toEqual({ outcome: 'new' });
    expect(directory.mailbox(idOf(text))).toBeUndefined();
    expect(await directory.register(text)).toEqual({ outcome: 'older' });
    expect(directory.withPrefix('1215555')).toEqual([]);
    clock.advance(6 * DAY);
    await directory.sweep();
    expect(textsOf(directory.changesSince(0))).toEqual([withdrawal]);
    clock.advance(DAY);
    await directory.sweep();
    expect(textsOf(directory.changesSince(0))).toEqual([]);
  });

  it.each<[string, () => string, string]>([
    ['issued in the future', () => credentialOf({ issuedAt: NOW + 61 }), 'not-yet-valid'],
    ['expired', () => credentialOf({ issuedAt: NOW - DAY }), 'expired'],
    ['of a stranger', () => credentialOf({ by: stranger }), 'untrusted-chain'],
    ['for numbers of others', () => credentialOf({ entries: ['2-12155551214'] }), 'no-authority'],
    [
      'for a provider nobody knows here',
      () => credentialOf({ by: bob, entries: ['0-1234'] }),
      'no-authority',
    ],
    [
      'with too many shards',
      () => credentialOf({ entries: ['1-12155560000-5000'], shards: 8 }),
      'too-many-shards',
    ],
    [
      'signed by another key',
      () => {
        const [header, payload] = credentialOf().split('.');
        return `${header}.${payload}.${credentialOf({ by: bob }).split('.')[2]}`;
      },
      'bad-signature',
    ],
    [
      'with a key of small order',
      () => credentialOf({ publicKey: Uint8Array.from({ length: 32 }, (_, i) => Number(i === 0)) }),
      'unusable-key',
    ],
  ])('a credential %s is refused', async (_name, make, reason) => {
    const directory = createDirectory();
    const text = make();
    expect(await directory.register(text)).toEqual({ outcome: 'refused', reason });
    expect(directory.changesSince(0)).toEqual([]);
    expect(directory.mailbox(idOf(text))).toBeUndefined();
  });

  it('the operator’s map makes provider entries count', async () => {
    const numberMap = parseNumberMap('start,count,spc\n12155551213,1,1234\n');
    const directory = createDirectory({ numberMap });
    expect(await directory.register(credentialOf({ by: bob, entries: ['0-1234'] }))).toEqual({
      outcome: 'new',
    });
  });

  it('is durable: a restart finds everything, and what could not be saved is saved the next time', async () => {
    const store = createMemoryCredentialStore();
    let isDown = true;
    const failing: CredentialStore = {
      ...store,
      save: (slot, text) => {
        if (isDown) throw new Error('disk full');
        return store.save(slot, text);
      },
    };
    const directory = createDirectory({ store: failing });
    const text = credentialOf();
    await expect(directory.register(text)).rejects.toThrow('disk full');
    isDown = false;
    await directory.register(text);
    const after = createDirectory({ store });
    await after.open();
    expect(after.mailbox(idOf(text))).toBeDefined();
    clock.advance(8 * DAY);
    await after.sweep();
    expect(await store.all()).toEqual([]);
  });
});

describe('the mirror of a directory', () => {
  it('gives changes after a cursor, in order, the latest of each slot, in pages', async () => {
    const directory = createDirectory({}, 2);
    const keys = [1, 2, 3].map(() => crypto.generateAgreementKey().publicKey);
    const texts = keys.map((publicKey) => credentialOf({ publicKey }));
    for (const text of texts) await directory.register(text);
    const first = directory.changesSince(0);
    expect(textsOf(first)).toEqual(texts.slice(0, 2));
    const second = directory.changesSince(first.at(-1)!.cursor);
    expect(textsOf(second)).toEqual([texts[2]]);
    clock.advance(5);
    const renewed = credentialOf({ publicKey: keys[0]! });
    await directory.register(renewed);
    expect(textsOf(directory.changesSince(second.at(-1)!.cursor))).toEqual([renewed]);
    expect(textsOf(directory.changesSince(0))).toEqual([texts[1], texts[2]]);
  });

  it('cursors of a restarted directory lie beyond those of before', async () => {
    const store = createMemoryCredentialStore();
    const directory = createDirectory({ store });
    await directory.register(credentialOf());
    const [before] = directory.changesSince(0);
    clock.advance(1);
    const after = createDirectory({ store });
    await after.open();
    expect(textsOf(after.changesSince(before!.cursor))).toHaveLength(1);
    expect(Number.isSafeInteger(after.changesSince(0)[0]!.cursor)).toBe(true);
  });

  it('names the issuers with every answer, without moving the cursor', async () => {
    const issuers = [{ cps: 'https://cps.example', issuers: [{ name: 'issuer.example', keys: ['AAAA'] }] }];
    const directory = createDirectory({ issuers: () => issuers });
    await directory.register(credentialOf());
    const [line, advertisement] = directory.changesSince(0);
    expect(advertisement).toEqual({ cursor: line!.cursor, ...issuers[0] });
    expect(directory.changesSince(line!.cursor)).toEqual([{ cursor: line!.cursor, ...issuers[0] }]);
  });

  it('prefixes give what touches the ten thousand numbers, and nothing else', async () => {
    const directory = createDirectory();
    const single = credentialOf();
    const range = credentialOf({
      entries: ['1-12155560000-5000'],
      publicKey: crypto.generateAgreementKey().publicKey,
    });
    for (const text of [single, range]) await directory.register(text);
    expect(directory.withPrefix('1215555')).toEqual([single]);
    expect(directory.withPrefix('1215556')).toEqual([range]);
    for (const prefix of ['1215557', '215555', '12155551', '1'])
      expect(directory.withPrefix(prefix)).toEqual([]);
    clock.advance(DAY);
    expect(directory.withPrefix('1215555')).toEqual([]);
  });
});

describe('over a store that another process shares', () => {
  /** As over LMDB: what another saved is there to be read at once, and is read when somebody looks. */
  function createShared(): CredentialStore {
    const saved: [string, string][] = [];
    return {
      all: () => [],
      save: (...change) => void saved.push(change),
      remove: () => undefined,
      follow(receive) {
        let read = 0;
        return () => {
          while (read < saved.length) receive(...saved[read++]!);
        };
      },
    };
  }

  it('whoever was told that a mailbox is theirs holds it here too, before anybody follows', async () => {
    const store = createShared();
    const [one, other] = [createDirectory({ store }), createDirectory({ store })];
    await Promise.all([one.open(), other.open()]);
    const signers = [alice, bob].map(({ chain }) => signerId(chain[0]!, crypto));
    const texts = [credentialOf(), credentialOf({ by: bob, entries: ['1-12155550000-9000'] })];
    const id = idOf(texts[0]!);
    for (const [at, text] of texts.entries()) {
      expect(other.holder(id, signers[at]!)).toBeUndefined();
      await one.register(text);
      expect(other.holder(id, signers[at]!)?.form.shards).toBe(1);
    }
    clock.advance(DAY);
    expect(other.holder(id, signers[0]!)).toBeUndefined();
  });
});

describe('a client’s mirror', () => {
  const URL_A = 'https://a.example';
  const URL_B = 'https://b.example';

  function createMirror(
    fetchChanges: DirectoryMirrorParts['fetchChanges'],
    directories = [URL_A],
    more: Partial<DirectoryMirrorParts> = {},
  ) {
    const parts = { crypto, now: clock.seconds, anchors: () => [anchor], fetchChanges, ...more };
    return createDirectoryMirror(parts, { directories, pagesPerRefresh: 20 });
  }

  it('follows a directory page by page, and looks up without asking anybody', async () => {
    const directory = createDirectory({}, 2);
    const texts = [1, 2, 3, 4, 5].map(() =>
      credentialOf({ publicKey: crypto.generateAgreementKey().publicKey }),
    );
    for (const text of texts) await directory.register(text);
    await directory.register(credentialOf({ by: bob, entries: ['1-12155550000-9000'] }));
    const asked: number[] = [];
    const mirror = createMirror(async (_url, since) => {
      asked.push(since);
      return directory.changesSince(since);
    });
    expect(mirror.keysFor(CALLED)).toEqual([]);
    expect(await mirror.refresh()).toEqual([{ directory: URL_A, reached: true, refused: 0 }]);
    const found = mirror.keysFor(CALLED);
    expect(found.map(({ credential }) => credential.chain[0]!.numbers.coversNumber(CALLED))).toEqual([
      true,
      true,
    ]);
    expect(found[0]!.credential.text).toBe(texts[0]);
    expect(found[1]!.credential.entries[0]!.kind).toBe('range');
    const before = asked.length;
    await mirror.refresh();
    expect(asked.length - before).toBe(1);
    expect(mirror.knownCps()).toEqual(['https://cps.example']);
    clock.advance(DAY);
    expect(mirror.keysFor(CALLED)).toEqual([]);
    expect(mirror.knownCps()).toEqual([]);
  });

  it('believes no directory: what does not hold is refused and left out', async () => {
    const lines = [
      credentialOf({ by: stranger }),
      credentialOf({ entries: ['2-12155551299'] }),
      'nonsense',
      '',
      credentialOf().replace(/.{8}$/, 'AAAAAAAA'),
    ].map((jws, i): MirrorLine => ({ cursor: i + 1, jws }));
    const mirror = createMirror(async (_url, since) => lines.filter(({ cursor }) => cursor > since));
    expect(await mirror.refresh()).toEqual([{ directory: URL_A, reached: true, refused: 5 }]);
    expect(mirror.keysFor(CALLED)).toEqual([]);
  });

  it('a withdrawal that one directory has ends what another still shows', async () => {
    const text = credentialOf();
    clock.advance(10);
    const withdrawal = credentialOf({ lifetime: 0 });
    const mirror = createMirror(
      async (url, since) => (since > 0 ? [] : [{ cursor: 1, jws: url === URL_A ? text : withdrawal }]),
      [URL_A, URL_B],
    );
    await mirror.refresh();
    expect(mirror.keysFor(CALLED)).toEqual([]);
    expect(mirror.knownCps()).toEqual([]);
  });

  it('one that cannot be reached is reported and keeps nobody from the others', async () => {
    const text = credentialOf();
    const mirror = createMirror(
      async (url, since) => {
        if (url === URL_A) throw new Error('away');
        return since > 0 ? [] : [{ cursor: 1, jws: text }];
      },
      [URL_A, URL_B],
    );
    expect(await mirror.refresh()).toEqual([
      { directory: URL_A, reached: false, refused: 0 },
      { directory: URL_B, reached: true, refused: 0 },
    ]);
    expect(mirror.keysFor(CALLED)).toHaveLength(1);
  });

  it('an endless directory ends', async () => {
    let asked = 0;
    const jws = credentialOf();
    const mirror = createMirror(async (_url, since) => {
      asked++;
      return [{ cursor: since + 1, jws }];
    });
    await mirror.refresh();
    expect(asked).toBe(20);
  });

  it('takes only issuer keys that all directories show for a CPS', async () => {
    const cps = 'https://cps.example';
    const shown: Record<string, IssuerAdvertisement['issuers']> = {
      [URL_A]: [{ name: 'issuer.example', keys: ['AAAA', 'BBBB'] }],
      [URL_B]: [{ name: 'issuer.example', keys: ['BBBB', 'CCCC'] }],
    };
    const jws = credentialOf();
    const fetchChanges = async (url: string) => [
      { cursor: 1, jws },
      { cursor: 1, cps, issuers: shown[url]! },
    ];
    const mirror = createMirror(fetchChanges, [URL_A, URL_B]);
    await mirror.refresh();
    expect(mirror.issuersOf(cps)).toEqual([{ name: 'issuer.example', keys: [Uint8Array.of(4, 16, 65)] }]);
    expect(mirror.issuersOf('https://other.example')).toEqual([]);
  });

  it('issuer keys that are no base64url are no keys, and no error', async () => {
    const cps = 'https://cps.example';
    const issuers = [{ name: 'issuer.example', keys: ['A', 'AAAA', 'AB'] }];
    const jws = credentialOf();
    const mirror = createMirror(async () => [
      { cursor: 1, jws },
      { cursor: 1, cps, issuers },
    ]);
    await mirror.refresh();
    expect(mirror.issuersOf(cps)).toEqual([{ name: 'issuer.example', keys: [new Uint8Array(3)] }]);
  });
});

describe('a certificate revoked after its credential was taken (RFC 5280 Section 5)', () => {
  const revokedFrom = (): { isRevoked: () => boolean; revoke(): void } => {
    let revoked = false;
    return {
      isRevoked: () => revoked,
      revoke() {
        revoked = true;
      },
    };
  };

  it('the directory drops the key with the next sweep, from its store too, and takes it no more', async () => {
    const { isRevoked, revoke } = revokedFrom();
    const store = createMemoryCredentialStore();
    const directory = createDirectory({ isRevoked, store });
    const text = credentialOf();
    expect(await directory.register(text)).toEqual({ outcome: 'new' });
    await directory.sweep();
    expect(directory.mailbox(idOf(text))).toBeDefined();
    revoke();
    await directory.sweep();
    expect(directory.mailbox(idOf(text))).toBeUndefined();
    expect(directory.mailbox(idOf(text), 120)).toBeUndefined();
    expect(directory.withPrefix('1215555')).toEqual([]);
    expect(directory.changesSince(0)).toEqual([]);
    expect(await store.all()).toEqual([]);
    expect(await directory.register(text)).toEqual({ outcome: 'refused', reason: 'untrusted-chain' });
    expect(await directory.register(credentialOf({ issuedAt: clock.seconds() + 1 }))).toMatchObject({
      outcome: 'refused',
    });
  });

  it('a mirror stops using it with the next refresh, though the directory still tells of it', async () => {
    const { isRevoked, revoke } = revokedFrom();
    const directory = createDirectory();
    const text = credentialOf();
    await directory.register(text);
    const mirror = createDirectoryMirror(
      {
        crypto,
        now: clock.seconds,
        anchors: () => [anchor],
        isRevoked,
        fetchChanges: async (_, cursor) => directory.changesSince(cursor),
      },
      { directories: ['https://d.example'] },
    );
    await mirror.refresh();
    expect(mirror.keysFor(CALLED)).toHaveLength(1);
    revoke();
    await mirror.refresh();
    expect(mirror.keysFor(CALLED)).toEqual([]);
    expect(mirror.knownCps()).toEqual([]);
  });

  it('a withdrawal stays: what it took back does not return', async () => {
    const { isRevoked, revoke } = revokedFrom();
    const directory = createDirectory({ isRevoked });
    const text = credentialOf();
    await directory.register(text);
    clock.advance(10);
    const withdrawal = credentialOf({ lifetime: 0 });
    expect(await directory.register(withdrawal)).toEqual({ outcome: 'new' });
    revoke();
    await directory.sweep();
    expect(directory.changesSince(0)).toMatchObject([{ jws: withdrawal }]);
  });
});
