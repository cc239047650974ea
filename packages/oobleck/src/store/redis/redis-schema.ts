// The version of the schema of what is stored in Redis. There is no transaction over all of it, so one node upgrades,
// under a lock that ends by itself when the node does, and the others wait for it. A version is written when its step is
// done: what failed halfway is done again from the beginning of that step. Nodes of several versions may run at once while
// they are replaced, so a step leaves what older nodes read.

import { randomUUID } from 'node:crypto';
import { currentVersion, stepsLeft } from '../schema-version.ts';
import type { RedisLink } from './redis-link.ts';
import { StoreUpgradingError } from './store-upgrading-error.ts';

/** Done twice or from any point on, it leads to the same: it may have been broken off, and be begun again. */
export type RedisStep = (link: RedisLink) => Promise<void>;

export interface RedisSchemaOptions {
  /** How long the lock outlives its node, default 10 s. While the node works it is renewed three times as often. */
  readonly lockMs?: number;
  /** How long a node waits for another one that upgrades, default 60 s. */
  readonly patienceMs?: number;
}

const KEY = 'oobleck:schema';
/** In the slot of the version, so that one script reads one and writes the other. */
const LOCK = `{${KEY}}:lock`;
const LOOK_MS = 200;

const RENEW = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`;

const WRITE_VERSION = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2])
return 1`;

const RELEASE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`;

/**
 * @throws SchemaError; what the link throws; StoreUpgradingError where a later start may succeed: another node upgrades,
 * or a step failed (its error is the cause)
 */
export async function requireRedisSchema(
  link: RedisLink,
  steps: readonly RedisStep[] = [],
  { lockMs = 10_000, patienceMs = 60_000 }: RedisSchemaOptions = {},
): Promise<void> {
  const endMs = performance.now() + patienceMs;
  const isCurrent = async (): Promise<boolean> =>
    stepsLeft(await storedVersion(link, steps), steps).length === 0;
  while (!(await isCurrent())) {
    if (await upgradeUnderLock(link, steps, lockMs)) return;
    if (performance.now() > endMs)
      throw new StoreUpgradingError('another node upgrades the store and is not done yet');
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** What a store that is new holds from now on, or what is there. */
async function storedVersion(link: RedisLink, steps: readonly RedisStep[]): Promise<number> {
  const current = currentVersion(steps);
  const before = (await link.write(KEY, 'set', KEY, current, 'NX', 'GET')) as Buffer | null;
  return before === null ? current : Number(before);
}

/** @returns whether it was this node that could */
async function upgradeUnderLock(
  link: RedisLink,
  steps: readonly RedisStep[],
  lockMs: number,
): Promise<boolean> {
  const owner = randomUUID();
  if ((await link.write(LOCK, 'set', LOCK, owner, 'NX', 'PX', lockMs)) === null) return false;
  const renew = (): void => void link.read('eval', RENEW, 1, LOCK, owner, lockMs).catch(() => undefined);
  const timer = setInterval(renew, lockMs / 3); // one that fails is followed by another before the lock ends
  try {
    const stored = await storedVersion(link, steps);
    for (const [done, step] of stepsLeft(stored, steps).entries())
      await takeStep(link, step, stored + done, owner);
    return true;
  } finally {
    clearInterval(timer);
    await link.read('eval', RELEASE, 1, LOCK, owner).catch(() => undefined); // else it ends by itself
  }
}

async function takeStep(link: RedisLink, step: RedisStep, from: number, owner: string): Promise<void> {
  try {
    await step(link);
  } catch (cause) {
    const why = `the upgrade from schema version ${from} to ${from + 1} failed: it is begun again at the next start`;
    throw new StoreUpgradingError(why, { cause });
  }
  const isMine = await link.write(LOCK, 'eval', WRITE_VERSION, 2, LOCK, KEY, owner, from + 1);
  if (Number(isMine) !== 1) throw new StoreUpgradingError('the lock of the upgrade was lost');
}
