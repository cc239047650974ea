// PASSporTs published in clear, in LMDB, shared by all processes of a machine. The sets of a place lie side by side in the
// order they came, under SHA-256 of the place || uint64 number || SHA-256 of the digest, so that the same PASSporTs are
// found by their keys alone. Stored when it resolves means committed: it outlives the process, not the machine. Bounded
// in sets at a place, and in bytes altogether.

import { hash } from 'node:crypto';
import {
  type ClearPassportStore,
  chooseReplaced,
  MAXIMUM_SETS,
  type PublishedSet,
} from '../../cps/profiles/atis/index.ts';
import {
  decodeClearPassportRecord,
  encodeClearPassportRecord,
  recordEndsAtMs,
} from '../clear-passport-record.ts';
import { createDueTimes, type DueTimes } from './due-times.ts';
import type { LmdbEnvironment } from './lmdb-folder.ts';
import type { Table } from './lmdb-table.ts';

export interface LmdbClearPassportStore extends ClearPassportStore {
  add(place: string, set: PublishedSet): Promise<'stored' | 'full'>;
  list(place: string, nowMs: number): readonly PublishedSet[];
  /** Forgets what has ended, at most `maximum` sets a call. @returns whether all of it is gone */
  sweep(nowMs: number, maximum?: number): boolean;
  /** Of the records kept, ended ones not yet swept included. */
  readonly usedBytes: number;
}

const MAXIMUM_BYTES = 268_435_456;
const SLICE = 1_000;
const HASH_BYTES = 32;
const NUMBER_BYTES = 8;
const NOTHING = Buffer.alloc(0);
const TOTAL = Buffer.from('bytes');

interface Tables {
  readonly sets: Table;
  readonly total: Table;
  readonly due: DueTimes;
}

/** @param maximumBytes of all sets together, default 256 MiB */
export function createLmdbClearPassportStore(
  live: LmdbEnvironment,
  maximumBytes = MAXIMUM_BYTES,
): LmdbClearPassportStore {
  const tables: Tables = {
    sets: live.table('clear'),
    total: live.table('clear-total'),
    due: createDueTimes(live.table('clear-due')),
  };
  const { sets, due } = tables;
  return {
    add: (place, set) => live.run(() => add(tables, hashOf(place), set, maximumBytes)),
    list(place, nowMs) {
      live.refresh();
      const found: PublishedSet[] = [];
      for (const { value } of sets.getRange(rangeOf(hashOf(place))))
        if (recordEndsAtMs(value) > nowMs) found.push(decodeClearPassportRecord(value));
      return found.reverse();
    },
    sweep(nowMs, maximum = SLICE) {
      if (!due.isDue(nowMs)) return true;
      return live.runNow(() => forgetEnded(tables, nowMs, maximum));
    },
    get usedBytes() {
      live.refresh();
      return bytesIn(tables);
    },
  };
}

/** Within a transaction: nobody else looks or adds meanwhile. */
function add(tables: Tables, place: Buffer, set: PublishedSet, maximumBytes: number): 'stored' | 'full' {
  const { publishedAtMs: nowMs } = set;
  const record = encodeClearPassportRecord(set);
  const isTooMuch = (): boolean => bytesIn(tables) + record.length > maximumBytes;
  if (isTooMuch()) forgetEnded(tables, nowMs, SLICE);
  const keys = [...tables.sets.getKeys(rangeOf(place))];
  const digest = hashOf(set.digest);
  const same = keys.find((key) => key.subarray(HASH_BYTES + NUMBER_BYTES).equals(digest));
  if (same === undefined && isTooMuch()) return 'full';
  const key = Buffer.concat([place, numberAfter(keys.at(-1)), digest]);
  const before = same && remove(tables, same);
  put(tables, key, laterOf(set, record, before));
  if (same === undefined && keys.length === MAXIMUM_SETS) makeRoom(tables, place, nowMs);
  return 'stored';
}

/** The same PASSporTs again are kept until the later of both ends. */
function laterOf(set: PublishedSet, record: Buffer, before: Buffer | undefined): Buffer {
  const endedAtMs = before === undefined ? 0 : recordEndsAtMs(before);
  return endedAtMs > set.expiresAtMs ? encodeClearPassportRecord({ ...set, expiresAtMs: endedAtMs }) : record;
}

/** What has ended gives way before what has not. */
function makeRoom(tables: Tables, place: Buffer, nowMs: number): void {
  const lying = [...tables.sets.getRange(rangeOf(place))].map(({ key, value }) => ({
    key,
    ...decodeClearPassportRecord(value),
  }));
  const ended = lying.filter(({ expiresAtMs }) => expiresAtMs <= nowMs);
  const leaving = ended.length > 0 ? ended : [chooseReplaced(lying) as (typeof lying)[number]];
  for (const { key } of leaving) remove(tables, key);
}

function put(tables: Tables, key: Buffer, record: Buffer): void {
  tables.sets.put(key, record);
  count(tables, record.length);
  tables.due.add(recordEndsAtMs(record), { kind: 0, key, note: NOTHING });
}

function remove(tables: Tables, key: Buffer): Buffer | undefined {
  const record = tables.sets.get(key);
  if (record === undefined) return undefined;
  tables.sets.remove(key);
  count(tables, -record.length);
  return record;
}

/** @returns whether all of it is gone */
function forgetEnded(tables: Tables, nowMs: number, maximum: number): boolean {
  const forget = ({ key }: { readonly key: Buffer }): void => {
    const record = tables.sets.get(key);
    // Another may have its key since, for longer.
    if (record !== undefined && recordEndsAtMs(record) <= nowMs) remove(tables, key);
  };
  return tables.due.take(nowMs, maximum, forget) < maximum;
}

function bytesIn({ total }: Tables): number {
  return total.get(TOTAL)?.readDoubleBE() ?? 0;
}

function count(tables: Tables, more: number): void {
  const record = Buffer.alloc(8);
  record.writeDoubleBE(bytesIn(tables) + more);
  tables.total.put(TOTAL, record);
}

function hashOf(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}

function rangeOf(place: Buffer) {
  return { start: place, end: Buffer.concat([place, LAST]) };
}

const LAST = Buffer.alloc(NUMBER_BYTES, 0xff);

function numberAfter(key: Buffer | undefined): Buffer {
  const number = Buffer.alloc(NUMBER_BYTES);
  number.writeBigUInt64BE(key === undefined ? 1n : key.readBigUInt64BE(HASH_BYTES) + 1n);
  return number;
}
