// A client's mirror of key directories: the whole list, judged by the client's own rules, so that a look-up for a call
// is local and tells nobody who is about to be called (RFC 8816 Section 11). Refreshed off the call path.

import { StirError } from '@oobleck/stir';
import type { Certificate, NumberMap } from '@oobleck/stir/certificate';
import { type AcceptedCredential, judgeKeyCredential, parseKeyCredential } from '@oobleck/stir/credential';
import type { Crypto } from '@oobleck/stir/crypto';
import type { TelephoneNumber } from '@oobleck/stir/number';
import { type CredentialIndexOptions, createCredentialIndex } from './credential-index.ts';
import { createIssuerOpinions, type MirroredIssuer } from './issuer-opinions.ts';
import type { IssuerAdvertisement, MirrorLine } from './key-directory.ts';
import { createPace, type Pace } from './pace.ts';

export interface DirectoryMirrorParts {
  readonly crypto: Crypto;
  /** Seconds since 1970. */
  readonly now: () => number;
  readonly anchors: () => readonly Certificate[];
  /** Whether an authority took a certificate back; without it none is. */
  readonly isRevoked?: ((certificate: Certificate) => boolean) | undefined;
  readonly numberMap?: NumberMap | undefined;
  /** One answer of a directory's mirror: NDJSON lines as values. Rejects where there is no answer in time. */
  readonly fetchChanges: (directory: string, since: number) => Promise<readonly MirrorLine[]>;
}

/** A client keeps what several directories do: by default 100,000 credentials and 256 MiB of them. */
export interface DirectoryMirrorOptions extends CredentialIndexOptions {
  /** Origins of the directories. */
  readonly directories: readonly string[];
  /** What one refresh of one directory may take; the next goes on where it ended. Default 1000 answers. */
  readonly pagesPerRefresh?: number;
  /** Default 30. */
  readonly secondsPerRefresh?: number;
  /** Of credentials, default 64 MiB. */
  readonly bytesPerRefresh?: number;
}

/** What a refresh of one directory came to. */
export interface RefreshResult {
  readonly directory: string;
  readonly reached: boolean;
  /** Credentials that did not hold by this client's own rules, and were left out. */
  readonly refused: number;
}

export interface DirectoryMirror {
  /** All directories, side by side. */
  refresh(): Promise<readonly RefreshResult[]>;
  /** One of them; the same refresh for all who ask while it lasts. Never rejects. */
  refreshOne(directory: string): Promise<RefreshResult>;
  keysFor(called: TelephoneNumber): readonly AcceptedCredential[];
  /** Every credential in force. */
  credentials(): readonly AcceptedCredential[];
  /** Issuers whose tokens a CPS accepts, with the keys that the directories come to (see `IssuerOpinions`). */
  issuersOf(cps: string): readonly MirroredIssuer[];
  /** Origins of the CPSs that credentials in force name. */
  knownCps(): readonly string[];
  /** Those of them about whose token keys the directories differ. */
  disputedCps(): readonly string[];
}

/** What a refresh of a directory has come to so far. */
interface Progress {
  readonly issuers: Map<string, IssuerAdvertisement>;
  refused: number;
  bytes: number;
  /** Answers in a row of which no credential held. */
  barrenPages: number;
}

const BARREN_PAGES = 3;
/** CPSs of one directory. */
const MAXIMUM_CPS = 1_024;

export function createDirectoryMirror(
  parts: DirectoryMirrorParts,
  options: DirectoryMirrorOptions,
): DirectoryMirror {
  const { pagesPerRefresh = 1_000, secondsPerRefresh = 30, bytesPerRefresh = 64 * 1024 * 1024 } = options;
  const index = createCredentialIndex({
    maximumCredentials: 100_000,
    maximumBytes: 256 * 1024 * 1024,
    ...options,
  });
  const cursors = new Map<string, number>();
  const refreshing = new Map<string, Promise<RefreshResult>>();
  const opinions = createIssuerOpinions();
  const { crypto, numberMap } = parts;

  /** @returns whether the credential holds */
  const take = (text: string): boolean => {
    try {
      const rules = { crypto, numberMap, anchors: parts.anchors(), isRevoked: parts.isRevoked };
      const judgement = judgeKeyCredential(rules, parseKeyCredential(text), parts.now());
      if (!judgement.accepted) return false;
      const { outcome } = index.upsert(judgement.value);
      return outcome !== 'full' && outcome !== 'too-many-keys';
    } catch (error) {
      if (error instanceof StirError) return false;
      throw error;
    }
  };
  const takePage = async (lines: readonly MirrorLine[], progress: Progress, pace: Pace): Promise<void> => {
    let held = 0;
    for (const line of lines) {
      await pace();
      if ('jws' in line) {
        progress.bytes += line.jws.length;
        if (take(line.jws)) held++;
        else progress.refused++;
      } else if (progress.issuers.size < MAXIMUM_CPS) progress.issuers.set(line.cps, line);
    }
    progress.barrenPages = held === 0 ? progress.barrenPages + 1 : 0;
  };
  /** @returns whether there may be more */
  const readPage = async (directory: string, progress: Progress, pace: Pace): Promise<boolean> => {
    const since = cursors.get(directory) ?? 0;
    const lines = await parts.fetchChanges(directory, since);
    await takePage(lines, progress, pace);
    const last = lines.reduce((highest, { cursor }) => Math.max(highest, cursor), since);
    cursors.set(directory, last);
    return last > since && lines.some((line) => 'jws' in line);
  };
  const readAll = async (directory: string): Promise<RefreshResult> => {
    const progress: Progress = { issuers: new Map(), refused: 0, bytes: 0, barrenPages: 0 };
    const pace = createPace();
    const endsAt = parts.now() + secondsPerRefresh;
    const mayGoOn = (): boolean =>
      parts.now() < endsAt && progress.bytes < bytesPerRefresh && progress.barrenPages < BARREN_PAGES;
    let reached = true;
    try {
      for (let page = 1; (await readPage(directory, progress, pace)) && page < pagesPerRefresh; page++)
        if (!mayGoOn()) break;
      opinions.replace(directory, progress.issuers, parts.now());
    } catch {
      reached = false;
    }
    await index.expire(parts.now(), pace, parts.isRevoked);
    return { directory, reached, refused: progress.refused };
  };
  const read = (directory: string): Promise<RefreshResult> => {
    const reading =
      refreshing.get(directory) ?? readAll(directory).finally(() => refreshing.delete(directory));
    refreshing.set(directory, reading);
    return reading;
  };
  const knownCps = (): ReadonlySet<string> =>
    new Set(index.inForce(parts.now()).flatMap(({ credential }) => credential.cps));

  return {
    async refresh() {
      const results = await Promise.all(options.directories.map(read));
      opinions.keep(knownCps());
      return results;
    },
    async refreshOne(directory) {
      const result = await read(directory);
      opinions.keep(knownCps());
      return result;
    },
    credentials: () => index.inForce(parts.now()),
    keysFor: (called) => index.keysFor(called, numberMap?.spcOf(called), parts.now()),
    issuersOf: (cps) => opinions.of(cps, parts.now()).issuers,
    knownCps: () => [...knownCps()],
    disputedCps: () => [...knownCps()].filter((cps) => opinions.of(cps, parts.now()).isDisputed),
  };
}
