import { encodeHex, encodeUtf8 } from '@oobleck/stir/bytes';
import {
  BATCH_RESPONSE_TYPE,
  encodeToken,
  formatIssuerDirectory,
  ISSUER_DIRECTORY_TYPE,
  parseBatchRequest,
} from '@oobleck/stir/token';
import { describe, expect, it } from 'vitest';
import {
  CPS_AUTHORITY,
  createCredential,
  createFixture,
  crypto,
  ISSUER_NAME,
  NOON,
} from './issuer-fixture.ts';
import { createTokenVerifier } from './token-verifier.ts';
import { createWallet, type WalletOptions } from './wallet.ts';
import type { Filling, TokenAnswer, TokenTransport } from './wallet-ports.ts';

const credential = await createCredential('carrier');
const DAY = 86_400;
const MIDNIGHT = NOON + DAY / 2;

interface Timer {
  readonly delayMs: number;
  readonly action: () => void;
}

/** A wallet in front of a real issuer; `hostile` may change what the network brings. */
async function setUp(options: Partial<WalletOptions> = {}, hostile: Partial<TokenTransport> = {}) {
  const fixture = createFixture(credential);
  const { issuer, clock } = fixture;
  const timers = new Set<Timer>();
  const fillings: Filling[] = [];
  const broken: { cause?: Error | undefined } = {};
  const requests: { url: string; count: number }[] = [];
  const mirror = {
    issuers: [{ name: ISSUER_NAME, keys: (await issuer.publishedKeys()).map(({ spki }) => spki) }],
  };
  const transport: TokenTransport = {
    get: async () => answer(ISSUER_DIRECTORY_TYPE, encodeUtf8(await issuer.directory())),
    async post(url, headers, body) {
      requests.push({ url, count: parseBatchRequest(body).length });
      const verdict = issuer.checkAttestation(headers.authorization!.replace(/^Bearer /, ''), body);
      if (!verdict.attested) return answer('', new Uint8Array(0), 401);
      const result = await issuer.issue({
        body,
        contentType: headers['content-type']!,
        holder: verdict.holder,
      });
      return result.issued ? answer(result.contentType, result.body) : answer('', new Uint8Array(0), 422);
    },
    ...hostile,
  };
  const wallet = createWallet(
    {
      crypto,
      transport,
      credential() {
        if (broken.cause !== undefined) throw broken.cause;
        return credential;
      },
      issuersInMirror: () => mirror.issuers,
      schedule(action, delayMs) {
        if (delayMs === 0) {
          queueMicrotask(action);
          return () => {};
        }
        const timer = { action, delayMs };
        timers.add(timer);
        return () => timers.delete(timer);
      },
      now: () => clock.now,
      report: (filling) => fillings.push(filling),
    },
    { cpsAuthorities: [CPS_AUTHORITY], batchTokens: 4, targetTokens: 4, ...options },
  );
  const { verifyToken } = createTokenVerifier(
    { crypto, now: () => clock.now },
    { cpsAuthority: CPS_AUTHORITY, issuers: [{ name: ISSUER_NAME, keys: await issuer.publishedKeys() }] },
  );
  return { ...fixture, wallet, timers, fillings, requests, mirror, broken, verifyToken };
}

function answer(contentType: string, body: Uint8Array, status = 200): TokenAnswer {
  return { status, contentType, body };
}

