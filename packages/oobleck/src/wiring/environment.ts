// What all roles of a process share: clock, crypto, log, trust, outgoing client, timers.

import type { Certificate } from '@oobleck/stir/certificate';
import type { Crypto } from '@oobleck/stir/crypto';
import { createNodeCrypto } from '../crypto/index.ts';
import {
  createGuardedClient,
  createSafeClient,
  type GuardedClient,
  type SafeClient,
  type StreamingClient,
} from '../http/index.ts';
import {
  createEventLog,
  createPrometheusMeter,
  createReadiness,
  type EventLog,
  NO_METER,
  type PrometheusMeter,
  type Readiness,
} from '../operate/index.ts';
import {
  createReplaceableNumberMap,
  parseNumberMap,
  type ReplaceableNumberMap,
  type Trust,
} from '../trust/index.ts';
import type { Configuration } from './configuration.ts';
import { type CredentialFiles, createCredentialFiles } from './credential-files.ts';
import { createLiveFiles, type LiveFiles } from './live-files.ts';
import { showPeers } from './metered-peers.ts';
import { createMeters, type Meters } from './meters.ts';
import { type OutgoingRoots, readOutgoingRoots } from './outgoing-roots.ts';
import type { Stores } from './stores.ts';
import { createTimers, type Timers } from './timers.ts';
import { createTrustMaterial } from './trust-material.ts';
import { watchMemory } from './watched-memory.ts';

/** How soon a changed file is noticed. */
const POLL_MS = 5_000;

export interface Environment {
  readonly files: CredentialFiles;
  readonly crypto: Crypto;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Seconds since 1970. */
  readonly seconds: () => number;
  readonly log: EventLog;
  /** Those of the moment. */
  readonly anchors: () => readonly Certificate[];
  readonly isRevoked: (certificate: Certificate) => boolean;
  /** What is read again while the process runs. */
  readonly live: LiveFiles;
  readonly numberMap: ReplaceableNumberMap | undefined;
  readonly trust: Trust;
  /** Of outgoing TLS, where they are not the system's. */
  readonly roots: OutgoingRoots | undefined;
  readonly clients: Clients;
  readonly timers: Timers;
  readonly meters: Meters;
  /** Whether the process has no memory for more: asked by everything that takes requests. */
  readonly isOverloaded: () => boolean;
  /** Whether calls should come here; parts add their checks. */
  readonly readiness: Readiness;
  /** Where there are metrics to be read: all of them, of all processes that answer for each other. */
  readonly readMetrics: MetricsReader | undefined;
  readonly stores: Stores;
}

/**
 * One client for each thing that must not be joined with another: a CPS that is its own issuer would see on one
 * connection who draws tokens and what they are spent on. Each has connections and TLS sessions of its own.
 */
export interface Clients {
  /** Certificate chains, revocation lists, other operators' issuer keys. */
  readonly lookups: SafeClient;
  /** Mirrors of directories, registration of mailboxes. */
  readonly directories: SafeClient;
  /** Drawing tokens: these requests name the certificate holder. */
  readonly issuance: SafeClient;
  readonly deposits: GuardedClient;
  readonly retrievals: GuardedClient;
  /** Streams of own mailboxes: these requests name the certificate holder. */
  readonly streams: StreamingClient;
  close(): Promise<void>;
}

export interface EnvironmentOverrides {
  /** Milliseconds since 1970, default the system's clock. */
  readonly now?: () => number;
  readonly log?: EventLog;
  /** The configuration again, for what may change while running. @throws ConfigurationError */
  readonly readConfiguration?: () => Configuration;
  /** Where several processes answer for each other: reads what all of them count. Default: what this one does. */
  readonly readMetrics?: (own: PrometheusMeter) => () => Promise<string>;
  /** Where several processes answer on one port: that of all of them. Default: this one's own. */
  readonly shareReadiness?: (own: Readiness) => Readiness;
  /** What counts already, default one that is made here. */
  readonly prometheus?: PrometheusMeter | undefined;
}

