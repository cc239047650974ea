// The adapters of a process's ports, chosen by the one URL of the configuration. What several processes may share is
// opened once for all roles.

import { totalmem } from 'node:os';
import type { MailboxStore } from '../cps/index.ts';
import type { ClearPassportStore, SeenTokens } from '../cps/profiles/atis/index.ts';
import type { CredentialStore } from '../directory/index.ts';
import type { IssuerKeyStore, IssuerQuota, SpentTokens } from '../issuer/index.ts';
import { ConfigurationError, type EventLog } from '../operate/index.ts';
import { createLmdbClearPassportStore } from '../store/lmdb/clear-passport-store.ts';
import { createLmdbCredentialStore } from '../store/lmdb/credential-store.ts';
import { createLmdbIssuerKeys, createLmdbIssuerQuota } from '../store/lmdb/issuer-records.ts';
import { openLmdbFolder } from '../store/lmdb/lmdb-folder.ts';
import { createLmdbMailboxStore } from '../store/lmdb/mailbox-store.ts';
import { createLmdbSeenTokens } from '../store/lmdb/seen-tokens.ts';
import { createLmdbSpentTokens } from '../store/lmdb/spent-tokens.ts';
import { createLmdbUsedPassports } from '../store/lmdb/used-passports.ts';
import { createMemoryClearPassportStore } from '../store/memory/clear-passport-store.ts';
import { createMemoryCredentialStore } from '../store/memory/credential-store.ts';
import { createMemoryIssuerKeys } from '../store/memory/issuer-keys.ts';
import { createMemoryIssuerQuota } from '../store/memory/issuer-quota.ts';
import { createMemoryMailboxStore } from '../store/memory/mailbox-store.ts';
import { createMemorySeenTokens } from '../store/memory/seen-tokens.ts';
import { createMemorySpentTokens } from '../store/memory/spent-tokens.ts';
import { createMemoryUsedPassports } from '../store/memory/used-passports.ts';
import { createRedisClearPassportStore } from '../store/redis/clear-passport-store.ts';
import { createRedisCredentialStore } from '../store/redis/credential-store.ts';
import { createRedisIssuerKeys, createRedisIssuerQuota } from '../store/redis/issuer-records.ts';
import { createRedisMailboxStore } from '../store/redis/mailbox-store.ts';
import { connectRedis } from '../store/redis/redis-link.ts';
import { requireRedisSchema } from '../store/redis/redis-schema.ts';
import { createRedisSeenTokens } from '../store/redis/seen-tokens.ts';
import { createRedisSpentTokens } from '../store/redis/spent-tokens.ts';
import { createRedisUsedPassports } from '../store/redis/used-passports.ts';
import { SchemaError } from '../store/schema-version.ts';
import type { StoreObserver } from '../store/store-observer.ts';
import type { UsedPassports } from '../verification/index.ts';
import { parseStoreAddress, type RedisAddress } from './configuration-store.ts';
import type { Measured, StoreFigures } from './metered-store.ts';

export interface Stores {
  readonly mailboxes: MailboxStore;
  readonly spent: SpentTokens;
  readonly credentials: CredentialStore;
  readonly issuerKeys: IssuerKeyStore;
  readonly issuerQuota: IssuerQuota;
  readonly used: UsedPassports;
  /** Of the ATIS profiles. */
  readonly clearPassports: ClearPassportStore;
  readonly seenTokens: SeenTokens;
  /** Of stores that are in the memory of this process. */
  readonly measured?: { readonly deposits: Measured; readonly spent: Measured };
  /** Of stores out of this process: beats within which one reads a full mailbox, other questions beside it. */
  readonly workBeats?: number;
  /** Of stores that know them without looking: Redis spreads them over machines. */
  readonly figures?: StoreFigures;
  /** Of stores in memory: takes from the system what the first deposits need. */
  prepare?(): void;
  /** Forgets a slice of what has ended. @returns whether nothing of it is left */
  sweep(): boolean;
  /** Whether it can be reached, as far as is known now. */
  isReady(): boolean;
  close(): Promise<void>;
}

export interface StoreSurroundings {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Of a path in the configuration. */
  readonly path: (path: string) => string;
  readonly log: EventLog;
  /** What deposits and spent tokens may take of the memory of this process. */
  readonly maximumBytes?: number | undefined;
  /** Told how long LMDB and Redis take, and what fails. */
  readonly observer?: StoreObserver | undefined;
}

/** @throws ConfigurationError where the URL, its folder or what is stored there is at fault */
export async function openStores(url: string | undefined, around: StoreSurroundings): Promise<Stores> {
  const address = parseStoreAddress(url ?? 'memory:');
  if (address.kind === 'memory') return createMemoryStores(around.now, around.maximumBytes);
  if (address.kind === 'lmdb') return lmdbStores(around.path(address.folder), around);
  return redisStores(address, around);
}

