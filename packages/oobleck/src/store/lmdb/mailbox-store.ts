// Live deposits in LMDB, shared by all processes of a machine. A shard's blobs lie side by side under
// `{shard} 0x00 {id}`; one that was dropped or retracted leaves its key among the gone, so that it never comes back.
// Added when it resolves means committed: it outlives the process, not the machine. News of a blob reaches those who
// watch in other processes through a log that each of them reads many times a second.

import { MAXIMUM_BLOBS_PER_SHARD } from '@oobleck/stir/mailbox';
import { chooseDropped, createMailboxWatchers, type MailboxStore, type StoredBlob } from '../../cps/index.ts';
import { decodeBlobHead, decodeBlobRecord, encodeBlobRecord, recordExpiresAtMs } from '../blob-record.ts';
import { createChangeLog } from './change-log.ts';
import { createDueTimes, type DueThing } from './due-times.ts';
import type { LmdbEnvironment } from './lmdb-folder.ts';
import { countOf, type Table } from './lmdb-table.ts';
import { createShardBounds, type ShardBounds } from './shard-bounds.ts';

export interface LmdbMailboxStore extends MailboxStore {
  /**
   * Forgets what has expired, at most `maximum` records a call.
   * @returns whether everything due is gone
   */
  sweep(nowMs: number, maximum?: number): boolean;
  /** Deposits, those included that have expired a moment ago. */
  readonly size: number;
  close(): void;
}

const FLOODED_MS = 60_000;
const SLICE = 1_000;
const WATCH_MS = 10;
const NEWS_KEPT = 65_536;
const NEWS_READ = 4_096;
const BLOB = 0;
const FLOOD = 1;
const NOTHING = Buffer.alloc(0);

interface Tables {
  readonly blobs: Table;
  readonly gone: Table;
  readonly byRetractHash: Table;
  readonly floods: Table;
  readonly due: ReturnType<typeof createDueTimes>;
  readonly news: ReturnType<typeof createChangeLog>;
  readonly bounds: ShardBounds;
}

/** @param random uniform in [0, 1): which of equal blobs gives way */
export function createLmdbMailboxStore(
  live: LmdbEnvironment,
  random: () => number = Math.random,
): LmdbMailboxStore {
  const tables = openTables(live);
  const { blobs, floods, news } = tables;
  live.onBegin((isKept) => {
    news.begin();
    tables.bounds.begin(isKept);
  });
  const watching = createWatching(live, tables);
  return {
    add(shard, blob) {
      const record = encodeBlobRecord(blob); // now: its bytes may be a view of a buffer that is used again
      return live.run(() => add(tables, shard, { blob, record }, random));
    },
    list(shard, nowMs, choose = (heads) => heads) {
      live.refresh();
      const lying = [...blobs.getRange(rangeOf(shard))].filter(
        ({ value }) => recordExpiresAtMs(value) > nowMs,
      );
      const heads = lying.map(({ value }) => ({ ...decodeBlobHead(value), value }));
      const found = choose(heads).map(({ value }) => decodeBlobRecord(value));
      const floodedUntilMs = floods.get(Buffer.from(`${shard}/`))?.readDoubleBE() ?? 0;
      return { blobs: found, isFlooded: floodedUntilMs > nowMs };
    },
    retract: (hashes) =>
      live.run(() => {
        for (const hash of hashes)
          for (const key of [...tables.byRetractHash.getKeys(rangeOf(hash))])
            leave(tables, key.subarray(Buffer.byteLength(hash) + 1));
      }),
    watch: watching.watch,
    sweep(nowMs, maximum = SLICE) {
      if (!tables.due.isDue(nowMs)) return true;
      return live.runNow(() => {
        news.trim(maximum);
        return tables.due.take(nowMs, maximum, (thing) => forget(tables, thing)) < maximum;
      });
    },
    get size() {
      live.refresh();
      return countOf(blobs);
    },
    close: watching.close,
  };
}

function openTables({ table }: LmdbEnvironment): Tables {
  const blobs = table('blobs');
  const news = createChangeLog(table('news'), NEWS_KEPT);
  const limit = MAXIMUM_BLOBS_PER_SHARD + 1;
  const count = (shard: string): number => blobs.getKeysCount({ ...rangeOf(shard), limit });
  return {
    blobs,
    gone: table('gone'),
    byRetractHash: table('retract'),
    floods: table('floods'),
    due: createDueTimes(table('blobs-due')),
    news,
    bounds: createShardBounds(news, MAXIMUM_BLOBS_PER_SHARD, count),
  };
}

