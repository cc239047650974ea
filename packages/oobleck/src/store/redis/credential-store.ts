// Key credentials in Redis, shared by all nodes: each keeps its index in memory and follows what the others change.
// Every change has a number and is told on a channel; whoever misses one, or was away, reads everything again.

import type { CredentialStore } from '../../directory/index.ts';
import type { RedisLink } from './redis-link.ts';

const ALL = 'oobleck:{credentials}:all';
const NUMBER = 'oobleck:{credentials}:number';
const NEWS = 'oobleck:{credentials}:news';

const SAVE = `
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('SPUBLISH', ARGV[3], redis.call('INCR', KEYS[2]) .. '\\0' .. ARGV[1] .. '\\0' .. ARGV[2])
return 1`;
const REMOVE = `
if redis.call('HDEL', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('SPUBLISH', ARGV[2], redis.call('INCR', KEYS[2]) .. '\\0' .. ARGV[1])
return 1`;

const LOOK_MS = 1_000;

export interface RedisCredentialStore extends CredentialStore {
  all(): Promise<readonly string[]>;
  close(): void;
}

export function createRedisCredentialStore(link: RedisLink): RedisCredentialStore {
  const following = createFollowing(link);
  return {
    all: async () => [...(await readAll(link)).values()],
    async save(slot, credential) {
      await link.write(ALL, 'eval', SAVE, 2, ALL, NUMBER, slot, credential, NEWS);
    },
    async remove(slot) {
      await link.write(ALL, 'eval', REMOVE, 2, ALL, NUMBER, slot, NEWS);
    },
    follow: following.follow,
    close: following.close,
  };
}

async function readAll(link: RedisLink): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  let cursor = '0';
  do {
    const [next, fields] = (await link.read('hscan', ALL, cursor, 'COUNT', 500)) as [Buffer, Buffer[]];
    for (let at = 0; at < fields.length; at += 2) found.set(String(fields[at]), String(fields[at + 1]));
    cursor = String(next);
  } while (cursor !== '0');
  return found;
}

function createFollowing(link: RedisLink) {
  let timer: NodeJS.Timeout | undefined;
  const newest = async (): Promise<number> => Number((await link.read('get', NUMBER)) ?? 0);
  return {
    async follow(receive: (slot: string, credential: string | undefined) => void): Promise<() => void> {
      let seen = Number.POSITIVE_INFINITY;
      const known = new Set<string>();
      const tell = (slot: string, credential: string | undefined): void => {
        if (credential === undefined) known.delete(slot);
        else known.add(slot);
        receive(slot, credential);
      };
      const readAgain = async (): Promise<void> => {
        const number = await newest();
        if (number === seen) return;
        seen = number;
        const all = await readAll(link);
        for (const slot of [...known]) if (!all.has(slot)) tell(slot, undefined);
        for (const [slot, credential] of all) tell(slot, credential);
      };
      const look = (): void => void readAgain().catch(() => undefined); // again in a second
      await link.subscribe(NEWS, (message) => {
        const [number, slot, credential] = message.toString().split('\0');
        if (Number(number) === seen + 1) {
          seen++;
          tell(slot!, credential);
        } else if (Number(number) > seen) look();
      });
      seen = await newest();
      timer = setInterval(look, LOOK_MS);
      timer.unref();
      return () => undefined;
    },
    close: () => clearInterval(timer),
  };
}
