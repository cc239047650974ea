// The folder of an LMDB store. Two environments, since two sorts of things are kept: `durable.mdb`, flushed to the disk
// before anybody is told (spent tokens, credentials, issuer keys and quotas), and `live-*.mdb`, committed but never
// flushed (deposits, PASSporTs of the ATIS profiles, PASSporTs in use, access tokens that were used). What is committed
// outlives the death of a process, since the operating system has it. What is live ends within a minute, or opens only
// what does, so after a restart of the machine nothing of it is worth reading: the file's name holds the boot id, and
// those of earlier boots are removed.

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Database, open, type RootDatabase } from 'lmdb';
import { type SchemaSteps, upgradeSchema } from '../schema-version.ts';
import { NO_OBSERVER, type StoreObserver } from '../store-observer.ts';
import { COMMIT_THEN_FLUSH, createGroupCommit, type TransactionRun } from './group-commit.ts';

export type Table = Database<Buffer, Buffer>;

export interface LmdbEnvironment {
  table(name: string): Table;
  /** Runs work in a transaction with others; resolves when it is written, and flushed where the environment is durable. */
  readonly run: TransactionRun;
  /** The same at once, for work that takes a slice of time. */
  runNow<T>(work: () => T): T;
  /** Calls `forget` as each transaction begins: what was known of the tables in the last one may no longer hold. */
  onBegin(forget: () => void): void;
  /** Reads from now on see what other processes have committed. */
  refresh(): void;
}

export interface LmdbFolder {
  readonly durable: LmdbEnvironment;
  readonly live: LmdbEnvironment;
  /** Of both files: they grow, and what is free in them is used again. */
  usedBytes(): number;
  /** Frees what processes that died while reading kept from being used again. */
  releaseDeadReaders(): void;
  close(): Promise<void>;
}

export interface LmdbFolderOptions {
  readonly steps?: SchemaSteps;
  /** Changes with every start of the machine, default Linux's; `undefined` where there is none to be had. */
  readonly bootId?: string | undefined;
  readonly observer?: StoreObserver | undefined;
}

const GIB = 2 ** 30;
const SETTINGS = { noSubdir: true, keyEncoding: 'binary', encoding: 'binary', maxReaders: 1_024 } as const;
const VERSION_KEY = Buffer.from('schema');
/** Of LMDB: keys have at most 1978 bytes. */
const LONGEST_KEY = 1_024;

/** @throws SchemaError; what opening a file throws */
export function openLmdbFolder(path: string, options: LmdbFolderOptions = {}): LmdbFolder {
  const bootId = 'bootId' in options ? options.bootId : readBootId();
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const durable = open({ ...SETTINGS, path: join(path, 'durable.mdb'), mapSize: 64 * GIB, maxDbs: 16 });
  try {
    requireSchema(durable, options.steps ?? []);
  } catch (error) {
    void durable.close();
    throw error;
  }
  const live = openLive(path, bootId);
  return {
    durable: createEnvironment(durable, true, options.observer),
    live: createEnvironment(live, false, options.observer),
    usedBytes: () => usedBytesOf(durable) + usedBytesOf(live),
    releaseDeadReaders() {
      durable.readerCheck();
      live.readerCheck();
    },
    async close() {
      await durable.close();
      await live.close();
    },
  };
}

/** Text as a key; what is too long for one, by its hash. */
export function keyOfText(text: string): Buffer {
  const key = Buffer.from(text);
  return key.length <= LONGEST_KEY ? key : createHash('sha256').update(key).digest();
}

/** Of LMDB's own statistics. */
interface Statistics {
  readonly entryCount: number;
  readonly pageSize: number;
  readonly lastPageNumber: number;
}

/** Records of a table, which LMDB knows without looking. */
export function countOf(table: Table): number {
  return (table.getStats() as Statistics).entryCount;
}

function usedBytesOf(root: RootDatabase): number {
  const { pageSize, lastPageNumber } = root.getStats() as Statistics;
  return pageSize * (lastPageNumber + 1);
}

/** Without a boot id it is flushed in the background, so that a restart of the machine finds it whole. */
function openLive(path: string, bootId: string | undefined): RootDatabase {
  const file = `live-${bootId ?? 'any'}.mdb`;
  for (const name of readdirSync(path))
    if (/^live-.*\.mdb(-lock)?$/.test(name) && name !== file && name !== `${file}-lock`)
      rmSync(join(path, name), { force: true });
  return open({
    ...SETTINGS,
    path: join(path, file),
    mapSize: 256 * GIB,
    maxDbs: 16,
    ...(bootId === undefined ? {} : { noSync: true }),
  });
}

function requireSchema(root: RootDatabase, steps: SchemaSteps): void {
  const meta: Table = root.openDB({ name: 'meta', keyEncoding: 'binary', encoding: 'binary' });
  root.transactionSync(() => {
    const stored = meta.get(VERSION_KEY);
    const written = upgradeSchema(stored === undefined ? undefined : stored.readUInt32BE(), steps);
    if (written === undefined) return;
    const version = Buffer.alloc(4);
    version.writeUInt32BE(written);
    meta.put(VERSION_KEY, version);
  });
}

function createEnvironment(
  root: RootDatabase,
  isDurable: boolean,
  observer: StoreObserver = NO_OBSERVER,
): LmdbEnvironment {
  const listeners: (() => void)[] = [];
  const begin = (): void => {
    for (const forget of listeners) forget();
  };
  return {
    table: (name) => root.openDB({ name, keyEncoding: 'binary', encoding: 'binary' }),
    run: createGroupCommit(root, isDurable, observer, begin),
    runNow: (work) =>
      root.transactionSync(() => {
        begin();
        return work();
      }, COMMIT_THEN_FLUSH),
    onBegin: (forget) => void listeners.push(forget),
    refresh: () => root.resetReadTxn(),
  };
}

function readBootId(): string | undefined {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return undefined;
  }
}
