import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasRedis, type RedisServers, startRedis, startRedisCluster } from '../../../test/redis-servers.ts';
import { createEventLog } from '../../operate/index.ts';
import { parseStoreAddress, type RedisAddress } from '../../wiring/configuration-store.ts';
import { connectRedis, type RedisLink } from './redis-link.ts';

describe.runIf(hasRedis()).each([
  ['one server', startRedis],
  ['a cluster', startRedisCluster],
])('%s that is there and does nothing', (_name, start) => {
  let redis: RedisServers;
  let link: RedisLink;
  let pids: readonly number[] = [];
  const signal = (name: NodeJS.Signals): void => {
    for (const pid of pids) process.kill(pid, name);
  };
  beforeAll(async () => {
    redis = await start();
    const log = createEventLog({ level: 'silent' });
    link = await connectRedis({ ...(parseStoreAddress(redis.url) as RedisAddress), log });
    const told = await Promise.all(redis.servers.map(({ client }) => client.info('server')));
    pids = told.map((text) => Number(/process_id:([0-9]+)/.exec(text)![1]));
  }, 60_000);
  afterAll(async () => {
    signal('SIGCONT');
    link?.close();
    await redis?.close();
  });

  it('is sent no more than it may be behind with, and serves again when it goes on', async () => {
    const value = Buffer.alloc(1_048_576);
    await link.read('set', 'x', value);
    const failures: string[] = [];
    const send = async (): Promise<void> => {
      link.read('set', 'x', value).catch((error: Error) => failures.push(error.name));
      await new Promise((resolve) => setImmediate(resolve));
    };
    signal('SIGSTOP');
    await expect.poll(() => send().then(() => failures), { timeout: 20_000 }).toContain('StoreAwayError');
    // From here on at once, long before any command is overdue.
    failures.length = 0;
    for (let count = 0; count < 64; count++) await send();
    expect(failures.filter((name) => name === 'StoreAwayError')).toHaveLength(64);
    expect(link.isReady()).toBe(false);
    signal('SIGCONT');
    await expect.poll(() => link.isReady(), { timeout: 20_000 }).toBe(true);
    expect(await link.read('get', 'x')).toEqual(value);
  }, 40_000);
});