describe('wallet', () => {
  it('fills for today, then for tomorrow, in fixed amounts, and then no more', async () => {
    const { wallet, requests } = await setUp();
    expect(await wallet.fill(CPS_AUTHORITY)).toEqual({ outcome: 'filled', tokens: 4 });
    expect(await wallet.fill(CPS_AUTHORITY)).toEqual({ outcome: 'filled', tokens: 4 });
    expect(await wallet.fill(CPS_AUTHORITY)).toEqual({ outcome: 'full', tokens: 0 });
    const url = `https://${ISSUER_NAME}/token-request`;
    expect(requests).toEqual([
      { url, count: 4 },
      { url, count: 4 },
    ]);
  });

  it('gives out tokens that its CPS accepts, each once, and none before their age', async () => {
    const { wallet, clock, verifyToken } = await setUp();
    await wallet.fill(CPS_AUTHORITY);
    clock.now += 599;
    expect(wallet.take(CPS_AUTHORITY, 1)).toBeUndefined();
    clock.now += 1;
    expect(wallet.take(CPS_AUTHORITY, 5)).toBeUndefined();
    const taken = [wallet.take(CPS_AUTHORITY, 3), wallet.take(CPS_AUTHORITY, 1)].flatMap((tokens) => tokens!);
    for (const token of taken) expect(verifyToken(token)).toBeDefined();
    expect(new Set(taken.map((token) => encodeHex(encodeToken(token)))).size).toBe(4);
    expect(wallet.take(CPS_AUTHORITY, 1)).toBeUndefined();
    expect(wallet.take('other.example', 1)).toBeUndefined();
  });

  it('goes on with tomorrow’s tokens at midnight, and with yesterday’s within the grace', async () => {
    const { wallet, clock, verifyToken } = await setUp({ tokenMinimumAgeSeconds: 0 });
    await wallet.fill(CPS_AUTHORITY);
    await wallet.fill(CPS_AUTHORITY);
    clock.now = MIDNIGHT;
    const [first, second] = [wallet.take(CPS_AUTHORITY, 4)!, wallet.take(CPS_AUTHORITY, 3)!];
    for (const token of [...first, ...second]) expect(verifyToken(token)).toBeDefined();
    expect(verifyToken(first[0]!)!.acceptUntil).toBe(MIDNIGHT + DAY + 600);
    expect(verifyToken(second[0]!)!.acceptUntil).toBe(MIDNIGHT + 600);
    clock.now = MIDNIGHT + 540;
    expect(wallet.take(CPS_AUTHORITY, 1)).toBeUndefined();
  });

  it('never spends before its day what it drew for tomorrow', async () => {
    const { wallet, clock } = await setUp({ tokenMinimumAgeSeconds: 0 });
    await wallet.fill(CPS_AUTHORITY);
    await wallet.fill(CPS_AUTHORITY);
    expect(wallet.take(CPS_AUTHORITY, 4)).toHaveLength(4);
    clock.now = MIDNIGHT - 1;
    expect(wallet.take(CPS_AUTHORITY, 1)).toBeUndefined();
    clock.now = MIDNIGHT;
    expect(wallet.take(CPS_AUTHORITY, 1)).toHaveLength(1);
  });

  it('fills at random times until it is closed', async () => {
    const { wallet, timers, fillings } = await setUp({ fillIntervalSeconds: 60 });
    wallet.start();
    wallet.start();
    const delays = new Set<number>();
    for (let i = 0; i < 5; i++) {
      expect(timers.size).toBe(1);
      const [timer] = timers;
      expect(timer!.delayMs).toBeGreaterThanOrEqual(30_000);
      expect(timer!.delayMs).toBeLessThan(90_000);
      delays.add(timer!.delayMs);
      timers.delete(timer!);
      timer!.action();
    }
    expect(delays.size).toBe(5);
    await wallet.fill(CPS_AUTHORITY);
    expect(fillings).toMatchObject([{ outcome: 'filled', cpsAuthority: CPS_AUTHORITY }]);
    wallet.close();
    expect(timers.size).toBe(0);
  });

  it('asks by its timer whether it is short or not: an issuer does not see from draws when tokens were spent', async () => {
    const { wallet, timers, requests, fillings } = await setUp({ fillIntervalSeconds: 60 });
    for (let i = 0; i < 3; i++) await wallet.fill(CPS_AUTHORITY);
    expect(requests).toHaveLength(2);
    wallet.start();
    for (let draw = 1; draw <= 4; draw++) {
      const [timer] = timers;
      timers.delete(timer!);
      timer!.action();
      await wallet.fill(CPS_AUTHORITY);
      expect(requests).toHaveLength(2 + draw);
    }
    expect(fillings.slice(3)).toMatchObject(
      Array.from({ length: 4 }, () => ({ outcome: 'full', tokens: 0 })),
    );
    wallet.close();
  });

  it('tells of a fault of its own and goes on', async () => {
    const { wallet, fillings, broken } = await setUp();
    broken.cause = new Error('no key');
    expect(await wallet.fill(CPS_AUTHORITY)).toEqual({ outcome: 'failed', tokens: 0, cause: broken.cause });
    expect(fillings).toMatchObject([{ outcome: 'failed' }]);
    broken.cause = undefined;
    expect(await wallet.fill(CPS_AUTHORITY)).toMatchObject({ outcome: 'filled' });
  });

  it('asks once where several ask it to fill at the same time', async () => {
    const { wallet, requests } = await setUp();
    await Promise.all([wallet.fill(CPS_AUTHORITY), wallet.fill(CPS_AUTHORITY)]);
    expect(requests).toHaveLength(1);
  });
});

