// Which call holds which PASSporT, in Redis, shared by all verification services of a key holder.

import type { UsedPassports } from '../../verification/index.ts';
import type { RedisLink } from './redis-link.ts';
import { CLOCKS_APART_MS } from './seen-tokens.ts';

const TAKE = `
local held = redis.call('GET', KEYS[1])
if held then
  local bar = string.find(held, '|', 1, true)
  if tonumber(string.sub(held, 1, bar - 1)) > tonumber(ARGV[3]) then return string.sub(held, bar + 1) end
end
redis.call('SET', KEYS[1], ARGV[2] .. '|' .. ARGV[1], 'PX', ARGV[4])
return ARGV[1]`;

export function createRedisUsedPassports(link: RedisLink): UsedPassports {
  return {
    async take(passport, call, untilMs, nowMs) {
      const key = `oobleck:used:${passport}`;
      const ttl = Math.max(1, Math.ceil(untilMs - nowMs)) + CLOCKS_APART_MS;
      return String(await link.write(key, 'eval', TAKE, 1, key, call, untilMs, nowMs, ttl));
    },
  };
}
