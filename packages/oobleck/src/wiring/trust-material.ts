// What trust rests on in a process: anchors from a file and from STI-PA's list, revocation lists, chains that are there beforehand;
// each read again when its file changes or its time has come.

import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Certificate } from '@oobleck/stir/certificate';
import type { Crypto } from '@oobleck/stir/crypto';
import { createChainFetcher, type SafeClient } from '../http/index.ts';
import { ConfigurationError, type EventLog } from '../operate/index.ts';
import { createTrustFolder } from '../store/file/trust-folder.ts';
import {
  createAnchorList,
  createRevocations,
  createTrust,
  parseAnchors,
  parsePreloadedChain,
  type RefreshableRevocations,
  type ReplaceableNumberMap,
  type Trust,
} from '../trust/index.ts';
import type { Configuration } from './configuration.ts';
import type { CredentialFiles } from './credential-files.ts';
import type { LiveFiles } from './live-files.ts';
import type { Timers } from './timers.ts';

export interface TrustMaterial {
  /** Those of the moment. */
  readonly anchors: () => readonly Certificate[];
  readonly isRevoked: (certificate: Certificate) => boolean;
  readonly trust: Trust;
}

export interface TrustSurroundings {
  readonly files: CredentialFiles;
  readonly crypto: Crypto;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: EventLog;
  readonly client: SafeClient;
  readonly timers: Timers;
  readonly live: LiveFiles;
  readonly numberMap: ReplaceableNumberMap | undefined;
}

type Options = Configuration['trust'];

const REFRESH_MS = 10_000;
const CRL_MS = 15 * 60_000;
const CRL_RETRY_MS = 60_000;
const LIST_MS = 6 * 3_600_000;
const LIST_RETRY_MS = 5 * 60_000;
const LIST_LIMITS = { deadlineMs: 30_000, maxBytes: 1_048_576 };

/** @throws ConfigurationError where a file is at fault, or nothing gives anchors */
export function createTrustMaterial(options: Options, around: TrustSurroundings): TrustMaterial {
  if (options.anchorsFile === undefined && options.caList === undefined)
    throw new ConfigurationError(['trust: expected anchorsFile, caList or both']);
  const anchors = joined(startAnchorsFile(options, around), startAnchorList(options, around));
  const revocations = startRevocations(options, around);
  const { crypto, now, client, numberMap, timers, log } = around;
  const trust = createTrust(
    {
      crypto,
      anchors,
      now,
      fetchChain: createChainFetcher(client),
      fetchList: createChainFetcher(client, 'application/tnauthlist'),
      revocations,
      ...(numberMap && { numberMap }),
    },
    {
      repositories: options.repositories ?? [],
      listedOnly: options.listedOnly ?? false,
      x5uPorts: options.x5uPorts ?? [],
      cpsUriOid: options.cpsUriOid,
      preloaded: readPreloaded(options, around),
    },
  );
  const refresh = async (): Promise<number> => {
    await trust.refresh();
    return REFRESH_MS;
  };
  timers.repeat(refresh, REFRESH_MS, (error) => log.error('refresh-failed', { role: 'trust', error }));
  return { anchors, trust, isRevoked: (certificate) => revocations.isRevoked(certificate) };
}

type Anchors = () => readonly Certificate[];

/** Another array only where one of the two has changed: path validation remembers by it. */
function joined(fromFile: Anchors, fromList: Anchors): Anchors {
  let parts: readonly (readonly Certificate[])[] = [];
  let both: readonly Certificate[] = [];
  return () => {
    const file = fromFile();
    const list = fromList();
    if (parts[0] !== file || parts[1] !== list) {
      parts = [file, list];
      both = parts.flat();
    }
    return both;
  };
}

function startAnchorsFile({ anchorsFile }: Options, { files, live }: TrustSurroundings): Anchors {
  if (anchorsFile === undefined) return none;
  const read = () => files.read(anchorsFile, 'trust.anchorsFile', parseAnchors);
  let anchors = read();
  const load = (): void => {
    anchors = read();
  };
  live.add({ role: 'trust', paths: [files.path(anchorsFile)], load });
  return () => anchors;
}

