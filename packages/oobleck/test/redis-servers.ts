// Real Redis servers on free loopback ports, one or a cluster of three masters with a replica each. They keep nothing on
// disk but their own bookkeeping, in a folder that goes with them.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { findFreePorts } from '../src/lab/free-ports.ts';
import type { TlsIdentity } from '../src/lab/tls-authority.ts';

export interface RedisServer {
  readonly port: number;
  readonly client: Redis;
  /** As a crash would. */
  kill(): Promise<void>;
  /** On the same port again, with nothing of what it knew. */
  restart(): Promise<void>;
}

export interface RedisServers {
  readonly servers: readonly RedisServer[];
  /** For the configuration. */
  readonly url: string;
  /** Forgets everything. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

const SLOTS = 16_384;
const MASTERS = 3;

/** Whether tests with Redis can run. Where all tests must, they run anyway, and fail. */
export const hasRedis = (): boolean => {
  if (process.env.OOBLECK_TEST_ALL === '1') return true;
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    process.stderr.write('redis-server is not installed: the tests of the Redis store are skipped\n');
    return false;
  }
};

export async function startRedis(): Promise<RedisServers> {
  const folder = mkdtempSync(join(tmpdir(), 'oobleck-redis-'));
  const [port] = await findFreePorts(1);
  const server = await startServer(folder, port!, []);
  return serversOf(folder, [server], `redis://127.0.0.1:${port}`);
}

/** Over TLS alone, and with a password. @param tls PEM, of `localhost` */
export async function startRedisOverTls(tls: TlsIdentity): Promise<RedisServers> {
  const folder = mkdtempSync(join(tmpdir(), 'oobleck-redis-'));
  const [port, plainPort] = (await findFreePorts(2)) as [number, number];
  const files = { 'tls.pem': tls.certificate, 'tls.key': tls.key };
  for (const [name, pem] of Object.entries(files)) writeFileSync(join(folder, name), pem, { mode: 0o600 });
  const server = await startServer(folder, plainPort, [
    ...['--tls-port', String(port), '--tls-auth-clients', 'no'],
    ...['--tls-cert-file', join(folder, 'tls.pem'), '--tls-key-file', join(folder, 'tls.key')],
  ]);
  await server.client.call('CONFIG', 'SET', 'requirepass', REDIS_PASSWORD);
  await server.client.call('AUTH', REDIS_PASSWORD);
  return serversOf(folder, [server], `rediss://:${encodeURIComponent(REDIS_PASSWORD)}@localhost:${port}`);
}

/** With what a URL has to escape. */
const REDIS_PASSWORD = 'p@ss/w:rd';

/** Masters first, then their replicas in the same order. */
export async function startRedisCluster(): Promise<RedisServers> {
  const folder = mkdtempSync(join(tmpdir(), 'oobleck-redis-'));
  const ports = await findFreePorts(MASTERS * 4);
  const servers = await Promise.all(
    Array.from({ length: MASTERS * 2 }, (_, at) =>
      startServer(folder, ports[at]!, [
        ...['--cluster-enabled', 'yes', '--cluster-config-file', `nodes-${at}.conf`],
        ...['--cluster-port', String(ports[MASTERS * 2 + at]), '--cluster-node-timeout', '1000'],
        ...['--cluster-replica-validity-factor', '0', '--repl-diskless-sync-delay', '0'],
      ]),
    ),
  );
  await joinCluster(servers, ports.slice(MASTERS * 2));
  const nodes = servers.slice(0, MASTERS).map(({ port }) => `127.0.0.1:${port}`);
  return serversOf(folder, servers, `redis-cluster://${nodes.join(',')}`);
}

async function startServer(folder: string, port: number, more: readonly string[]): Promise<RedisServer> {
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const run = (): ChildProcess =>
    spawn('redis-server', [...settings, '--dir', folder, '--logfile', `log-${port}`, ...more], {
      stdio: 'ignore',
    });
  let child = run();
  const failed = once(child, 'error').then(([error]) => {
    throw error;
  });
  const client = new Redis({ port, host: '127.0.0.1', maxRetriesPerRequest: 100, retryStrategy: () => 50 });
  client.on('error', () => undefined);
  await Promise.race([client.ping(), failed]).catch((error) => {
    client.disconnect();
    throw error;
  });
  return {
    port,
    client,
    kill: () => kill(child),
    async restart() {
      await kill(child);
      child = run();
      await client.ping();
    },
  };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

async function joinCluster(servers: readonly RedisServer[], busPorts: readonly number[]): Promise<void> {
  const masters = servers.slice(0, MASTERS);
  const size = Math.ceil(SLOTS / MASTERS);
  await Promise.all(
    masters.map(({ client }, at) =>
      client.call('CLUSTER', 'ADDSLOTSRANGE', at * size, Math.min(SLOTS, (at + 1) * size) - 1),
    ),
  );
  await Promise.all(servers.map(({ client }, at) => client.call('CLUSTER', 'SET-CONFIG-EPOCH', at + 1)));
  const { client: first } = servers[0]!;
  for (const [at, { port }] of servers.entries())
    if (at > 0) await first.call('CLUSTER', 'MEET', '127.0.0.1', port, busPorts[at]!);
  const told = async (client: Redis, text: string) =>
    String(await client.call('CLUSTER', 'INFO')).includes(text);
  for (const { client } of servers) await until(() => told(client, 'cluster_known_nodes:6\r'));
  for (const [at, { client }] of servers.slice(MASTERS).entries()) {
    const id = String(await masters[at]!.client.call('CLUSTER', 'MYID'));
    await until(() =>
      client.call('CLUSTER', 'REPLICATE', id).then(
        () => true,
        () => false, // it does not know that master yet
      ),
    );
  }
  for (const { client } of servers) await until(() => told(client, 'cluster_state:ok'));
  for (const { client } of masters)
    await until(async () => (await client.info('replication')).includes('state=online'));
}

const PATIENCE_MS = 30_000;

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error('the servers did not come together');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function serversOf(folder: string, servers: readonly RedisServer[], url: string): RedisServers {
  return {
    servers,
    url,
    async clear() {
      await Promise.all(servers.map(({ client }) => client.flushall().catch(() => undefined)));
    },
    async close() {
      for (const { client } of servers) client.disconnect();
      await Promise.all(servers.map((server) => server.kill()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