describe('wallet before an issuer that lies', () => {
  const fill = async (hostile: Partial<TokenTransport>) => {
    const { wallet, requests } = await setUp({ tokenMinimumAgeSeconds: 0 }, hostile);
    const { outcome, tokens } = await wallet.fill(CPS_AUTHORITY);
    expect(tokens).toBe(0);
    expect(wallet.take(CPS_AUTHORITY, 1)).toBeUndefined();
    return { outcome, requests };
  };

  it('asks nothing of one that shows it a key of its own', async () => {
    const { issuer } = createFixture(credential);
    const [today, tomorrow] = await issuer.publishedKeys();
    const other = (await createFixture(credential).parts.generateKey()).key.publicKey.spki.slice();
    other[200]! ^= 2;
    const shows = [
      [{ spki: other, notBefore: today!.notBefore }],
      [today!, { spki: other, notBefore: today!.notBefore }],
      [{ spki: other, notBefore: today!.notBefore - DAY }, today!],
      [tomorrow!],
      [],
    ];
    for (const keys of shows) {
      const directory = formatIssuerDirectory({ requestUri: '/token-request', keys });
      const get = async () => answer(ISSUER_DIRECTORY_TYPE, encodeUtf8(directory));
      expect(await fill({ get })).toEqual({ outcome: 'key-mismatch', requests: [] });
    }
  });

  it('asks nothing of another origin', async () => {
    const { issuer } = createFixture(credential);
    const keys = await issuer.publishedKeys();
    for (const requestUri of [
      'https://elsewhere.example/token-request',
      'http://issuer.example/',
      'https://:x',
    ]) {
      const directory = formatIssuerDirectory({ requestUri, keys });
      const get = async () => answer(ISSUER_DIRECTORY_TYPE, encodeUtf8(directory));
      expect(await fill({ get })).toEqual({ outcome: 'malformed', requests: [] });
    }
  });

  it.each<[string, Partial<TokenTransport>]>([
    ['unreachable', { get: () => Promise.reject(new Error('down')) }],
    ['refused', { get: async () => answer('text/html', new Uint8Array(0)) }],
    ['refused', { get: async () => answer(ISSUER_DIRECTORY_TYPE, new Uint8Array(0), 500) }],
    ['malformed', { get: async () => answer(ISSUER_DIRECTORY_TYPE, encodeUtf8('{}')) }],
    ['unreachable', { post: () => Promise.reject(new Error('down')) }],
    ['refused', { post: async () => answer('', new Uint8Array(0), 429) }],
    ['refused', { post: async () => answer('text/plain', new Uint8Array(0)) }],
    ['malformed', { post: async () => answer(BATCH_RESPONSE_TYPE, new Uint8Array(9)) }],
    ['malformed', { post: async () => answer(BATCH_RESPONSE_TYPE, Uint8Array.of(3, 0, 0, 0)) }],
    ['malformed', { post: async () => answer(BATCH_RESPONSE_TYPE, Uint8Array.of(4, 0, 0, 0, 0)) }],
  ])('%s: case %#', async (outcome, hostile) => {
    expect((await fill(hostile)).outcome).toBe(outcome);
  });

  it('knows no issuer where the mirror names none, or none with a name', async () => {
    const { wallet, mirror } = await setUp();
    mirror.issuers = [];
    expect(await wallet.fill(CPS_AUTHORITY)).toEqual({ outcome: 'no-issuer', tokens: 0 });
    expect(await wallet.fill('other.example')).toEqual({ outcome: 'no-issuer', tokens: 0 });
    for (const name of ['not a host', 'issuer.example/path', 'user@issuer.example', '']) {
      mirror.issuers = [{ name, keys: [] }];
      expect((await wallet.fill(CPS_AUTHORITY)).outcome).toBe('malformed');
    }
  });
});
