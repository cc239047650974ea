// What all roles of a process share: clock, crypto, log, trust, outgoing client, timers.

import type { Certificate } from '@oobleck/stir/certificate';
import type { Crypto } from '@oobleck/stir/crypto';
import { createNodeCrypto } from '../crypto/index.ts';
import { createChainFetcher, createSafeClient, type SafeClient } from '../http/index.ts';
import { createEventLog, type EventLog } from '../operate/index.ts';
import {
  createReplaceableNumberMap,
  createTrust,
  parseAnchors,
  parseNumberMap,
  type ReplaceableNumberMap,
  type Trust,
} from '../trust/index.ts';
import type { Configuration } from './configuration.ts';
import { type CredentialFiles, createCredentialFiles } from './credential-files.ts';
import { createTimers, type Timers } from './timers.ts';

export interface Environment {
  readonly files: CredentialFiles;
  readonly crypto: Crypto;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Seconds since 1970. */
  readonly seconds: () => number;
  readonly log: EventLog;
  readonly anchors: readonly Certificate[];
  readonly numberMap: ReplaceableNumberMap | undefined;
  readonly trust: Trust;
  readonly clients: Clients;
  readonly timers: Timers;
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
  readonly deposits: SafeClient;
  readonly retrievals: SafeClient;
  close(): Promise<void>;
}

export interface EnvironmentOverrides {
  /** Milliseconds since 1970, default the system's clock. */
  readonly now?: () => number;
  readonly log?: EventLog;
}

/** @param folder of the configuration: its paths are relative to it */
export function createEnvironment(
  configuration: Configuration,
  folder: string,
  overrides: EnvironmentOverrides = {},
): Environment {
  const { trust, client: outgoing } = configuration;
  const files = createCredentialFiles(folder);
  const crypto = createNodeCrypto();
  const now = overrides.now ?? Date.now;
  const anchors = files.read(trust.anchorsFile, 'trust.anchorsFile', parseAnchors);
  const numberMap = readNumberMap(files, trust.numberMapFile);
  const clients = createClients(outgoing, files);
  return {
    files,
    crypto,
    now,
    seconds: () => Math.floor(now() / 1000),
    log: overrides.log ?? createEventLog({ level: configuration.log?.level ?? 'info' }),
    anchors,
    numberMap,
    clients,
    timers: createTimers(),
    trust: createTrust(
      {
        crypto,
        anchors,
        now,
        fetchChain: createChainFetcher(clients.lookups),
        ...(numberMap && { numberMap }),
      },
      {
        repositories: trust.repositories ?? [],
        listedOnly: trust.listedOnly ?? false,
        x5uPorts: trust.x5uPorts ?? [],
      },
    ),
  };
}

function createClients(outgoing: Configuration['client'], files: CredentialFiles): Clients {
  const create = (): SafeClient =>
    createSafeClient({
      ...(outgoing?.caFile === undefined ? {} : { ca: [files.text(outgoing.caFile, 'client.caFile')] }),
      allowAddresses: outgoing?.allowAddresses ?? [],
    });
  const clients = {
    lookups: create(),
    directories: create(),
    issuance: create(),
    deposits: create(),
    retrievals: create(),
  };
  const close = async (): Promise<void> => {
    await Promise.all(Object.values(clients).map((client) => client.close()));
  };
  return { ...clients, close };
}

/** Reads the map again, for a change while running. Without one configured it does nothing. */
export function reloadNumberMap({ files, numberMap }: Environment, path: string | undefined): void {
  if (numberMap !== undefined && path !== undefined)
    numberMap.replace(files.read(path, 'trust.numberMapFile', parseNumberMap));
}

function readNumberMap(files: CredentialFiles, path: string | undefined): ReplaceableNumberMap | undefined {
  if (path === undefined) return undefined;
  return createReplaceableNumberMap(files.read(path, 'trust.numberMapFile', parseNumberMap));
}
