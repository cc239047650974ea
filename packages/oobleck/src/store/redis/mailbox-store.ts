// Live deposits in Redis. A shard is a key and three that are named after it, in one slot (blobs, ids
// that were seen, stakes, flood mark), so that one
// script adds a blob whole; up to 16 slots share a mailbox, so that a large one lies on several nodes. Everything ends
// by itself: keys live a little longer than a deposit may. The scripts take the time from the caller, as every store
// does: the clocks of nodes must agree to a second.

import { MAXIMUM_BLOBS_PER_SHARD } from '@oobleck/stir/mailbox';
import { createMailboxWatchers, type MailboxStore, type StoredBlob } from '../../cps/index.ts';
import { type BlobRecordHead, decodeBlobHead, decodeBlobRecord, encodeBlobRecord } from '../blob-record.ts';
import { createRedisScript, type RedisLink } from './redis-link.ts';

const GROUPS = 16;
const KEPT_MS = 62_000;
const FLOODED_MS = 60_000;
/** Of one retract hash; whoever left more under it takes back some of them. */
const MOST_RETRACTED = 512;

/** What has expired is forgotten first: its ids may come again, and it takes no room. */
const ADD = createRedisScript(`
local blobs, seen, stakes, flood = KEYS[1], KEYS[1] .. ':seen', KEYS[1] .. ':stakes', KEYS[1] .. ':flood'
local id, record = ARGV[1], ARGV[2]
local stake = string.byte(record, 2)
local now, expires = struct.unpack('>dd', record, 3)
now, expires = string.format('%.3f', now), string.format('%.3f', expires)
local old = redis.call('ZRANGEBYSCORE', seen, '-inf', now, 'LIMIT', 0, 4000)
if #old > 0 then
  redis.call('ZREM', seen, unpack(old))
  redis.call('HDEL', blobs, unpack(old))
  redis.call('HDEL', stakes, unpack(old))
end
local isNew = redis.call('ZADD', seen, 'NX', expires, id)
redis.call('PEXPIRE', seen, ${KEPT_MS}) -- a write even where nothing is added: a repetition waits for the first to be replicated
if isNew == 0 then return 0 end
redis.call('HSET', blobs, id, record)
redis.call('PEXPIRE', blobs, ${KEPT_MS})
if stake > 0 then
  redis.call('HSET', stakes, id, stake)
  redis.call('PEXPIRE', stakes, ${KEPT_MS})
end
local tag, shard = string.match(blobs, '({.*}):(.*)$')
redis.call('SPUBLISH', 'oobleck:news:' .. tag, shard .. '\\0' .. record)
if redis.call('HLEN', blobs) > ${MAXIMUM_BLOBS_PER_SHARD} then
  local staked, lowest, candidates = {}, math.huge, {}
  local pairs_ = redis.call('HGETALL', stakes)
  for i = 1, #pairs_, 2 do staked[pairs_[i]] = tonumber(pairs_[i + 1]) end
  for _, one in ipairs(redis.call('HKEYS', blobs)) do
    local worth = staked[one] or 0
    if worth < lowest then lowest, candidates = worth, {} end
    if worth == lowest then candidates[#candidates + 1] = one end
  end
  local dropped = candidates[math.floor(tonumber(ARGV[3]) * #candidates) + 1]
  redis.call('HDEL', blobs, dropped)
  redis.call('HDEL', stakes, dropped)
  redis.call('SET', flood, string.format('%.0f', tonumber(now) + ${FLOODED_MS}), 'PX', ${FLOODED_MS})
end
return 1`);

/** Records; of more than are wanted at once only what stands before their bytes, each with the length of the record. */
const LIST = createRedisScript(`
local floodedUntil = redis.call('GET', KEYS[1] .. ':flood') or '0'
local records = redis.call('HVALS', KEYS[1])
if #records <= tonumber(ARGV[1]) then return { floodedUntil, records, {} } end
local heads = {}
for i, record in ipairs(records) do
  local _, at = struct.unpack('>Hc0', record, 19)
  _, at = struct.unpack('>Hc0', record, at)
  _, at = struct.unpack('>Bc0', record, at)
  heads[2 * i - 1], heads[2 * i] = string.sub(record, 1, at - 1), #record
end
return { floodedUntil, {}, heads }`);

/** Of 2 KiB in a reply of 16 KiB. */
const BROUGHT_AT_ONCE = 7;

const REMEMBER = createRedisScript(
  `redis.call('SADD', KEYS[1], ARGV[1]) redis.call('PEXPIRE', KEYS[1], ${KEPT_MS}) return 1`,
);

