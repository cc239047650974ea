// What a deposit, a retrieval and a spent token cost Redis, measured on a cluster of three masters and three replicas on
// loopback that is started for it: CPU time and commands by what the servers say of themselves (INFO cpu, commandstats,
// memory) before and after, and beside it what the same requests cost the process of the CPS. What the servers take
// when nobody asks them anything is measured too, and subtracted.

import { createHash, randomBytes } from 'node:crypto';
import { loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { createEventLog } from '../../packages/oobleck/src/operate/index.ts';
import { createRedisMailboxStore } from '../../packages/oobleck/src/store/redis/mailbox-store.ts';
import { connectRedis } from '../../packages/oobleck/src/store/redis/redis-link.ts';
import { createRedisSpentTokens } from '../../packages/oobleck/src/store/redis/spent-tokens.ts';
import {
  parseStoreAddress,
  type RedisAddress,
} from '../../packages/oobleck/src/wiring/configuration-store.ts';
import { type RedisServers, startRedisCluster } from '../../packages/oobleck/test/redis-servers.ts';
import { type CarrierLab, startCarrierLab } from '../http/carrier-lab.ts';
import { depositRequest, retrieveRequest } from '../http/cps-request.ts';
import { type BareRequest, costOfRequests, sendOne } from '../http/http-client.ts';

/** Of one request. */
export interface RequestCost {
  /** CPU time of the CPS, in microseconds. */
  readonly cps: number;
  /** CPU time of all masters together, and of all replicas. */
  readonly masters: number;
  readonly replicas: number;
  /** Commands that the CPS sends; those within scripts are not among them. */
  readonly commands: Readonly<Record<string, number>>;
}

export interface RedisCost {
  readonly measuredOn: string;
  /** Of the machine as it began, by the minute: what else ran. */
  readonly loadAverage: number;
  readonly deposit: RequestCost;
  readonly retrieval: RequestCost;
  /** Memory of a master for a deposit as long as it is kept, and for a spent token. */
  readonly bytesPerDeposit: number;
  readonly bytesPerSpentToken: number;
}

/** What no script of a deposit or a retrieval calls. */
const SENT = ['set', 'evalsha', 'eval', 'wait'];
const MASTERS = 3;
const IDLE_MS = 3_000;
/** Shards that are read, each with one deposit; they are read for less time than that lies. */
const SHARDS_READ = 32;
/** A shard of a busy hour holds a few. */
const DEPOSITS_PER_SHARD = 4;
const AT_ONCE = 200;
/** Of a machine that does other things as well. */
const COMMAND_MS = 10_000;

/** How many are laid in, to see what memory they take. */
export interface Counts {
  readonly deposits: number;
  readonly tokens: number;
}

/** @param seconds of CPU time of the CPS for each figure, after a warm-up of as long */
export async function measureRedisCost(
  seconds: number,
  counts: Counts = { deposits: 40_000, tokens: 100_000 },
): Promise<RedisCost> {
  const loadAverage = Math.round(10 * loadavg()[0]!) / 10;
  const bytes = await withCluster((redis) => measureBytes(redis, counts));
  const requests = await withCluster((redis) => measureRequests(redis, seconds));
  return { measuredOn: new Date().toISOString().slice(0, 10), loadAverage, ...requests, ...bytes };
}

async function withCluster<T>(work: (redis: RedisServers) => Promise<T>): Promise<T> {
  const redis = await startRedisCluster();
  try {
    return await work(redis);
  } finally {
    await redis.close();
  }
}

async function measureRequests(redis: RedisServers, seconds: number) {
  const carrier = await startCarrierLab({ store: redis.url });
  try {
    const idle = await watch(redis, () => delay(IDLE_MS));
    const idlePerMs = { masters: idle.masters / IDLE_MS, replicas: idle.replicas / IDLE_MS };
    const { cps, lab, mailboxId, tokens, shards } = carrier;
    for (let shard = 0; shard < SHARDS_READ; shard++)
      await sendOne(cps, lab.tlsCa, depositRequest(mailboxId, shard, tokens.make()), 201);
    let next = 0;
    const ask = () => retrieveRequest(mailboxId, next++ % SHARDS_READ);
    const retrieval = await costOf(redis, carrier, { make: ask, status: 200 }, { seconds, idlePerMs });
    const leave = () => depositRequest(mailboxId, next++ % shards, tokens.make());
    const deposit = await costOf(redis, carrier, { make: leave, status: 201 }, { seconds, idlePerMs });
    return { deposit, retrieval };
  } finally {
    await carrier.close();
  }
}

interface Measuring {
  readonly seconds: number;
  readonly idlePerMs: { readonly masters: number; readonly replicas: number };
}

async function costOf(
  redis: RedisServers,
  { cps, lab }: CarrierLab,
  asked: { readonly make: () => BareRequest; readonly status: number },
  { seconds, idlePerMs }: Measuring,
): Promise<RequestCost> {
  let count = 0;
  const make = (): BareRequest => {
    count++;
    return asked.make();
  };
  const requests = costOfRequests({ server: cps, ca: lab.tlsCa, make, status: asked.status });
  await requests.sample(seconds);
  count = 0;
  const beganMs = performance.now();
  let perRequest = 0;
  const used = await watch(redis, async () => {
    perRequest = await requests.sample(seconds);
  });
  const elapsedMs = performance.now() - beganMs;
  const each = (total: number, idle: number) =>
    Math.max(0, Math.round((10 * (total - idle * elapsedMs)) / count) / 10);
  const commands = Object.entries(used.calls).map(([name, calls]) => [
    name,
    Math.round((100 * calls) / count) / 100,
  ]);
  return {
    cps: Math.round(1e6 * perRequest),
    masters: each(used.masters, idlePerMs.masters),
    replicas: each(used.replicas, idlePerMs.replicas),
    commands: Object.fromEntries(commands.filter(([, calls]) => Number(calls) > 0)),
  };
}

/** @returns microseconds of CPU time and commands that the servers have had meanwhile */
async function watch({ servers }: RedisServers, work: () => Promise<void>) {
  const look = () => Promise.all(servers.map(({ client }) => client.info('everything')));
  const before = await look();
  await work();
  const after = await look();
  const grown = (pattern: RegExp, from: number, to: number): number =>
    after
      .slice(from, to)
      .reduce((sum, text, at) => sum + sumOf(text, pattern) - sumOf(before[from + at]!, pattern), 0);
  const cpu = /^used_cpu_(?:sys|user):([0-9.]+)/gm;
  const calls = SENT.map((name) => [
    name,
    grown(new RegExp(`^cmdstat_${name}:calls=([0-9]+)`, 'gm'), 0, MASTERS),
  ]);
  return {
    masters: 1e6 * grown(cpu, 0, MASTERS),
    replicas: 1e6 * grown(cpu, MASTERS, servers.length),
    calls: Object.fromEntries(calls) as Record<string, number>,
  };
}

function sumOf(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].reduce((sum, [, value]) => sum + Number(value), 0);
}