/** `{name} 0x00 {rest}`; names hold no 0x00. */
function keyUnder(name: string, rest: string | Buffer): Buffer {
  const tail = typeof rest === 'string' ? Buffer.from(rest) : rest;
  return Buffer.concat([Buffer.from(`${name}\0`), tail]);
}

function rangeOf(name: string) {
  return { start: Buffer.from(`${name}\0`), end: Buffer.from(`${name}\x01`) };
}

interface Addition {
  readonly blob: StoredBlob;
  readonly record: Buffer;
}

function add(tables: Tables, shard: string, { blob, record }: Addition, random: () => number): void {
  const { blobs, gone, byRetractHash, due, news, bounds } = tables;
  const key = keyUnder(shard, blob.id);
  if (blobs.doesExist(key) || gone.doesExist(key)) return;
  blobs.put(key, record);
  byRetractHash.put(keyUnder(blob.retractHash, key), NOTHING);
  due.add(blob.expiresAtMs, { kind: BLOB, key, note: Buffer.from(blob.retractHash) });
  const count = bounds.added(shard, news.append(key));
  if (count > MAXIMUM_BLOBS_PER_SHARD) makeRoom(tables, shard, blob.depositedAtMs, random());
}

/** The blob is not seen again, nor added again until it would have expired. */
function leave({ blobs, gone }: Tables, key: Buffer): void {
  if (!blobs.doesExist(key)) return;
  blobs.remove(key);
  gone.put(key, NOTHING);
}

function makeRoom(tables: Tables, shard: string, nowMs: number, random: number): void {
  const lying = [...tables.blobs.getRange(rangeOf(shard))];
  const expired = lying.filter(({ value }) => recordExpiresAtMs(value) <= nowMs);
  for (const { key } of expired) leave(tables, key);
  if (lying.length - expired.length <= MAXIMUM_BLOBS_PER_SHARD) return;
  const live = lying.filter((one) => !expired.includes(one)).map(({ value }) => decodeBlobRecord(value));
  leave(tables, keyUnder(shard, chooseDropped(live, random).id));
  const until = Buffer.alloc(8);
  until.writeDoubleBE(nowMs + FLOODED_MS);
  const key = Buffer.from(`${shard}/`);
  tables.floods.put(key, until);
  tables.due.add(nowMs + FLOODED_MS, { kind: FLOOD, key, note: until });
}

function forget({ blobs, gone, byRetractHash, floods }: Tables, { kind, key, note }: DueThing): void {
  if (kind === FLOOD) {
    if (floods.get(key)?.equals(note)) floods.remove(key);
    return;
  }
  blobs.remove(key);
  gone.remove(key);
  byRetractHash.remove(keyUnder(note.toString(), key));
}

/** Reads the news while anybody watches. */
function createWatching(live: LmdbEnvironment, { blobs, news }: Tables) {
  let timer: NodeJS.Timeout | undefined;
  let read = 0;
  const stop = (): void => {
    clearInterval(timer);
    timer = undefined;
  };
  const watched = new Set<string>();
  const watchers = createMailboxWatchers({
    onFirst: (mailboxId) => watched.add(mailboxId),
    onLast: (mailboxId) => {
      watched.delete(mailboxId);
      if (watched.size === 0) stop();
    },
  });
  const tellNews = (): void => {
    live.refresh();
    for (const { number, entry } of news.since(read, NEWS_READ)) {
      read = number;
      const [shard] = entry.toString('utf8').split('\0');
      if (!watchers.isWatched(shard!.slice(0, shard!.lastIndexOf('/')))) continue;
      const record = blobs.get(entry);
      if (record !== undefined) watchers.tell(shard!, decodeBlobRecord(record));
    }
  };
  return {
    watch: (mailboxId: string, receive: (shard: number, blob: StoredBlob) => void): (() => void) => {
      if (timer === undefined) {
        live.refresh();
        read = news.newest;
        timer = setInterval(tellNews, WATCH_MS);
        timer.unref();
      } else {
        tellNews(); // what was there before is told to those who watched before
      }
      return watchers.watch(mailboxId, receive);
    },
    close: stop,
  };
}
