// The folder of an LMDB store. Two environments, since two sorts of things are kept: `durable.mdb`, flushed to the disk
// before anybody is told (spent tokens, credentials, issuer keys and quotas), and `live-*.mdb`, committed but never
// flushed (deposits, PASSporTs of the ATIS profiles, PASSporTs in use, access tokens that were used). What is committed
// outlives the death of a process, since the operating system has it. What is live ends within a minute, or opens only
// what does, so after a restart of the machine nothing of it is worth reading: the file's name holds the boot id, and
// those of earlier boots are removed.

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { open, type RootDatabase, TransactionFlags } from 'lmdb';
import { NO_OBSERVER, type StoreObserver } from '../store-observer.ts';
import { createGroupCommit, type TransactionRun } from './group-commit.ts';
import { type LmdbStep, requireLmdbSchema } from './lmdb-schema.ts';
import { type Statistics, type Table, tableOf } from './lmdb-table.ts';
import { openWriteGate, type WriteGate } from './write-gate.ts';

export interface LmdbEnvironment {
  table(name: string): Table;
  /** Runs work in a transaction with others; resolves when it is written, and flushed where the environment is durable. */
  readonly run: TransactionRun;
  /** The same at once, for work that takes a slice of time. */
  runNow<T>(work: () => T): T;
  /**
   * Calls `forget` as each transaction begins: what was known of the tables in the last one may no longer hold.
   * `isKept`: whether that one was committed.
   */
  onBegin(forget: (isKept: boolean) => void): void;
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
  /** What brings older files to the schema of this program: each file has a version of its own. */
  readonly steps?: { readonly durable?: readonly LmdbStep[]; readonly live?: readonly LmdbStep[] };
  /** Changes with every start of the machine, default Linux's; `undefined` where there is none to be had. */
  readonly bootId?: string | undefined;
  readonly observer?: StoreObserver | undefined;
}

/** Committed when `transactionSync` returns, flushed later (`flushed` tells). */
const COMMIT_THEN_FLUSH =
  TransactionFlags.ABORTABLE | TransactionFlags.SYNCHRONOUS_COMMIT | TransactionFlags.NO_SYNC_FLUSH;

const GIB = 2 ** 30;
const SETTINGS = { noSubdir: true, keyEncoding: 'binary', encoding: 'binary', maxReaders: 1_024 } as const;
/** Of LMDB: keys have at most 1978 bytes. */
const LONGEST_KEY = 1_024;

/** @throws SchemaError; what opening a file throws */
export function openLmdbFolder(path: string, options: LmdbFolderOptions = {}): LmdbFolder {
  const bootId = 'bootId' in options ? options.bootId : readBootId();
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const { steps = {}, observer } = options;
  const durable = openFile(join(path, 'durable.gate'), steps.durable, () =>
    open({ ...SETTINGS, path: join(path, 'durable.mdb'), mapSize: 64 * GIB, maxDbs: 16 }),
  );
  const files = [durable];
  try {
    const live = openFile(join(path, 'live.gate'), steps.live, () => openLive(path, bootId));
    files.push(live);
    return {
      durable: createEnvironment(durable, true, observer),
      live: createEnvironment(live, false, observer),
      usedBytes: () => usedBytesOf(durable.root) + usedBytesOf(live.root),
      releaseDeadReaders() {
        for (const { root } of files) root.readerCheck();
      },
      async close() {
        for (const file of files) await closeFile(file);
      },
    };
  } catch (error) {
    for (const file of files) void closeFile(file);
    throw error;
  }
}

interface LmdbFile {
  readonly root: RootDatabase;
  readonly gate: WriteGate;
}

/** With its schema. Closed again where that fails. */
function openFile(gatePath: string, steps: readonly LmdbStep[] = [], openRoot: () => RootDatabase): LmdbFile {
  const gate = openWriteGate(gatePath);
  const opened: RootDatabase[] = [];
  try {
    return gate.pass(() => {
      const root = openRoot();
      opened.push(root);
      requireLmdbSchema(root, steps);
      return { root, gate };
    });
  } catch (error) {
    for (const one of [...opened, gate]) void one.close();
    throw error;
  }
}

async function closeFile({ root, gate }: LmdbFile): Promise<void> {
  await root.close();
  await gate.close();
}

/** Text as a key; what is too long for one, by its hash. */
export function keyOfText(text: string): Buffer {
  const key = Buffer.from(text);
  return key.length <= LONGEST_KEY ? key : createHash('sha256').update(key).digest();
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

function createEnvironment(
  { root, gate }: LmdbFile,
  isDurable: boolean,
  observer: StoreObserver = NO_OBSERVER,
): LmdbEnvironment {
  const listeners: ((isKept: boolean) => void)[] = [];
  let isKept = true;
  const transact = <T>(work: () => T): T => {
    const wasKept = isKept;
    isKept = false;
    const result = gate.pass(() =>
      root.transactionSync(() => {
        for (const forget of listeners) forget(wasKept);
        return work();
      }, COMMIT_THEN_FLUSH),
    );
    isKept = true;
    return result;
  };
  return {
    table: (name) => gate.pass(() => tableOf(root, name)),
    run: createGroupCommit(transact, isDurable ? () => root.flushed : undefined, observer),
    runNow: transact,
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