export interface RedisMailboxStore extends MailboxStore {
  add(shard: string, blob: StoredBlob): Promise<void>;
}

/** @param random uniform in [0, 1): which of equal blobs gives way */
export function createRedisMailboxStore(
  link: RedisLink,
  random: () => number = Math.random,
): RedisMailboxStore {
  return {
    async add(shard, blob) {
      const { blobs } = keysOf(shard);
      const { id, retractHash } = blob;
      const byHash = retractKey(retractHash);
      await Promise.all([
        link.read('evalsha', REMEMBER, byHash, `${shard}\0${id}`),
        link.write(blobs, 'evalsha', ADD, blobs, id, encodeBlobRecord(blob), random()),
      ]);
    },
    async list(shard, nowMs, choose) {
      const { blobs } = keysOf(shard);
      const most = choose === undefined ? Number.MAX_SAFE_INTEGER : BROUGHT_AT_ONCE;
      const answer = await link.read('evalsha', LIST, blobs, most);
      const [floodedUntilMs, brought, cut] = answer as [Buffer, Buffer[], (Buffer | number)[]];
      const heads = cut.length === 0 ? brought.map((record) => headOf(record)) : headsIn(cut);
      const live = heads.filter(({ expiresAtMs }) => expiresAtMs > nowMs);
      const chosen = choose === undefined ? live : choose(live);
      const records =
        cut.length === 0 ? chosen.map(({ record }) => record) : await bring(link, blobs, chosen);
      return { blobs: records.map(decodeBlobRecord), isFlooded: Number(floodedUntilMs) > nowMs };
    },
    async retract(hashes) {
      await Promise.all(hashes.map((hash) => retract(link, hash)));
    },
    watch: createWatching(link),
  };
}

interface CutRecord extends BlobRecordHead {
  readonly record: Buffer;
}

const headOf = (record: Buffer, recordBytes = record.length): CutRecord => ({
  ...decodeBlobHead(record, recordBytes),
  record,
});

function headsIn(cut: readonly (Buffer | number)[]): CutRecord[] {
  const heads: CutRecord[] = [];
  for (let at = 0; at < cut.length; at += 2) heads.push(headOf(cut[at] as Buffer, Number(cut[at + 1])));
  return heads;
}

/** Whole records of those that still lie there. */
async function bring(link: RedisLink, blobs: string, chosen: readonly BlobRecordHead[]): Promise<Buffer[]> {
  if (chosen.length === 0) return [];
  const records = await link.read('hmget', blobs, ...chosen.map(({ id }) => id));
  return (records as (Buffer | null)[]).filter((record) => record !== null);
}

async function retract(link: RedisLink, hash: string): Promise<void> {
  const found = (await link.read('srandmember', retractKey(hash), MOST_RETRACTED)) as Buffer[];
  await Promise.all(
    found.map((one) => {
      const [shard, id] = one.toString().split('\0');
      const { blobs } = keysOf(shard!);
      return link.write(blobs, 'hdel', blobs, id!);
    }),
  );
}

const retractKey = (hash: string): string => `oobleck:retract:${hash}`;

function keysOf(shard: string) {
  const slash = shard.lastIndexOf('/');
  const tag = tagOf(shard.slice(0, slash), Number(shard.slice(slash + 1)) % GROUPS || 0);
  return { blobs: `oobleck:blobs:${tag}:${shard}` };
}

const tagOf = (mailboxId: string, group: number): string => `{${mailboxId}/${group}}`;
const channelOf = (tag: string): string => `oobleck:news:${tag}`;

/** One channel a group of shards. Nobody is told before all of them are subscribed to, so that news has no gaps. */
function createWatching(link: RedisLink): MailboxStore['watch'] {
  const live = new Set<string>();
  const channels = (mailboxId: string): readonly string[] =>
    Array.from({ length: GROUPS }, (_, group) => channelOf(tagOf(mailboxId, group)));
  const watchers = createMailboxWatchers({
    onFirst(mailboxId) {
      const receive = (message: Buffer): void => {
        const end = message.indexOf(0);
        if (live.has(mailboxId))
          watchers.tell(message.toString('utf8', 0, end), decodeBlobRecord(message.subarray(end + 1)));
      };
      Promise.all(channels(mailboxId).map((channel) => link.subscribe(channel, receive))).then(
        () => live.add(mailboxId),
        () => live.add(mailboxId), // some are told of, the others when the connection is back
      );
    },
    onLast(mailboxId) {
      live.delete(mailboxId);
      for (const channel of channels(mailboxId)) link.unsubscribe(channel);
    },
  });
  return watchers.watch;
}
