// Which word of a blob's record is what.

import { HASH_INDEX_WORDS } from './hash-index.ts';
import { NAME_WORDS } from './packed-name.ts';

const DEPOSITED_AT = 3 * NAME_WORDS;
const NEXT_IN_SHARD = DEPOSITED_AT + 9;
const BY_ID = NEXT_IN_SHARD + 3;

export const BLOB = {
  id: 0,
  retractHash: NAME_WORDS,
  hash: 2 * NAME_WORDS,
  /** Times take two words. */
  depositedAtMs: DEPOSITED_AT,
  expiresAtMs: DEPOSITED_AT + 2,
  slot: DEPOSITED_AT + 4,
  length: DEPOSITED_AT + 5,
  shard: DEPOSITED_AT + 6,
  stake: DEPOSITED_AT + 7,
  isLive: DEPOSITED_AT + 8,
  nextInShard: NEXT_IN_SHARD,
  previousInShard: NEXT_IN_SHARD + 1,
  /** For the wheel. */
  nextDue: NEXT_IN_SHARD + 2,
  byId: BY_ID,
  byRetractHash: BY_ID + HASH_INDEX_WORDS,
  words: BY_ID + 2 * HASH_INDEX_WORDS,
} as const;

export const BLOB_HASH_BYTES = 32;
