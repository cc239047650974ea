// Access tokens that were used, in Redis, shared by all nodes of a CPS. What cannot be recorded rejects: a token that
// nobody can tell to be new is not taken.

import type { SeenState, SeenTokens } from '../../cps/profiles/atis/index.ts';
import { createRedisScript, type RedisLink } from './redis-link.ts';

/** So far may the clock of a node be behind that of another, for which the token still holds when it ends here. */
export const CLOCKS_APART_MS = 1_000;

const SEE = createRedisScript(`
local held = redis.call('GET', KEYS[1])
if held and tonumber(held) > tonumber(ARGV[2]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
return 1`);

export interface RedisSeenTokens extends SeenTokens {
  see(id: string, untilMs: number, nowMs: number): Promise<SeenState>;
}

export function createRedisSeenTokens(link: RedisLink): RedisSeenTokens {
  return {
    async see(id, untilMs, nowMs) {
      const key = `oobleck:seen:${id}`;
      const ttl = Math.max(1, Math.ceil(untilMs - nowMs)) + CLOCKS_APART_MS;
      const isNew = Number(await link.write(key, 'evalsha', SEE, key, untilMs, nowMs, ttl)) === 1;
      return isNew ? 'new' : 'seen';
    },
  };
}
