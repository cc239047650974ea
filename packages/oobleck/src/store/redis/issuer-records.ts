// What an issuer must not forget, in Redis, shared by all its processes: its keys, which are secret there as they are in
// a file, and what each holder drew.

import type { IssuerKeyStore, IssuerQuota } from '../../issuer/index.ts';
import type { RedisLink } from './redis-link.ts';

const DAY_SECONDS = 86_400;

export function createRedisIssuerKeys(link: RedisLink): IssuerKeyStore {
  const keyOf = (day: number): string => `oobleck:issuer-key:${day}`;
  return {
    async load(day) {
      const kept = (await link.read('get', keyOf(day))) as Buffer | null;
      return kept === null ? undefined : new Uint8Array(kept);
    },
    async save(day, pkcs8) {
      const key = keyOf(day);
      const mine = Buffer.from(pkcs8);
      const kept = await link.write(key, 'set', key, mine, 'NX', 'GET', 'EX', 4 * DAY_SECONDS);
      return kept === null ? pkcs8 : new Uint8Array(kept as Buffer);
    },
  };
}

const DRAW = `
local total = tonumber(redis.call('GET', KEYS[1]) or '0') + tonumber(ARGV[1])
if total > tonumber(ARGV[2]) then return 0 end
redis.call('SET', KEYS[1], total, 'EX', ARGV[3])
return 1`;

export function createRedisIssuerQuota(link: RedisLink): IssuerQuota {
  return {
    async draw(holder, day, count, limit) {
      const key = `oobleck:issuer-quota:${day}:${holder}`;
      return Number(await link.write(key, 'eval', DRAW, 1, key, count, limit, 2 * DAY_SECONDS)) === 1;
    },
  };
}