const NO_ANCHORS: readonly Certificate[] = [];
const none: Anchors = () => NO_ANCHORS;

function startAnchorList({ caList }: Options, around: TrustSurroundings): Anchors {
  if (caList === undefined) return none;
  const { files, crypto, now, live, log, client, timers } = around;
  const { file, url, signerFile, stateFolder } = caList;
  if ((file === undefined) === (url === undefined))
    throw new ConfigurationError(['trust.caList: expected one of file and url']);
  const folder = files.path(stateFolder);
  makeFolder(folder);
  const readSigners = () => files.read(signerFile, 'trust.caList.signerFile', parseAnchors);
  let signers = readSigners();
  const list = createAnchorList({
    crypto,
    now: () => Math.floor(now() / 1000),
    signers: () => signers,
    kept: createTrustFolder(folder, now),
  });
  const loadSigners = (): void => {
    signers = readSigners();
  };
  live.add({ role: 'trust', paths: [files.path(signerFile)], load: loadSigners });
  // What `oobleck trust import` keeps there is taken, too.
  live.add({ role: 'trust', paths: [folder], load: list.reload });
  if (file !== undefined) {
    const load = (): void => {
      const fault = list.offer(files.text(file, 'trust.caList.file'));
      if (fault !== undefined) throw new ConfigurationError([`trust.caList.file: ${fault}`]);
    };
    load();
    live.add({ role: 'trust', paths: [files.path(file)], load });
  } else {
    const fetch = createChainFetcher(client, 'application/jose+json');
    const refresh = async (): Promise<number> => {
      const { status, body } = await fetch(url!, LIST_LIMITS);
      const fault = status === 200 ? list.offer(Buffer.from(body).toString()) : 'fetch-failed';
      if (fault === undefined) return LIST_MS;
      log.error('ca-list-refused', { role: 'trust', reason: fault });
      return LIST_RETRY_MS;
    };
    timers.repeat(refresh, 0, (error) => log.error('refresh-failed', { role: 'trust', error }));
  }
  return list.anchors;
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
  } catch (cause) {
    throw new ConfigurationError(['trust.caList.stateFolder: the folder cannot be made'], { cause });
  }
}

function startRevocations(options: Options, around: TrustSurroundings): RefreshableRevocations {
  const { files, crypto, now, client, log, timers, live } = around;
  const locations = (options.crls ?? []).map(({ url, issuerFile }, at) => ({
    url,
    issuers: files.read(issuerFile, `trust.crls.${at}.issuerFile`, parseAnchors),
  }));
  const revocations = createRevocations(
    {
      crypto,
      now,
      fetch: createChainFetcher(client, 'application/pkix-crl'),
      onStale: (host) => log.warn('crl-stale', { role: 'trust', host }),
    },
    locations,
  );
  const refresh = async (): Promise<number> => ((await revocations.refresh()) ? CRL_MS : CRL_RETRY_MS);
  if (locations.length > 0) {
    timers.repeat(refresh, 0, (error) => log.error('refresh-failed', { role: 'trust', error }));
    // Without a file of its own: SIGHUP fetches the lists, nothing else does before their time.
    live.add({ role: 'trust', paths: [], load: () => void revocations.refresh() });
  }
  return revocations;
}

/** One file at fault is said and passed over: the chain can still be fetched. */
function readPreloaded(
  { preloadFolder, x5uPorts }: Options,
  { files, log }: TrustSurroundings,
): ReadonlyMap<string, readonly Certificate[]> {
  const chains = new Map<string, readonly Certificate[]>();
  if (preloadFolder === undefined) return chains;
  const folder = files.path(preloadFolder);
  for (const name of namesIn(folder)) {
    const found = parsePreloadedChain(readFileSync(join(folder, name), 'utf8'), x5uPorts);
    if (found === undefined) log.warn('preload-refused', { role: 'trust', reason: 'malformed' });
    else chains.set(found.url, found.chain);
  }
  return chains;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.pem'));
  } catch (cause) {
    throw new ConfigurationError(['trust.preloadFolder: the folder cannot be read'], { cause });
  }
}
