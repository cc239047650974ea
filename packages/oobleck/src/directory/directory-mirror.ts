// A client's mirror of key directories: the whole list, judged by the client's own rules, so that a look-up for a call
// is local and tells nobody who is about to be called (RFC 8816 Section 11). Refreshed off the call path.

import { StirError } from '@oobleck/stir';
import { decodeBase64url } from '@oobleck/stir/bytes';
import type { Certificate, NumberMap } from '@oobleck/stir/certificate';
import { type AcceptedCredential, judgeKeyCredential, parseKeyCredential } from '@oobleck/stir/credential';
import type { Crypto } from '@oobleck/stir/crypto';
import type { TelephoneNumber } from '@oobleck/stir/number';
import { createCredentialIndex } from './credential-index.ts';
import type { IssuerAdvertisement, MirrorLine } from './key-directory.ts';

export interface DirectoryMirrorParts {
  readonly crypto: Crypto;
  /** Seconds since 1970. */
  readonly now: () => number;
  readonly anchors: () => readonly Certificate[];
  readonly numberMap?: NumberMap | undefined;
  /** One answer of a directory's mirror: NDJSON lines as values. Rejects where there is no answer in time. */
  readonly fetchChanges: (directory: string, since: number) => Promise<readonly MirrorLine[]>;
}

export interface DirectoryMirrorOptions {
  /** Origins of the directories. */
  readonly directories: readonly string[];
  /** Answers read from one directory in one refresh, default 1000. */
  readonly pagesPerRefresh?: number;
}

/** What a refresh of one directory came to. */
export interface RefreshResult {
  readonly directory: string;
  readonly reached: boolean;
  /** Credentials that did not hold by this client's own rules, and were left out. */
  readonly refused: number;
}

export interface MirroredIssuer {
  readonly name: string;
  /** DER SubjectPublicKeyInfo of the token keys. */
  readonly keys: readonly Uint8Array[];
}

export interface DirectoryMirror {
  refresh(): Promise<readonly RefreshResult[]>;
  keysFor(called: TelephoneNumber): readonly AcceptedCredential[];
  /** Issuers that the mirror names for a CPS. Every directory that names the CPS must name the same. */
  issuersOf(cps: string): readonly MirroredIssuer[];
  /** Origins of the CPSs that credentials in force name. */
  knownCps(): readonly string[];
}

export function createDirectoryMirror(
  parts: DirectoryMirrorParts,
  options: DirectoryMirrorOptions,
): DirectoryMirror {
  const index = createCredentialIndex();
  const cursors = new Map<string, number>();
  const issuers = new Map<string, Map<string, IssuerAdvertisement>>();
  const { crypto, numberMap } = parts;

  /** @returns whether the credential holds */
  const take = (text: string): boolean => {
    try {
      const rules = { crypto, numberMap, anchors: parts.anchors() };
      const judgement = judgeKeyCredential(rules, parseKeyCredential(text), parts.now());
      if (judgement.accepted) index.upsert(judgement.value);
      return judgement.accepted;
    } catch (error) {
      if (error instanceof StirError) return false;
      throw error;
    }
  };

  const refreshOne = async (directory: string): Promise<RefreshResult> => {
    let refused = 0;
    try {
      for (let page = 0; page < (options.pagesPerRefresh ?? 1_000); page++) {
        const since = cursors.get(directory) ?? 0;
        const lines = await parts.fetchChanges(directory, since);
        for (const line of lines) {
          if ('jws' in line) refused += take(line.jws) ? 0 : 1;
          else issuers.set(directory, (issuers.get(directory) ?? new Map()).set(line.cps, line));
        }
        const last = Math.max(since, ...lines.map(({ cursor }) => cursor));
        cursors.set(directory, last);
        if (last === since || !lines.some((line) => 'jws' in line)) break;
      }
      return { directory, reached: true, refused };
    } catch {
      return { directory, reached: false, refused };
    }
  };

  return {
    async refresh() {
      const results = await Promise.all(options.directories.map(refreshOne));
      index.expire(parts.now());
      return results;
    },
    keysFor: (called) => index.keysFor(called, numberMap?.spcOf(called), parts.now()),
    issuersOf: (cps) => agreedIssuers([...issuers.values()].flatMap((byCps) => byCps.get(cps) ?? [])),
    knownCps: () => [...new Set(index.inForce(parts.now()).flatMap(({ credential }) => credential.cps))],
  };
}

/**
 * An issuer that shows different clients different keys can tell them apart by their tokens. Only keys that all
 * directories with an opinion agree on are used.
 */
function agreedIssuers(advertisements: readonly IssuerAdvertisement[]): readonly MirroredIssuer[] {
  const [first, ...others] = advertisements;
  if (first === undefined) return [];
  const isAgreed = (name: string, key: string): boolean =>
    others.every(({ issuers }) => issuers.some((one) => one.name === name && one.keys.includes(key)));
  return first.issuers.map(({ name, keys }) => ({
    name,
    keys: keys.filter((key) => isAgreed(name, key)).flatMap(decodeKey),
  }));
}

/** A directory that writes nonsense names no key. */
function decodeKey(text: string): readonly Uint8Array[] {
  try {
    return [decodeBase64url(text)];
  } catch (error) {
    if (error instanceof StirError) return [];
    throw error;
  }
}
