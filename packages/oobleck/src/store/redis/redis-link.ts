// The connection to Redis or Valkey, one server or a cluster. Commands of one turn of the event loop go out together;
// each has a deadline and fails at once while there is no connection, so that a store that is away holds up nobody.
// Redirections (MOVED, ASK) and reconnects are the library's. A write counts when the replicas asked for have it
// (WAIT), as long as there are any: what a master answers with its replica in step outlives the master.

import { createHash } from 'node:crypto';
import { Cluster, Redis } from 'ioredis';
import type { EventLog } from '../../operate/index.ts';
import { NO_OBSERVER, type StoreObserver } from '../store-observer.ts';
import { createClusterRoute, nodeOf, type SendCommand, sendThrough } from './redis-route.ts';
import { StoreAwayError } from './store-away-error.ts';

export interface RedisLinkOptions {
  readonly isCluster: boolean;
  readonly isTls: boolean;
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  readonly username?: string;
  readonly password?: string;
  readonly database: number;
  /** Replicas that must have a write before it counts. */
  readonly replicas: number;
  readonly log: EventLog;
  /** For each command, default 500. */
  readonly commandTimeoutMs?: number;
  readonly observer?: StoreObserver | undefined;
}

/** Answered in bytes. */
export type RedisCommand =
  | 'eval'
  | 'evalsha'
  | 'get'
  | 'set'
  | 'hmget'
  | 'hdel'
  | 'hscan'
  | 'pexpire'
  | 'srandmember';

/** A script of one key: sent by its hash, and whole where a node does not know it (yet, or after a failover). */
export interface RedisScript {
  readonly text: string;
  readonly sha: string;
}

export function createRedisScript(text: string): RedisScript {
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}

export type Argument = string | number | Buffer | RedisScript;

export interface RedisLink {
  /** Reads, or writes that nobody waits to be replicated. The first key says which node. */
  read(command: RedisCommand, ...rest: readonly Argument[]): Promise<unknown>;
  /** Resolves when the replicas asked for have what was written. @param key by whose slot the node is found */
  write(key: string, command: RedisCommand, ...rest: readonly Argument[]): Promise<unknown>;
  /** Keys that begin so, of all nodes, some of them twice; what is written meanwhile may be missed. */
  keysUnder(prefix: string): AsyncIterable<string>;
  /** Messages of a channel of sharded pub/sub. Resolves when subscribed. */
  subscribe(channel: string, receive: (message: Buffer) => void): Promise<void>;
  unsubscribe(channel: string): void;
  /** Whether the last command found its node. */
  isReady(): boolean;
  close(): void;
}

const WAIT_MS = 50;
/** How long nobody waits for a node whose replica is missing. */
const UNREPLICATED_MS = 1_000;
const PROBE_MS = 500;

/** Resolves when connected. @throws StoreAwayError where that takes longer than 5 s */
export async function connectRedis(options: RedisLinkOptions): Promise<RedisLink> {
  const client = options.isCluster ? createCluster(options) : createSingle(options);
  const subscriber = client instanceof Cluster ? client : client.duplicate({ autoResubscribe: true });
  for (const one of new Set([client, subscriber])) one.on('error', () => undefined); // told by `isReady`
  try {
    await untilReady(client);
    if (subscriber !== client) await untilReady(subscriber);
  } catch (error) {
    client.disconnect();
    subscriber.disconnect();
    throw error;
  }
  const health = createHealth(client, options);
  const send = client instanceof Cluster ? createClusterRoute(client) : sendThrough(client);
  const call = (command: RedisCommand, rest: readonly Argument[]): Promise<unknown> =>
    health.watch(command === 'evalsha' ? runScript(send, rest) : send(command, rest));
  const replicated = createReplicated(client, options);
  const channels = createChannels(subscriber);
  return {
    read: (command, ...rest) => call(command, rest),
    async write(key, command, ...rest) {
      const answer = await call(command, rest);
      if (options.replicas > 0) await health.watch(replicated(key));
      return answer;
    },
    keysUnder: (prefix) => keysUnder(client, prefix),
    ...channels,
    isReady: health.isReady,
    close() {
      health.close();
      client.disconnect();
      if (subscriber !== client) subscriber.disconnect();
    },
  };
}

async function runScript(send: SendCommand, [script, ...rest]: readonly Argument[]): Promise<unknown> {
  const { sha, text } = script as RedisScript;
  try {
    return await send('evalsha', [sha, 1, ...rest]);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return send('eval', [text, 1, ...rest]);
  }
}

const SCANNED = 500;

async function* keysUnder(client: Redis | Cluster, prefix: string): AsyncIterable<string> {
  const pattern = `${prefix.replaceAll(/[\\*?[\]]/g, '\\$&')}*`;
  for (const node of client instanceof Cluster ? client.nodes('master') : [client]) {
    let cursor = '0';
    do {
      const [next, keys] = await node.scan(cursor, 'MATCH', pattern, 'COUNT', SCANNED);
      yield* keys;
      cursor = next;
    } while (cursor !== '0');
  }
}

