import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasRedis, type RedisServers, startRedis } from '../../../test/redis-servers.ts';
import { createEventLog } from '../../operate/index.ts';
import { parseStoreAddress, type RedisAddress } from '../../wiring/configuration-store.ts';
import { connectRedis, type RedisLink } from './redis-link.ts';

describe.runIf(hasRedis())('a store that was away', () => {
  let redis: RedisServers;
  let link: RedisLink;
  beforeAll(async () => {
    redis = await startRedis();
    const log = createEventLog({ level: 'silent' });
    link = await connectRedis({ ...(parseStoreAddress(redis.url) as RedisAddress), log });
  });
  afterAll(async () => {
    link?.close();
    await redis?.close();
  });

  it('is found to be back though nobody asks it anything: a node that is not ready gets no requests', async () => {
    expect(link.isReady()).toBe(true);
    await redis.servers[0]!.kill();
    await expect(link.read('get', 'x')).rejects.toThrow();
    expect(link.isReady()).toBe(false);
    await redis.servers[0]!.restart();
    await expect.poll(() => link.isReady(), { timeout: 20_000 }).toBe(true);
  }, 40_000);
});