export interface MetricsReader {
  readonly contentType: string;
  text(): Promise<string>;
}

/** @param folder of the configuration: its paths are relative to it */
export function createEnvironment(
  configuration: Configuration,
  folder: string,
  stores: Stores,
  overrides: EnvironmentOverrides = {},
): Environment {
  const { trust, client: outgoing } = configuration;
  const files = createCredentialFiles(folder);
  const crypto = createNodeCrypto();
  const now = overrides.now ?? Date.now;
  const log = overrides.log ?? createEventLog({ level: configuration.log?.level ?? 'info' });
  const live = createLiveFiles(log);
  const timers = createTimers();
  const prometheus = overrides.prometheus ?? createMeterFor(configuration);
  const numberMap = startNumberMap(files, live, trust.numberMapFile);
  const meter = prometheus ?? NO_METER;
  const roots = readOutgoingRoots(files, live, outgoing?.caFile);
  const clients = createClients(outgoing, roots, timers, log);
  showPeers(meter, { deposits: clients.deposits, retrievals: clients.retrievals });
  const around = { files, crypto, now, log, client: clients.lookups, timers, live, numberMap };
  const material = createTrustMaterial(trust, around);
  const poll = (): number => {
    live.poll();
    return POLL_MS;
  };
  timers.repeat(poll, POLL_MS, (error) => log.error('reload-failed', { role: 'trust', error }));
  return {
    files,
    crypto,
    now,
    seconds: () => Math.floor(now() / 1000),
    log,
    ...material,
    live,
    numberMap,
    roots,
    clients,
    timers,
    meters: createMeters(meter),
    isOverloaded: watchMemory(configuration.memory, { log, timers, meter }),
    readiness: overrides.shareReadiness?.(createReadiness()) ?? createReadiness(),
    readMetrics: prometheus && {
      contentType: prometheus.contentType,
      text: overrides.readMetrics?.(prometheus) ?? prometheus.text,
    },
    stores,
  };
}

/** Nothing is counted where nobody can read it. */
export function createMeterFor({ metrics }: Configuration): PrometheusMeter | undefined {
  return metrics === undefined ? undefined : createPrometheusMeter();
}

function createClients(
  outgoing: Configuration['client'],
  roots: OutgoingRoots | undefined,
  { schedule }: Timers,
  log: EventLog,
): Clients {
  const create = (): StreamingClient =>
    createSafeClient({
      ...(roots === undefined ? {} : { ca: roots }),
      allowAddresses: outgoing?.allowAddresses ?? [],
    });
  const clients = {
    lookups: create(),
    directories: create(),
    issuance: create(),
    deposits: guarded(create, schedule, log),
    retrievals: guarded(create, schedule, log),
    streams: create(),
  };
  const close = async (): Promise<void> => {
    await Promise.all(Object.values(clients).map((client) => client.close()));
  };
  return { ...clients, close };
}

/** Calls wait for these: a peer that has gone silent is not waited for. */
function guarded(create: () => SafeClient, schedule: Timers['schedule'], log: EventLog): GuardedClient {
  const onChange = (host: string, isSuspended: boolean): void =>
    log.warn(isSuspended ? 'peer-suspended' : 'peer-restored', { role: 'http', host });
  return createGuardedClient(create, { elapsed: () => performance.now(), schedule, onChange });
}

function startNumberMap(
  files: CredentialFiles,
  live: LiveFiles,
  path: string | undefined,
): ReplaceableNumberMap | undefined {
  if (path === undefined) return undefined;
  const read = () => files.read(path, 'trust.numberMapFile', parseNumberMap);
  const map = createReplaceableNumberMap(read());
  live.add({ role: 'trust', paths: [files.path(path)], load: () => map.replace(read()) });
  return map;
}
