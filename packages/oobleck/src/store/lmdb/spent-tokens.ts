// Spent tokens in LMDB: flushed to the disk before anybody is told, since a token that could be spent again after a
// power failure is worth two. The key is uint32 acceptUntil || key id and nonce, so that the tokens of one issuer key end side
// by side; a token is looked for under each end there is, of which there are two or three.

import { encodeBase64url } from '@oobleck/stir/bytes';
import { isOneLate, type Spend, type SpendableToken, type SpentTokens } from '../../issuer/index.ts';
import type { LmdbEnvironment } from './lmdb-folder.ts';
import { countOf, type Table } from './lmdb-table.ts';

export interface LmdbSpentTokens extends SpentTokens {
  /** Forgets tokens that are no longer accepted, at most `maximum` a call. @returns whether all of them are gone */
  sweep(maximum?: number): boolean;
  /** Tokens remembered. */
  readonly size: number;
}

interface SpentRecord {
  readonly digest: string;
  readonly spentAt: number;
}

const SLICE = 5_000;
const END_BYTES = 4;

/** @param now Unix seconds */
export function createLmdbSpentTokens(durable: LmdbEnvironment, now: () => number): LmdbSpentTokens {
  const table = durable.table('spent');
  /** Of the transaction under way: only its first token has to look. */
  let ends: Buffer[] | undefined;
  durable.onBegin(() => {
    ends = undefined;
  });
  return {
    spend: (tokens, digest) =>
      durable.run(() => {
        const spentAt = now();
        if (isOneLate(tokens, spentAt)) return { state: 'late', spentAt };
        ends ??= endsIn(table, spentAt);
        return spend(table, ends, tokens, { digest, spentAt });
      }),
    sweep(maximum = SLICE) {
      const range = { end: endOf(Math.floor(now()) + 1), limit: maximum };
      if ([...table.getKeys({ ...range, limit: 1 })].length === 0) return true;
      return durable.runNow(() => {
        const keys = [...table.getKeys(range)];
        for (const key of keys) table.remove(key);
        return keys.length < maximum;
      });
    },
    get size() {
      durable.refresh();
      return countOf(table);
    },
  };
}

/** Within a transaction: nobody else looks or spends meanwhile. @param ends in the table, to which new ones are added */
function spend(table: Table, ends: Buffer[], tokens: readonly SpendableToken[], spent: SpentRecord): Spend {
  const found = tokens.map((token) => ({ token, before: find(table, ends, keyOf(token)) }));
  const before = found.flatMap((one) => one.before ?? []);
  const other = before.find(({ digest }) => digest !== spent.digest);
  if (other !== undefined) return { state: 'other', spentAt: other.spentAt };
  const record = encodeRecord(spent);
  for (const { token, before: present } of found) {
    if (present !== undefined) continue;
    const end = endOf(Math.ceil(token.acceptUntil));
    table.put(Buffer.concat([end, keyOf(token)]), record);
    if (!ends.some((one) => one.equals(end))) ends.push(end);
  }
  if (before.length === 0) return { state: 'new', spentAt: spent.spentAt };
  return { state: 'same', spentAt: Math.min(...before.map(({ spentAt }) => spentAt)) };
}

/** The ends of the tokens in the table, later than `now`. */
function endsIn(table: Table, now: number): Buffer[] {
  const ends: Buffer[] = [];
  let start = endOf(Math.floor(now) + 1);
  for (;;) {
    const [key] = [...table.getKeys({ start, limit: 1 })];
    if (key === undefined) return ends;
    const end = Buffer.from(key.subarray(0, END_BYTES));
    ends.push(end);
    start = endOf(end.readUInt32BE() + 1);
  }
}

function find(table: Table, ends: readonly Buffer[], key: Buffer): SpentRecord | undefined {
  for (const end of ends) {
    const record = table.get(Buffer.concat([end, key]));
    if (record !== undefined) return { spentAt: record.readDoubleBE(), digest: record.toString('utf8', 8) };
  }
  return undefined;
}

function keyOf({ keyId, nonce }: SpendableToken): Buffer {
  return Buffer.from(keyId + encodeBase64url(nonce));
}

function encodeRecord({ digest, spentAt }: SpentRecord): Buffer {
  const record = Buffer.alloc(8 + Buffer.byteLength(digest));
  record.writeDoubleBE(spentAt);
  record.write(digest, 8);
  return record;
}

function endOf(second: number): Buffer {
  const end = Buffer.allocUnsafe(END_BYTES);
  end.writeUInt32BE(second);
  return end;
}