function nodeOptions({ username, password, isTls, commandTimeoutMs = 500 }: RedisLinkOptions) {
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(isTls ? { tls: {} } : {}),
    commandTimeout: commandTimeoutMs,
    connectTimeout: 2_000,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    disableClientInfo: true,
  };
}

const retryDelay = (times: number): number => Math.min(50 * times, 1_000);

function createSingle(options: RedisLinkOptions): Redis {
  const { host, port } = options.nodes[0]!;
  return new Redis({
    ...nodeOptions(options),
    host,
    port,
    db: options.database,
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    lazyConnect: true,
    retryStrategy: retryDelay,
  });
}

function createCluster(options: RedisLinkOptions): Cluster {
  return new Cluster([...options.nodes], {
    redisOptions: nodeOptions(options),
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    lazyConnect: true,
    shardedSubscribers: true,
    clusterRetryStrategy: retryDelay,
    retryDelayOnFailover: 100,
    retryDelayOnClusterDown: 100,
    maxRedirections: 4, // also how often a command is tried while a master fails over
    slotsRefreshTimeout: 1_000,
    slotsRefreshInterval: 5_000,
    // Certificates are for names: these are not looked up before they are connected to.
    ...(options.isTls ? { dnsLookup: (address, done) => done(null, address) } : {}),
  });
}

const CONNECT_MS = 5_000;

async function untilReady(client: Redis | Cluster): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new StoreAwayError()), CONNECT_MS);
  const ready = new Promise<void>((resolve) => void client.once('ready', () => resolve()));
  try {
    client.connect().catch(() => undefined); // goes on trying
    await Promise.race([ready, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Knows from the commands themselves whether the store is there, and asks again while it is not. */
function createHealth(client: Redis | Cluster, { log, observer = NO_OBSERVER }: RedisLinkOptions) {
  let isAway = false;
  let probe: NodeJS.Timeout | undefined;
  const set = (now: boolean): void => {
    if (now === isAway) return;
    isAway = now;
    if (now) {
      log.error('store-away', { role: 'store' });
      probe = setInterval(() => void watch(client.ping()).catch(() => undefined), PROBE_MS);
      probe.unref();
    } else {
      log.info('store-back', { role: 'store' });
      clearInterval(probe);
    }
  };
  const answered = (startedMs: number): void => {
    observer.answered(performance.now() - startedMs);
    if (isAway) set(false);
  };
  const failed = (error: unknown): never => {
    observer.failed();
    set(true);
    throw error;
  };
  const watch = <T>(answer: Promise<T>): Promise<T> => {
    const startedMs = performance.now();
    return answer.then((value) => {
      answered(startedMs);
      return value;
    }, failed);
  };
  return { watch, isReady: () => !isAway && client.status === 'ready', close: () => clearInterval(probe) };
}

/**
 * Resolves when everything written so far through the connection to the key's node is replicated: one WAIT at a time
 * and node, for all that wait. A node without enough replicas is not waited for, and that is logged.
 */
function createReplicated(
  client: Redis | Cluster,
  { replicas, log, observer = NO_OBSERVER }: RedisLinkOptions,
) {
  const nodes = new WeakMap<Redis, Replication>();
  const ask = async (node: Redis, state: Replication): Promise<void> => {
    if (performance.now() < state.skipUntil) return;
    const reached = Number(await node.wait(replicas, WAIT_MS));
    if (reached >= replicas) return;
    state.skipUntil = performance.now() + UNREPLICATED_MS;
    observer.unreplicated();
    log.warn('store-unreplicated', { role: 'store', count: reached });
  };
  const run = (node: Redis, state: Replication): Promise<void> => {
    state.running = ask(node, state).finally(() => {
      delete state.running;
    });
    return state.running;
  };
  return (key: string): Promise<void> => {
    const node = nodeOf(client, key);
    if (node === undefined) return Promise.reject(new StoreAwayError());
    const state = nodes.get(node) ?? { skipUntil: 0 };
    nodes.set(node, state);
    if (state.running === undefined) return run(node, state);
    state.next ??= state.running
      .catch(() => undefined)
      .then(() => {
        delete state.next;
        return run(node, state);
      });
    return state.next;
  };
}

interface Replication {
  running?: Promise<void>;
  /** For those whose write came after the running one was sent. */
  next?: Promise<void>;
  skipUntil: number;
}

function createChannels(subscriber: Redis | Cluster) {
  const receivers = new Map<string, (message: Buffer) => void>();
  subscriber.on('smessageBuffer', (channel: Buffer, message: Buffer) =>
    receivers.get(String(channel))?.(message),
  );
  return {
    async subscribe(channel: string, receive: (message: Buffer) => void): Promise<void> {
      receivers.set(channel, receive);
      await subscriber.ssubscribe(channel);
    },
    unsubscribe(channel: string): void {
      receivers.delete(channel);
      subscriber.sunsubscribe(channel).catch(() => undefined);
    },
  };
}
