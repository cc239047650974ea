// Where a process keeps what it must share or must not forget, as one URL, and how many worker processes share it.

import Type from 'typebox';
import { ConfigurationError } from '../operate/index.ts';

const FORM =
  'memory:, lmdb:FOLDER, redis://..., rediss://..., redis-cluster://HOST:PORT,... or rediss-cluster://...';

export const STORE = Type.String({
  pattern: '^(memory:|lmdb:.+|rediss?://.+|rediss?-cluster://.+)$',
  maxLength: 4_096,
  description: FORM,
});

export const WORKERS = Type.Integer({ minimum: 1, maximum: 256, description: 'an integer from 1 to 256' });

export type StoreAddress =
  | { readonly kind: 'memory' }
  | { readonly kind: 'lmdb'; readonly folder: string }
  | RedisAddress;

export interface RedisAddress {
  readonly kind: 'redis';
  readonly isCluster: boolean;
  readonly isTls: boolean;
  /** One, or some of the cluster's. */
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  readonly username?: string;
  readonly password?: string;
  /** Number of the database, of a single server. */
  readonly database: number;
  /** Replicas that must have a write before it counts, default 0, of a cluster 1. */
  readonly replicas: number;
}

const FIELDS =
  /^(rediss?)(-cluster)?:\/\/(?:([^@/]*)@)?([^/?@]+)(?:\/([0-9]{1,2})?)?(?:\?replicas=([0-5]))?$/;
const NODE = /^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?$/;
const DEFAULT_PORT = 6_379;

/** What a URL says is never in a fault: it may hold a password. @throws ConfigurationError */
export function parseStoreAddress(url: string): StoreAddress {
  if (url === 'memory:') return { kind: 'memory' };
  if (url.startsWith('lmdb:')) return { kind: 'lmdb', folder: url.slice('lmdb:'.length) };
  const [, scheme, cluster, login, hosts, database, replicas] = FIELDS.exec(url) ?? [];
  if (scheme === undefined || hosts === undefined) throw refusal();
  const isCluster = cluster !== undefined;
  const nodes = hosts.split(',').map(parseNode);
  if (!isCluster && nodes.length !== 1) throw refusal();
  return {
    kind: 'redis',
    isCluster,
    isTls: scheme === 'rediss',
    nodes,
    ...parseLogin(login),
    database: isCluster ? 0 : Number(database ?? 0),
    replicas: replicas === undefined ? Number(isCluster) : Number(replicas),
  };
}

function parseNode(text: string): { host: string; port: number } {
  const [, host, port = DEFAULT_PORT] = NODE.exec(text) ?? [];
  if (host === undefined || Number(port) > 65_535) throw refusal();
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}

function parseLogin(login: string | undefined): { username?: string; password?: string } {
  if (login === undefined) return {};
  const colon = login.indexOf(':');
  try {
    const username = decodeURIComponent(colon < 0 ? login : login.slice(0, colon));
    const password = colon < 0 ? '' : decodeURIComponent(login.slice(colon + 1));
    return { ...(username === '' ? {} : { username }), ...(password === '' ? {} : { password }) };
  } catch {
    throw refusal();
  }
}

function refusal(): ConfigurationError {
  return new ConfigurationError([`store: expected ${FORM}`]);
}
