// Spent tokens in memory: for one process whose issuers' keys end with it. Tokens of one key expire together, so they
// lie in one table per expiry, in records of words outside the heap of JavaScript, and are dropped by the table.

import { randomFillSync } from 'node:crypto';
import { createRandomHash } from '../../call/index.ts';
import { isOneLate, type Spend, type SpendableToken, type SpentTokens } from '../../issuer/index.ts';
import { createHashIndex, HASH_INDEX_WORDS } from './hash-index.ts';
import { createPackedName, NAME_WORDS, type PackedName } from './packed-name.ts';
import { createRecordPool } from './record-pool.ts';
import { createTokenName, TOKEN_NAME_WORDS, type TokenName } from './token-name.ts';

export interface MemorySpentTokens extends SpentTokens {
  /** @throws Error where they would not fit; none is spent then */
  spend(tokens: readonly SpendableToken[], requestDigest: string): Spend;
  readonly size: number;
  readonly usedBytes: number;
  readonly maximumBytes: number;
}

export interface MemorySpentTokensOptions {
  /** Beyond, nothing is spent until a key's day is over. Default: no bound. */
  readonly maximumBytes?: number;
  /** What others take of the same maximum. */
  readonly usedBeside?: () => number;
}

const DIGEST = TOKEN_NAME_WORDS;
const SPENT_AT = DIGEST + NAME_WORDS;
const INDEX = SPENT_AT + 1;
const WORDS = INDEX + HASH_INDEX_WORDS;
const RECORD_BYTES = 4 * WORDS + 8;
const RECORDS_PER_CHUNK = 16_384;

/** @param now Unix seconds */
export function createMemorySpentTokens(
  now: () => number,
  options: MemorySpentTokensOptions = {},
): MemorySpentTokens {
  const maximumBytes = options.maximumBytes ?? Number.MAX_SAFE_INTEGER;
  const usedBeside = options.usedBeside ?? (() => 0);
  const byExpiry = new Map<number, SpentTable>();
  const key = createTokenName(createRandomHash(randomFillSync));
  const digest = createPackedName();
  const sum = (of: 'size' | 'usedBytes'): number => {
    let total = 0;
    for (const table of byExpiry.values()) total += table[of];
    return total;
  };
  /** Of the token whose name was packed last. */
  const find = (): SpentRecord | undefined => {
    for (const table of byExpiry.values()) {
      const record = table.find(key, digest);
      if (record !== undefined) return record;
    }
    return undefined;
  };
  const record = (acceptUntil: number, spentAt: number): void => {
    let table = byExpiry.get(acceptUntil);
    if (table === undefined) {
      table = createSpentTable(spentAt);
      byExpiry.set(acceptUntil, table);
    }
    table.add(key, digest, spentAt);
  };
  return {
    spend(tokens, requestDigest) {
      const spentAt = now();
      if (isOneLate(tokens, spentAt)) return { state: 'late', spentAt };
      for (const expiry of byExpiry.keys()) if (expiry <= spentAt) byExpiry.delete(expiry);
      digest.pack(requestDigest);
      let known = 0;
      let earliest = Number.POSITIVE_INFINITY;
      for (const token of tokens) {
        key.pack(token);
        const before = find();
        if (before === undefined) continue;
        if (!before.isSame) return { state: 'other', spentAt: before.spentAt };
        known++;
        earliest = Math.min(earliest, before.spentAt);
      }
      if (known === tokens.length) return { state: 'same', spentAt: earliest };
      if (usedBeside() + sum('usedBytes') + tokens.length * RECORD_BYTES > maximumBytes)
        throw new Error('the record of spent tokens is full');
      for (const token of tokens) {
        // Of one token, which most requests have, the name is packed and known not to be there.
        if (tokens.length > 1) key.pack(token);
        if (known === 0 || find() === undefined) record(token.acceptUntil, spentAt);
      }
      return known === 0 ? { state: 'new', spentAt } : { state: 'same', spentAt: earliest };
    },
    get size() {
      return sum('size');
    },
    get usedBytes() {
      return sum('usedBytes');
    },
    maximumBytes,
  };
}

interface SpentRecord {
  /** Whether it was spent on the request asked about. */
  readonly isSame: boolean;
  readonly spentAt: number;
}

type SpentTable = ReturnType<typeof createSpentTable>;

/** @param since Unix seconds; times are kept as milliseconds from then on, for seven weeks */
function createSpentTable(since: number) {
  const pool = createRecordPool({ wordsPerRecord: WORDS, recordsPerChunk: RECORDS_PER_CHUNK });
  const index = createHashIndex(pool, INDEX);
  const sinceMs = Math.round(since * 1000);
  return {
    find(key: TokenName, digest: PackedName): SpentRecord | undefined {
      let record = index.first(key.place);
      while (record !== 0 && !key.equals(pool.words(record), pool.start(record))) record = index.next(record);
      if (record === 0) return undefined;
      const words = pool.words(record);
      const start = pool.start(record);
      return {
        isSame: digest.equals(words, start + DIGEST, NAME_WORDS),
        spentAt: (sinceMs + words[start + SPENT_AT]!) / 1000,
      };
    },
    add(key: TokenName, digest: PackedName, spentAt: number): void {
      const record = pool.take();
      const words = pool.words(record);
      const start = pool.start(record);
      key.copyTo(words, start);
      digest.copyTo(words, start + DIGEST, NAME_WORDS);
      // A clock that was set back does not make a time before all others.
      words[start + SPENT_AT] = Math.max(0, Math.round(spentAt * 1000) - sinceMs);
      index.insert(record, key.place);
    },
    get size() {
      return pool.used;
    },
    get usedBytes() {
      return pool.usedBytes + index.usedBytes;
    },
  };
}
