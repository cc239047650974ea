// Silence (RFC 8816 Sections 6.2 and 7.4) over each store, and the same observer on four leaks planted in the service.

import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { hasRedis, type RedisServers, startRedis, startRedisCluster } from '../redis-servers.ts';
import { type Leak, type Watch, watch } from './watched-cps.ts';

const REPLIES = 10_000;
const REPLIES_WITH_LEAK = 1_000;
const TIMEOUT_MS = 240_000;
/** Of the shards that are idle, of a call, full: blobs on a page, whether there is another, whether some were dropped. */
const CONTENTS = [
  [0, false, false],
  [1, false, false],
  [7, true, true],
];

const closers: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

async function expectSilence(how: Omit<Watch, 'replies'>): Promise<void> {
  const { observer, contents } = await watch({ ...how, replies: REPLIES });
  expect(observer.findings(), `largest |t| ${observer.largestT().toFixed(2)}`).toEqual([]);
  expect(contents, 'what the owner finds in the very replies').toEqual(CONTENTS);
}

async function running(start: () => Promise<RedisServers>): Promise<string> {
  const redis = await start();
  closers.push(redis.close);
  return redis.url;
}

describe(`R-01, R-02, R-03, R-04: ${REPLIES} replies: the owner's retrieval, a call in progress and a full mailbox change nothing`, () => {
  it('in memory, all at once', () => expectSilence({}), TIMEOUT_MS);

  it('in memory, one by one', () => expectSilence({ isOneByOne: true }), TIMEOUT_MS);

  it(
    'in LMDB',
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'oobleck-silence-'));
      closers.push(() => rm(folder, { recursive: true }));
      return expectSilence({ store: `lmdb:${folder}` });
    },
    TIMEOUT_MS,
  );

  describe.runIf(hasRedis())('where the store is waited for', () => {
    it('in Redis', async () => expectSilence({ store: await running(startRedis) }), TIMEOUT_MS);

    it('in a cluster', async () => expectSilence({ store: await running(startRedisCluster) }), TIMEOUT_MS);
  });
});

describe('the same observer finds what is planted', () => {
  it.each<[string, Leak, string]>([
    ['a reply is longer by a byte for a full mailbox', 'length', 'length'],
    ['one byte says how many blobs there are', 'count', 'bytes'],
    ['the reply for a full mailbox takes a beat more', 'time', 'time'],
    ['what was sent for an idle mailbox is sent again', 'repetition', 'repetition'],
  ])(
    '%s',
    async (_, leak, finding) => {
      const { observer } = await watch({ leak, replies: REPLIES_WITH_LEAK });
      expect(observer.findings()).toContain(finding);
    },
    60_000,
  );

  it('one by one, too', async () => {
    const { observer } = await watch({ leak: 'time', replies: REPLIES_WITH_LEAK, isOneByOne: true });
    expect(observer.findings()).toContain('time');
  }, 60_000);
});
