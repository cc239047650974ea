// Spent tokens in Redis: SET NX GET with the digest of the request, which tells in one command who has a token. Tokens
// lie in slots of their own, so a request with several looks at all of them first; of two requests that share tokens and
// race, both may be refused, and what they recorded stays so, since nobody can tell whether a repetition counts on it.

import { encodeBase64url } from '@oobleck/stir/bytes';
import { isOneLate, type Spend, type SpendableToken, type SpentTokens } from '../../issuer/index.ts';
import type { RedisLink } from './redis-link.ts';
import { CLOCKS_APART_MS } from './seen-tokens.ts';

interface SpentRecord {
  readonly digest: string;
  readonly spentAt: number;
}

/** @param now Unix seconds */
export function createRedisSpentTokens(link: RedisLink, now: () => number): SpentTokens {
  const look = async (token: SpendableToken): Promise<SpentRecord | undefined> =>
    parseRecord(await link.read('get', keyOfSpent(token)));
  const record = async (token: SpendableToken, spent: SpentRecord): Promise<SpentRecord | undefined> => {
    const key = keyOfSpent(token);
    const ttl = Math.ceil((token.acceptUntil - spent.spentAt) * 1000) + CLOCKS_APART_MS;
    const found = parseRecord(await link.write(key, 'set', key, formatRecord(spent), 'NX', 'GET', 'PX', ttl));
    // A write of its own, so that a repetition too waits until what the first one wrote is replicated.
    if (found?.digest === spent.digest) await link.write(key, 'pexpire', key, ttl);
    return found;
  };
  return {
    async spend(tokens, digest) {
      const spent = { digest, spentAt: now() };
      if (isOneLate(tokens, spent.spentAt)) return { state: 'late', spentAt: spent.spentAt };
      if (tokens.length > 1) {
        const refused = outcomeOf(await Promise.all(tokens.map(look)), spent);
        if (refused.state === 'other') return refused;
      }
      return outcomeOf(await Promise.all(tokens.map((token) => record(token, spent))), spent);
    },
  };
}

function outcomeOf(found: readonly (SpentRecord | undefined)[], { digest, spentAt }: SpentRecord): Spend {
  const before = found.filter((one) => one !== undefined);
  const other = before.find((one) => one.digest !== digest);
  if (other !== undefined) return { state: 'other', spentAt: other.spentAt };
  if (before.length === 0) return { state: 'new', spentAt };
  return { state: 'same', spentAt: Math.min(...before.map((one) => one.spentAt)) };
}

/** Under which a spent token lies. */
export function keyOfSpent({ keyId, nonce }: SpendableToken): string {
  return `oobleck:spent:${keyId}${encodeBase64url(nonce)}`;
}

const formatRecord = ({ digest, spentAt }: SpentRecord): string => `${spentAt}|${digest}`;

function parseRecord(value: unknown): SpentRecord | undefined {
  if (value === null) return undefined;
  const text = String(value);
  const bar = text.indexOf('|');
  return { spentAt: Number(text.slice(0, bar)), digest: text.slice(bar + 1) };
}
