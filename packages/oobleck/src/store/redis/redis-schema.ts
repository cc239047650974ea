// The version of the schema of what is stored in Redis. Nodes of several versions may run at once while they are
// replaced: steps must leave what older nodes read.

import { type SchemaSteps, upgradeSchema } from '../schema-version.ts';
import type { RedisLink } from './redis-link.ts';

const KEY = 'oobleck:schema';

/** @throws SchemaError */
export async function requireRedisSchema(link: RedisLink, steps: SchemaSteps = []): Promise<void> {
  const stored = (await link.read('get', KEY)) as Buffer | null;
  const written = upgradeSchema(stored === null ? undefined : Number(stored), steps);
  if (written !== undefined) await link.write(KEY, 'set', KEY, written);
}
