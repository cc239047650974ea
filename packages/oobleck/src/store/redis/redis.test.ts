import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasRedis, type RedisServers, startRedis, startRedisCluster } from '../../../test/redis-servers.ts';
import { createEventLog } from '../../operate/index.ts';
import { parseStoreAddress, type RedisAddress } from '../../wiring/configuration-store.ts';
import { testClearPassportStore } from '../clear-passport-store-contract.ts';
import { testCredentialStore } from '../credential-store-contract.ts';
import { testIssuerRecords } from '../issuer-records-contract.ts';
import { blobOf, START_MS, testMailboxStore } from '../mailbox-store-contract.ts';
import { testSeenTokens } from '../seen-tokens-contract.ts';
import { spentTokenOf, testSpentTokens } from '../spent-tokens-contract.ts';
import { testUsedPassports } from '../used-passports-contract.ts';
import { createRedisClearPassportStore } from './clear-passport-store.ts';
import { createRedisCredentialStore } from './credential-store.ts';
import { createRedisIssuerKeys, createRedisIssuerQuota } from './issuer-records.ts';
import { createRedisMailboxStore } from './mailbox-store.ts';
import { connectRedis, type RedisLink } from './redis-link.ts';
import { slotOf } from './redis-route.ts';
import { createRedisSeenTokens } from './seen-tokens.ts';
import { createRedisSpentTokens, keyOfSpent } from './spent-tokens.ts';
import { createRedisUsedPassports } from './used-passports.ts';

const log = createEventLog({ level: 'silent' });

describe.runIf(hasRedis()).each([
  ['redis', startRedis],
  ['redis cluster', startRedisCluster],
])('%s', (name, start) => {
  let redis: RedisServers;
  let one: RedisLink;
  let two: RedisLink;
  beforeAll(async () => {
    redis = await start();
    const address = parseStoreAddress(redis.url) as RedisAddress;
    [one, two] = [await connectRedis({ ...address, log }), await connectRedis({ ...address, log })];
  });
  afterAll(async () => {
    one?.close();
    two?.close();
    await redis?.close();
  });

  testMailboxStore(name, async () => {
    await redis.clear();
    return { store: createRedisMailboxStore(one), other: createRedisMailboxStore(two) };
  });

  testSpentTokens(name, async (now) => {
    await redis.clear();
    return { spent: createRedisSpentTokens(one, now), other: createRedisSpentTokens(two, now) };
  });

  testUsedPassports(name, async () => {
    await redis.clear();
    return { used: createRedisUsedPassports(one), other: createRedisUsedPassports(two) };
  });

  testCredentialStore(name, async () => {
    await redis.clear();
    const stores = [createRedisCredentialStore(one), createRedisCredentialStore(two)] as const;
    const close = async () => {
      for (const store of stores) store.close();
    };
    return { store: stores[0], other: stores[1], close };
  });

  testIssuerRecords(name, async () => {
    await redis.clear();
    const create = (link: RedisLink) => ({
      keys: createRedisIssuerKeys(link),
      quota: createRedisIssuerQuota(link),
    });
    return { records: create(one), other: create(two) };
  });

  testClearPassportStore(name, async () => {
    await redis.clear();
    return { store: createRedisClearPassportStore(one), other: createRedisClearPassportStore(two) };
  });

  testSeenTokens(name, async () => {
    await redis.clear();
    return { seen: createRedisSeenTokens(one), other: createRedisSeenTokens(two) };
  });

  it('PASSporTs in clear take no more bytes than a process may add, and make room as they end', async () => {
    await redis.clear();
    const clear = createRedisClearPassportStore(one, 1_000);
    const add = (digest: string, publishedAtMs: number) => {
      const expiresAtMs = publishedAtMs + 15_000;
      const passports = ['p'.repeat(600)];
      return clear.add(digest, { passports, digest, publisher: '1234', publishedAtMs, expiresAtMs });
    };
    expect(await add('a', START_MS)).toBe('stored');
    expect(await add('b', START_MS + 1)).toBe('full');
    expect(await clear.list('b', START_MS + 1)).toEqual([]);
    expect(await add('b', START_MS + 17_000)).toBe('stored');
  });

  it('everything ends by itself: no key of a deposit, a token or a call without a time to live', async () => {
    await redis.clear();
    const store = createRedisMailboxStore(one);
    for (let i = 0; i < 258; i++) await store.add('box/0', blobOf(`blob ${i}`, { stake: i % 2 }));
    await createRedisSpentTokens(one, () => 1_000).spend([spentTokenOf('t', 1_100)], 'digest');
    const beganMs = performance.now();
    await createRedisUsedPassports(one).take('p', 'call', START_MS + 60_000, START_MS);
    const set = { passports: ['p'], digest: 'd', publisher: '1234', publishedAtMs: START_MS };
    const clear = createRedisClearPassportStore(one);
    for (let i = 0; i < 40; i++)
      await clear.add('b/a', { ...set, digest: `d${i}`, expiresAtMs: START_MS + 60_000 - i * 1_000 });
    await createRedisSeenTokens(one).see('1234 id', START_MS + 61_000, START_MS);
    const masters = redis.servers.slice(0, redis.servers.length === 1 ? 1 : 3);
    const lives = new Map<string, number>();
    for (const { client } of masters)
      for (const key of await client.keys('*')) lives.set(key, await client.pttl(key));
    expect(lives.size).toBeGreaterThan(263);
    expect([...lives.keys()].filter((key) => key.startsWith('oobleck:clear:'))).toHaveLength(2);
    // What must not be taken twice is known a little longer than it holds: the clocks of nodes are not the same.
    const elapsedMs = performance.now() - beganMs + 100;
    expect(lives.get('oobleck:seen:1234 id')).toBeGreaterThan(62_000 - elapsedMs);
    expect(lives.get('oobleck:used:p')).toBeGreaterThan(61_000 - elapsedMs);
    expect(lives.get('oobleck:seen:1234 id')).toBeLessThanOrEqual(62_000);
    expect(lives.get('oobleck:used:p')).toBeLessThanOrEqual(61_000);
    const longest = Math.max(...[...lives].filter(([key]) => !key.includes(':spent:')).map(([, ms]) => ms));
    expect(Math.min(...lives.values())).toBeGreaterThan(0);
    expect(longest).toBeLessThanOrEqual(62_000);
    expect(lives.get(keyOfSpent(spentTokenOf('t', 0)))).toBeLessThanOrEqual(101_000);
  });
});

it('the slot of a key is that of its hash tag', () => {
  expect(slotOf('123456789')).toBe(0x31c3);
  expect(slotOf('{123456789}:a')).toBe(slotOf('b:{123456789}'));
  expect(slotOf('{}a')).not.toBe(slotOf('{}b'));
});