async function measureBytes(redis: RedisServers, { deposits, tokens }: Counts) {
  const log = createEventLog({ level: 'silent' });
  const address = parseStoreAddress(redis.url) as RedisAddress;
  const link = await connectRedis({ ...address, log, commandTimeoutMs: COMMAND_MS });
  /** Without what a master keeps for its replica and its clients, which has a bound of its own. */
  const used = async (): Promise<number> => {
    const masters = redis.servers.slice(0, MASTERS);
    const texts = await Promise.all(masters.map(({ client }) => client.info('memory')));
    const beside = /^(?:mem_total_replication_buffers|mem_clients_normal):([0-9]+)/gm;
    return texts.reduce((sum, text) => sum + sumOf(text, /^used_memory:([0-9]+)/gm) - sumOf(text, beside), 0);
  };
  const each = async (count: number, one: (at: number) => unknown): Promise<number> => {
    const before = await used();
    for (let at = 0; at < count; at += AT_ONCE)
      await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - at) }, (_, i) => one(at + i)));
    return Math.round(((await used()) - before) / count);
  };
  try {
    const spent = createRedisSpentTokens(link, () => Date.now() / 1000);
    const acceptUntil = Date.now() / 1000 + 86_400;
    const keyId = nameOf('key');
    const spend = (at: number) =>
      spent.spend([{ keyId, nonce: new Uint8Array(randomBytes(32)), acceptUntil }], nameOf(`spend ${at}`));
    const bytesPerSpentToken = await each(tokens, spend);
    const store = createRedisMailboxStore(link);
    const mailbox = nameOf('mailbox');
    const leave = (at: number) =>
      store.add(`${mailbox}/${at % Math.ceil(deposits / DEPOSITS_PER_SHARD)}`, blobOf(at));
    const bytesPerDeposit = await each(deposits, leave);
    return { bytesPerDeposit, bytesPerSpentToken };
  } finally {
    link.close();
  }
}

/** As long as a SHA-256 in base64url, which ids, digests and key ids are. */
function nameOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

function blobOf(at: number) {
  const depositedAtMs = Date.now();
  return {
    id: nameOf(`deposit ${at}`),
    bytes: new Uint8Array(randomBytes(2_048)),
    hash: new Uint8Array(randomBytes(32)),
    depositedAtMs,
    expiresAtMs: depositedAtMs + 30_000,
    stake: 0,
    retractHash: nameOf(`retract ${at}`),
  };
}
