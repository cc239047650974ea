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
  readonly client: SafeClient;
  readonly timers: Timers;
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
  const client = createSafeClient({
    ...(outgoing?.caFile === undefined ? {} : { ca: [files.text(outgoing.caFile, 'client.caFile')] }),
    allowAddresses: outgoing?.allowAddresses ?? [],
  });
  return {
    files,
    crypto,
    now,
    seconds: () => Math.floor(now() / 1000),
    log: overrides.log ?? createEventLog({ level: configuration.log?.level ?? 'info' }),
    anchors,
    numberMap,
    client,
    timers: createTimers(),
    trust: createTrust(
      { crypto, anchors, now, fetchChain: createChainFetcher(client), ...(numberMap && { numberMap }) },
      {
        repositories: trust.repositories ?? [],
        listedOnly: trust.listedOnly ?? false,
        x5uPorts: trust.x5uPorts ?? [],
      },
    ),
  };
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
