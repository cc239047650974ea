import { setImmediate as immediate } from 'node:timers/promises';
import type { Cluster } from 'ioredis';
import { expect, it } from 'vitest';
import { createClusterRoute, slotOf } from './redis-route.ts';

/** A cluster of one node, which has all slots but one, and what each of them was asked. */
function startCluster(answer: () => Promise<unknown>) {
  const asked: string[] = [];
  const stream = {
    writableCorked: 0,
    cork(): void {
      asked.push('cork');
      stream.writableCorked++;
    },
    uncork(): void {
      asked.push('uncork');
      stream.writableCorked--;
    },
  };
  const ask = (who: string, give: () => Promise<unknown>) => (key: string) => {
    asked.push(`${who} ${key}`);
    return give();
  };
  const node = {
    status: 'ready',
    stream,
    getBuffer: ask('node', answer),
    evalshaBuffer: ask('node', answer),
  };
  const slots: string[][] = Array.from({ length: 16_384 }, () => ['one']);
  slots[slotOf('nowhere')] = [];
  const cluster = {
    slots,
    connectionPool: { getInstanceByKey: () => node },
    getBuffer: ask('cluster', async () => 'by the cluster'),
  };
  return { asked, node, route: createClusterRoute(cluster as unknown as Cluster) };
}

it('commands go to the node that has their key, those of a turn in one write', async () => {
  const { asked, route } = startCluster(async () => 'by the node');
  const answers = Promise.all([route('get', ['a']), route('evalsha', ['sha', 1, 'b', 'nowhere'])]);
  expect(asked).toEqual(['cork', 'node a', 'node sha']);
  await immediate();
  expect(asked.splice(0)).toEqual(['cork', 'node a', 'node sha', 'uncork']);
  expect(await answers).toEqual(['by the node', 'by the node']);
  expect(await route('get', ['c'])).toBe('by the node');
  await immediate();
  expect(asked).toEqual(['cork', 'node c', 'uncork']);
});

it.each([
  'MOVED 1 127.0.0.1:1',
  'ASK 1 127.0.0.1:1',
  'TRYAGAIN now',
  'CLUSTERDOWN x',
  'Connection is closed.',
])('what the node does not answer itself is asked of the cluster: %s', async (message) => {
  const { asked, route } = startCluster(() => Promise.reject(new Error(message)));
  expect(await route('get', ['a'])).toBe('by the cluster');
  expect(asked.slice(0, 3)).toEqual(['cork', 'node a', 'cluster a']);
});

it('what the node refuses, or is late with, is not asked again', async () => {
  for (const message of ['WRONGTYPE of key', 'Command timed out', 'NOSCRIPT no']) {
    const { asked, route } = startCluster(() => Promise.reject(new Error(message)));
    await expect(route('get', ['a'])).rejects.toThrow(message);
    expect(asked).not.toContain('cluster a');
  }
});

it('where no node is known, or it is not ready, the cluster is asked at once', async () => {
  const { asked, node, route } = startCluster(async () => 'by the node');
  expect(await route('get', ['nowhere'])).toBe('by the cluster');
  node.status = 'reconnecting';
  expect(await route('get', ['a'])).toBe('by the cluster');
  expect(asked).toEqual(['cluster nowhere', 'cluster a']);
});
