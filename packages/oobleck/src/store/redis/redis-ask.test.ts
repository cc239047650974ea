// A slot of the cluster on its way from one master to another: what is not at the one any more is asked of the other (ASK),
// scripts as well, and nothing is lost or stored twice when the move is done (MOVED).

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  hasRedis,
  type RedisServer,
  type RedisServers,
  startRedisCluster,
} from '../../../test/redis-servers.ts';
import { createEventLog } from '../../operate/index.ts';
import { parseStoreAddress, type RedisAddress } from '../../wiring/configuration-store.ts';
import { blobOf, START_MS } from '../mailbox-store-contract.ts';
import { spentTokenOf } from '../spent-tokens-contract.ts';
import { createRedisMailboxStore } from './mailbox-store.ts';
import { connectRedis, type RedisLink } from './redis-link.ts';
import { slotOf } from './redis-route.ts';
import { createRedisSpentTokens, keyOfSpent } from './spent-tokens.ts';

const log = createEventLog({ level: 'silent' });

describe.runIf(hasRedis())('a slot that moves', () => {
  let redis: RedisServers;
  let link: RedisLink;
  beforeAll(async () => {
    redis = await startRedisCluster();
    link = await connectRedis({ ...(parseStoreAddress(redis.url) as RedisAddress), log });
  }, 60_000);
  afterAll(async () => {
    link?.close();
    await redis?.close();
  });

  const idOf = async ({ client }: RedisServer) => String(await client.call('CLUSTER', 'MYID'));
  const masterOf = (slot: number): number => Math.floor(slot / Math.ceil(16_384 / 3));
  /** @returns what completes the move */
  const move = async (slot: number): Promise<() => Promise<void>> => {
    const from = redis.servers[masterOf(slot)]!;
    const to = redis.servers[(masterOf(slot) + 1) % 3]!;
    const [fromId, toId] = [await idOf(from), await idOf(to)];
    await to.client.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId);
    await from.client.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId);
    const countAt = async ({ client }: RedisServer) =>
      Number(await client.call('CLUSTER', 'COUNTKEYSINSLOT', slot));
    return async () => {
      // What was new went to the new master, though every client still asks the old one first.
      expect(await countAt(from)).toBe(0);
      expect(await countAt(to)).toBeGreaterThan(0);
      const keys = (await from.client.call('CLUSTER', 'GETKEYSINSLOT', slot, 100)) as string[];
      for (const key of keys) await from.client.call('MIGRATE', '127.0.0.1', to.port, key, 0, 5_000);
      for (const { client } of [to, from, redis.servers[(masterOf(slot) + 2) % 3]!])
        await client.call('CLUSTER', 'SETSLOT', slot, 'NODE', toId);
    };
  };

  it('tokens: none is spent twice, before, while and after', async () => {
    const spent = createRedisSpentTokens(link, () => START_MS / 1_000);
    const token = spentTokenOf('asked', START_MS / 1_000 + 600);
    const done = await move(slotOf(keyOfSpent(token)));
    expect((await spent.spend([token], 'one')).state).toBe('new'); // at the new master already
    expect((await spent.spend([token], 'one')).state).toBe('same');
    expect((await spent.spend([token], 'two')).state).toBe('other');
    await done();
    expect((await spent.spend([token], 'one')).state).toBe('same');
    expect((await spent.spend([token], 'two')).state).toBe('other');
  }, 30_000);

  it('deposits: what is left while the slot moves is found, and once only', async () => {
    const store = createRedisMailboxStore(link);
    const shard = 'moving-mailbox/3';
    const done = await move(slotOf('{moving-mailbox/3}'));
    await store.add(shard, blobOf('while'));
    await store.add(shard, blobOf('while'));
    const ids = async () => (await store.list(shard, START_MS)).blobs.map(({ id }) => id).sort();
    expect(await ids()).toEqual(['while']);
    await done();
    await store.add(shard, blobOf('while'));
    await store.add(shard, blobOf('after'));
    expect(await ids()).toEqual(['after', 'while']);
    await store.retract(['retract while']);
    expect(await ids()).toEqual(['after']);
  }, 30_000);
});
