import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hasRedis, type RedisServers, startRedis, startRedisCluster } from '../../../test/redis-servers.ts';
import { createEventLog } from '../../operate/index.ts';
import { parseStoreAddress, type RedisAddress } from '../../wiring/configuration-store.ts';
import { spentTokenOf } from '../spent-tokens-contract.ts';
import { connectRedis, type RedisLink } from './redis-link.ts';
import { type RedisStep, requireRedisSchema } from './redis-schema.ts';
import { createRedisSpentTokens, keyOfSpent } from './spent-tokens.ts';

const NOW = 1_800_000_000;
const TOKENS = 700;
const LOCK = '{oobleck:schema}:lock';
const tokenOf = (at: number) => spentTokenOf(`token ${at}`, NOW + 1_000);

/** As if version 1 had recorded the digest alone, and version 2 a time before it. */
const PUT_TIME = `
local record = redis.call('GET', KEYS[1])
if record and not string.find(record, '|', 1, true) then
  redis.call('SET', KEYS[1], ARGV[1] .. '|' .. record, 'KEEPTTL')
  return 1
end
return 0`;
const putTimes =
  (breakAfter = Number.POSITIVE_INFINITY): RedisStep =>
  async (link) => {
    let rewritten = 0;
    for await (const key of link.keysUnder('oobleck:spent:')) {
      if (rewritten >= breakAfter) throw new Error('broken off');
      rewritten += Number(await link.write(key, 'eval', PUT_TIME, 1, key, NOW - 60));
    }
  };
const nothing: RedisStep = async () => undefined;

describe.runIf(hasRedis()).each([
  ['one server', startRedis],
  ['a cluster', startRedisCluster],
])('the schema of %s', (_name, start) => {
  let redis: RedisServers;
  let one: RedisLink;
  let two: RedisLink;
  beforeAll(async () => {
    redis = await start();
    const address = parseStoreAddress(redis.url) as RedisAddress;
    const log = createEventLog({ level: 'silent' });
    [one, two] = [await connectRedis({ ...address, log }), await connectRedis({ ...address, log })];
  }, 60_000);
  afterAll(async () => {
    one?.close();
    two?.close();
    await redis?.close();
  });
  beforeEach(() => redis.clear());

  const versionOf = async (): Promise<number> => Number(await one.read('get', 'oobleck:schema'));
  const recordOf = async (at: number): Promise<string> =>
    String(await one.read('get', keyOfSpent(tokenOf(at))));
  /** A store of version 1, with the records of that version. */
  const writeOld = async (): Promise<void> => {
    await requireRedisSchema(one);
    for (let at = 0; at < TOKENS; at++)
      await one.write('x', 'set', keyOfSpent(tokenOf(at)), `digest ${at}`, 'EX', 1_000);
  };

  it('is upgraded: what an older version recorded is what this one reads, and ends when it would have', async () => {
    await writeOld();
    await requireRedisSchema(two, [putTimes()]);
    expect(await versionOf()).toBe(2);
    const spent = createRedisSpentTokens(two, () => NOW);
    for (let at = 0; at < TOKENS; at++)
      expect(await spent.spend([tokenOf(at)], 'another')).toEqual({ state: 'other', spentAt: NOW - 60 });
    expect(await spent.spend([tokenOf(3)], 'digest 3')).toEqual({ state: 'same', spentAt: NOW - 60 });
    const pttl = `return redis.call('PTTL', KEYS[1])`;
    const key = keyOfSpent(tokenOf(5));
    expect(Number(await one.read('eval', pttl, 1, key))).toBeGreaterThan(900_000);
  });

  it('keeps its version where a step fails halfway; the next start does that step again and finishes', async () => {
    await writeOld();
    let first = 0;
    const countFirst: RedisStep = async () => void first++;
    const failing = requireRedisSchema(one, [countFirst, putTimes(100)]);
    await expect(failing).rejects.toThrow('the upgrade from schema version 2 to 3 failed');
    await expect(failing).rejects.toHaveProperty('cause.message', 'broken off');
    expect(await versionOf()).toBe(2);
    const halfway = await Promise.all(Array.from({ length: TOKENS }, (_, at) => recordOf(at)));
    expect(halfway.filter((record) => record.includes('|'))).toHaveLength(100);
    await requireRedisSchema(two, [countFirst, putTimes()]);
    expect([await versionOf(), first]).toEqual([3, 1]);
    for (let at = 0; at < TOKENS; at++) expect(await recordOf(at)).toBe(`${NOW - 60}|digest ${at}`);
  });

  it('is upgraded once by nodes that start at once: the others wait until it is done', async () => {
    await requireRedisSchema(one);
    const begun = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    let taken = 0;
    const step: RedisStep = async () => {
      taken++;
      begun.resolve();
      await goOn.promise;
    };
    const ended: string[] = [];
    const starting = [one, two].map((link, at) =>
      requireRedisSchema(link, [step]).then(() => ended.push(`node ${at}`)),
    );
    await begun.promise;
    const third = requireRedisSchema(two, [step], { patienceMs: 100 });
    await expect(third).rejects.toHaveProperty('code', 'ERR_STORE_UPGRADING');
    expect([ended, await versionOf()]).toEqual([[], 1]);
    goOn.resolve();
    await Promise.all(starting);
    expect([taken, await versionOf()]).toEqual([1, 2]);
    expect(await one.read('get', LOCK)).toBeNull();
  });

  it('is taken over from a node that died while it upgraded', async () => {
    await requireRedisSchema(one);
    await one.write(LOCK, 'set', LOCK, 'a node that is dead', 'PX', 300);
    await requireRedisSchema(two, [nothing]);
    expect(await versionOf()).toBe(2);
  });

  it('stays locked for as long as a step takes', async () => {
    await requireRedisSchema(one);
    const lockMs = 300;
    const long: RedisStep = async (link) => {
      const beganMs = performance.now();
      const owner = String(await link.read('get', LOCK));
      while (performance.now() < beganMs + 3 * lockMs)
        expect(String(await link.read('get', LOCK))).toBe(owner);
    };
    await requireRedisSchema(one, [long], { lockMs });
    expect(await versionOf()).toBe(2);
  });

  it('does not get its version from a node that lost the lock, whose lock it leaves alone', async () => {
    await requireRedisSchema(one);
    const robbed: RedisStep = async (link) => void (await link.write(LOCK, 'set', LOCK, 'another'));
    await expect(requireRedisSchema(one, [robbed])).rejects.toThrow('the lock of the upgrade was lost');
    expect(await versionOf()).toBe(1);
    expect(String(await one.read('get', LOCK))).toBe('another');
  });

  it('of a newer program is refused, and of none that is known', async () => {
    await requireRedisSchema(one, [nothing, nothing]);
    await expect(requireRedisSchema(two)).rejects.toThrow(
      'the store has schema version 3, this program knows up to 1',
    );
    await requireRedisSchema(two, [nothing, nothing]);
    await one.write('x', 'set', 'oobleck:schema', 'three');
    await expect(requireRedisSchema(two)).rejects.toThrow('names no version');
  });

  it('keys are found by how they begin, letter by letter', async () => {
    for (const key of ['a*1', 'a*2', 'ab3', 'a[1', 'a1']) await one.write('x', 'set', key, 'v');
    const found: string[] = [];
    for (const prefix of ['a*', 'a[1', 'ab']) for await (const key of one.keysUnder(prefix)) found.push(key);
    expect(found.sort()).toEqual(['a*1', 'a*2', 'a[1', 'ab3']);
  });
});
