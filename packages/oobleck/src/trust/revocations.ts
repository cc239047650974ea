// Certificate revocation lists (RFC 5280 Section 5), fetched in the background and looked up on the path of a call without waiting.
// A list that is missing or out of date is reported and changes nothing: calls go on, and what was revoked stays revoked.

import type { Certificate } from '@oobleck/stir/certificate';
import type { Crypto } from '@oobleck/stir/crypto';
import { type Crl, judgeCrl, parseCrl } from '@oobleck/stir/revocation';
import type { FetchChain, Revocations } from './parts.ts';

export interface CrlLocation {
  readonly url: string;
  /** Certificates that may have signed the list. */
  readonly issuers: readonly Certificate[];
}

export interface RevocationsParts {
  readonly crypto: Crypto;
  /** One GET, as for chains. */
  readonly fetch: FetchChain;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** No list from there, or none that is in its time. Named once a refresh. */
  readonly onStale: (host: string) => void;
}

export interface RevocationsOptions {
  /** For one list, default 30000. */
  readonly fetchDeadlineMs?: number;
  /** Default 16 MiB. */
  readonly maxCrlBytes?: number;
}

export interface RefreshableRevocations extends Revocations {
  /** Fetches every list. @returns whether each is now in its time. Never rejects */
  refresh(): Promise<boolean>;
}

const MAXIMUM_BYTES = 16_777_215;

export function createRevocations(
  parts: RevocationsParts,
  locations: readonly CrlLocation[],
  options: RevocationsOptions = {},
): RefreshableRevocations {
  const { fetchDeadlineMs = 30_000, maxCrlBytes = MAXIMUM_BYTES } = options;
  const limits = { deadlineMs: fetchDeadlineMs, maxBytes: maxCrlBytes };
  const lists = new Map<CrlLocation, Crl>();
  let revision = 0;
  const refreshOne = async (location: CrlLocation): Promise<boolean> => {
    const crl = await tryFetch(parts, location, limits);
    const known = lists.get(location);
    // An older list is a replay: it may lack what was revoked since.
    if (crl !== undefined && (known === undefined || crl.thisUpdate >= known.thisUpdate)) {
      lists.set(location, crl);
      revision++;
    }
    const isFresh = (lists.get(location)?.nextUpdate ?? 0) * 1000 >= parts.now();
    if (!isFresh) parts.onStale(new URL(location.url).hostname);
    return isFresh;
  };
  return {
    get revision() {
      return revision;
    },
    isRevoked(certificate) {
      for (const crl of lists.values()) if (crl.has(certificate)) return true;
      return false;
    },
    refresh: async () => (await Promise.all(locations.map(refreshOne))).every((isFresh) => isFresh),
  };
}

async function tryFetch(
  { crypto, fetch, now }: RevocationsParts,
  { url, issuers }: CrlLocation,
  limits: { readonly deadlineMs: number; readonly maxBytes: number },
): Promise<Crl | undefined> {
  try {
    const { status, body } = await fetch(url, limits);
    if (status !== 200) return undefined;
    const crl = parseCrl(body);
    const at = Math.floor(now() / 1000);
    return judgeCrl({ crl, issuers, at, crypto }) === undefined ? crl : undefined;
  } catch {
    return undefined;
  }
}
