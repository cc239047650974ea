// PASSporTs published in clear, in Redis. A place is two hashes in one slot, named after SHA-256 of its name: the records
// by digest, and the heads (number, end, publisher), by which one script decides without reading a record. Everything
// ends by itself, a second after the last set of its place. Bounded in sets at a place, and in bytes that each process adds.

import { hash } from 'node:crypto';
import { type ClearPassportStore, MAXIMUM_SETS, type PublishedSet } from '../../cps/profiles/atis/index.ts';
import { decodeClearPassportRecord, encodeClearPassportRecord } from '../clear-passport-record.ts';
import { createLyingBytes } from './lying-bytes.ts';
import { createRedisScript, type RedisLink } from './redis-link.ts';

const KEPT_LONGER_MS = 1_000;
const MAXIMUM_BYTES = 268_435_456;

const HEADS = `
local function headsOf(key)
  local heads, flat = {}, redis.call('HGETALL', key)
  for i = 1, #flat, 2 do
    local number, expires, publisher = string.match(flat[i + 1], '^(%d+) (%S+) (.*)$')
    heads[#heads + 1] =
      { digest = flat[i], number = tonumber(number), expires = expires, publisher = publisher }
  end
  table.sort(heads, function(one, other) return one.number < other.number end)
  return heads
end`;

/** Of those in the order they came, the oldest of the publisher that has the most: `chooseReplaced` of the port. */
const ADD = createRedisScript(`${HEADS}
local sets, heads = KEYS[1], KEYS[1] .. ':heads'
local digest, record, publisher, now, expires = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5]
local live, last, number, counts = {}, tonumber(expires), 1, {}
for _, one in ipairs(headsOf(heads)) do
  local ends = tonumber(one.expires)
  number = one.number + 1
  if one.digest == digest then
    if ends > tonumber(expires) then expires = one.expires end
  elseif ends <= now then
    redis.call('HDEL', sets, one.digest)
    redis.call('HDEL', heads, one.digest)
  else
    live[#live + 1] = one
  end
end
live[#live + 1] = { digest = digest, expires = expires, publisher = publisher }
redis.call('HSET', sets, digest, record)
redis.call('HSET', heads, digest, string.format('%.0f', number) .. ' ' .. expires .. ' ' .. publisher)
if #live > ${MAXIMUM_SETS} then
  local most = 0
  for _, one in ipairs(live) do
    counts[one.publisher] = (counts[one.publisher] or 0) + 1
    most = math.max(most, counts[one.publisher])
  end
  for _, one in ipairs(live) do
    if counts[one.publisher] == most then
      redis.call('HDEL', sets, one.digest)
      redis.call('HDEL', heads, one.digest)
      break
    end
  end
end
for _, one in ipairs(live) do last = math.max(last, tonumber(one.expires)) end
local kept = string.format('%.0f', math.max(1, math.ceil(last - now)) + ${KEPT_LONGER_MS})
redis.call('PEXPIRE', sets, kept)
redis.call('PEXPIRE', heads, kept)
return 1`);

/** Of each set that has not ended, the newest first: its end, which may be later than that in the record, and the record. */
const LIST = createRedisScript(`${HEADS}
local heads, now, found = headsOf(KEYS[1] .. ':heads'), tonumber(ARGV[1]), {}
for i = #heads, 1, -1 do
  if tonumber(heads[i].expires) > now then
    found[#found + 1] = heads[i].expires
    found[#found + 1] = redis.call('HGET', KEYS[1], heads[i].digest)
  end
end
return found`);

export interface RedisClearPassportStore extends ClearPassportStore {
  add(place: string, set: PublishedSet): Promise<'stored' | 'full'>;
  list(place: string, nowMs: number): Promise<readonly PublishedSet[]>;
}

/** @param maximumBytes of the sets of this process that have not ended, default 256 MiB */
export function createRedisClearPassportStore(
  link: RedisLink,
  maximumBytes = MAXIMUM_BYTES,
): RedisClearPassportStore {
  const lying = createLyingBytes(maximumBytes);
  return {
    async add(place, set) {
      const key = keyOf(place);
      const { digest, publisher, publishedAtMs, expiresAtMs } = set;
      const record = encodeClearPassportRecord(set);
      if (!lying.admits(record.length, expiresAtMs + KEPT_LONGER_MS, publishedAtMs)) return 'full';
      await link.write(key, 'evalsha', ADD, key, digest, record, publisher, publishedAtMs, expiresAtMs);
      return 'stored';
    },
    async list(place, nowMs) {
      const flat = (await link.read('evalsha', LIST, keyOf(place), nowMs)) as Buffer[];
      const found: PublishedSet[] = [];
      for (let at = 0; at < flat.length; at += 2)
        found.push({ ...decodeClearPassportRecord(flat[at + 1]!), expiresAtMs: Number(flat[at]) });
      return found;
    },
  };
}

/** Its hash tag is the whole of the place's part, so that both hashes lie in one slot. */
function keyOf(place: string): string {
  return `oobleck:clear:{${hash('sha256', place, 'base64url')}}`;
}