/** @param maximumBytes of deposits and spent tokens together, default half of the memory there is */
export function createMemoryStores(now: () => number, maximumBytes = halfOfMemory()): Stores {
  const mailboxes = createMemoryMailboxStore({ maximumBytes, usedBeside: () => spent.usedBytes });
  const usedBeside = (): number => mailboxes.usedBytes;
  const spent = createMemorySpentTokens(() => now() / 1000, { maximumBytes, usedBeside });
  const clearPassports = createMemoryClearPassportStore();
  return {
    mailboxes,
    spent,
    measured: { deposits: mailboxes, spent },
    figures: {
      deposits: () => mailboxes.size,
      spentTokens: () => spent.size,
      bytes: () => mailboxes.usedBytes + spent.usedBytes,
    },
    credentials: createMemoryCredentialStore(),
    issuerKeys: createMemoryIssuerKeys(),
    issuerQuota: createMemoryIssuerQuota(),
    used: createMemoryUsedPassports(),
    clearPassports,
    seenTokens: createMemorySeenTokens(),
    prepare: () => mailboxes.prepare(),
    sweep() {
      clearPassports.sweep(now());
      return mailboxes.sweep(now());
    },
    isReady: () => true,
    close: async () => undefined,
  };
}

function lmdbStores(path: string, { now, observer }: StoreSurroundings): Stores {
  const folder = orFault(() => openLmdbFolder(path, { observer }));
  const { durable, live } = folder;
  const mailboxes = createLmdbMailboxStore(live);
  const spent = createLmdbSpentTokens(durable, () => now() / 1000);
  const used = createLmdbUsedPassports(live);
  const clearPassports = createLmdbClearPassportStore(live);
  const seenTokens = createLmdbSeenTokens(live);
  const swept = [mailboxes, used, clearPassports, seenTokens];
  return {
    mailboxes,
    spent,
    credentials: createLmdbCredentialStore(durable),
    issuerKeys: createLmdbIssuerKeys(durable),
    issuerQuota: createLmdbIssuerQuota(durable),
    used,
    clearPassports,
    seenTokens,
    figures: {
      deposits: () => mailboxes.size,
      spentTokens: () => spent.size,
      bytes: folder.usedBytes,
    },
    workBeats: LMDB_WORK_BEATS,
    sweep() {
      folder.releaseDeadReaders();
      return [...swept.map((one) => one.sweep(now())), spent.sweep()].every((isDone) => isDone);
    },
    isReady: () => true,
    async close() {
      mailboxes.close();
      await folder.close();
    },
  };
}

/** A full mailbox is read in 0.7 ms, and several may be asked about at once. */
const LMDB_WORK_BEATS = 2;
/** There it may be waited for, beside all else that the servers do. */
const REDIS_WORK_BEATS = 4;

async function redisStores(
  address: RedisAddress,
  { now, log, observer }: StoreSurroundings,
): Promise<Stores> {
  const link = await connectRedis({ ...address, log, observer });
  try {
    await requireRedisSchema(link);
  } catch (cause) {
    link.close();
    if (!(cause instanceof SchemaError)) throw cause;
    throw new ConfigurationError([`store: ${cause.message}`], { cause });
  }
  const credentials = createRedisCredentialStore(link);
  return {
    mailboxes: createRedisMailboxStore(link),
    spent: createRedisSpentTokens(link, () => now() / 1000),
    credentials,
    issuerKeys: createRedisIssuerKeys(link),
    issuerQuota: createRedisIssuerQuota(link),
    used: createRedisUsedPassports(link),
    clearPassports: createRedisClearPassportStore(link),
    seenTokens: createRedisSeenTokens(link),
    workBeats: REDIS_WORK_BEATS,
    sweep: () => true, // everything there ends by itself
    isReady: link.isReady,
    async close() {
      credentials.close();
      link.close();
    },
  };
}

/** Of what the process may take where it is bounded, as in a container, else of the machine's. */
function halfOfMemory(): number {
  const constrained = process.constrainedMemory();
  return Math.floor(Math.min(constrained > 0 ? constrained : Number.POSITIVE_INFINITY, totalmem()) / 2);
}

/** What is stored there, or a folder that cannot be written, is for a person to look at. */
function orFault<T>(open: () => T): T {
  try {
    return open();
  } catch (cause) {
    const why = cause instanceof SchemaError ? cause.message : 'the folder cannot be opened';
    throw new ConfigurationError([`store: ${why}`], { cause });
  }
}
