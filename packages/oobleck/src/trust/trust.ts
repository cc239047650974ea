// The trust service: from the `x5u` of a PASSporT to its certificate chain, and from a chain to a verdict on it.
// What a stranger deposits must not make this side contact a host of the stranger's choice, so out of band only
// listed repositories are fetched from; in band any public host is, as RFC 8224 Section 6.2.2 expects. Which
// addresses count as public is the business of whoever implements the fetching port. Revocation is looked up, never fetched.

import type { Certificate, PathVerdict } from '@oobleck/stir/certificate';
import { createCarriedChains } from './carried-chains.ts';
import { createChainSource } from './chain-source.ts';
import { parseDerChain } from './parse-chain.ts';
import type { TrustParts } from './parts.ts';
import { createPathMemory } from './path-memory.ts';
import { createTnLists } from './tn-lists.ts';
import { createX5uReader, parseRepositories } from './x5u.ts';

export interface TrustOptions {
  /** Origins that may be contacted for PASSporTs from out of band, such as `https://cr.example.net`; default none. */
  readonly repositories?: readonly string[];
  /** In band too, contact listed repositories only; default false. */
  readonly listedOnly?: boolean;
  /** Ports of an x5u beside 443 and 8443, default none. */
  readonly x5uPorts?: readonly number[];
  /** For one fetch, whoever still waits for it, default 5000. */
  readonly fetchDeadlineMs?: number;
  /** Default 65536. */
  readonly maxChainBytes?: number;
  /** Chains kept of listed repositories, and again as many of others, default 10000. */
  readonly cacheEntries?: number;
  /** Default 64; beyond, a fetch counts as failed. */
  readonly maxConcurrentFetches?: number;
  /** How long a failure is remembered, default 30. */
  readonly failureSeconds?: number;
  /** Chains by their URL, for before anything was fetched. */
  readonly preloaded?: ReadonlyMap<string, readonly Certificate[]>;
  /** Dotted identifier of the CPS URI extension; without it the extension is not looked at. */
  readonly cpsUriOid?: string | undefined;
}

export type Channel = 'in-band' | 'out-of-band';

export type Unavailable =
  /** Out of band, and the host is no listed repository: it was not contacted. */
  | 'unlisted'
  /** In band, and policy allows listed repositories only: it was not contacted. */
  | 'policy'
  | 'fetch-failed'
  | 'deadline'
  | 'bad-url'
  | 'bad-body';

export type ChainResult = { readonly chain: readonly Certificate[] } | { readonly unavailable: Unavailable };

export interface ChainQuestion {
  readonly channel: Channel;
  /** How long the caller waits; a fetch it has started goes on after that. */
  readonly signalDeadlineMs: number;
}

export interface Trust {
  /** At once where it is known; never rejects. A chain is as served: whether it counts is for `validated` to say. */
  chainFor(x5u: string, question: ChainQuestion): ChainResult | Promise<ChainResult>;
  /** The chain under a URL as DER, signer first, where it is in memory: no traffic, no waiting. */
  chainAtHand(x5u: string): readonly Uint8Array[] | undefined;
  /** A chain that came with the PASSporT. The same bytes give the same object, so that `validated` remembers it. */
  chainOf(ders: readonly Uint8Array[]): ChainResult;
  /** `at` in Unix seconds. */
  validated(chain: readonly Certificate[], at: number): PathVerdict;
  /** Fetches anew what is in use and about to go stale. To be called every few seconds, off the path of calls. Never rejects. */
  refresh(): Promise<void>;
}

const CARRIED_SECONDS = 3600;

export function createTrust(parts: TrustParts, options: TrustOptions = {}): Trust {
  const { cacheEntries = 10_000, listedOnly = false, x5uPorts } = options;
  const repositories = parseRepositories(options.repositories ?? []);
  const { validated } = createPathMemory(parts, options.cpsUriOid);
  const tnLists = createTnLists({
    fetchList: parts.fetchList ?? parts.fetchChain,
    repositories,
    allowPorts: x5uPorts,
    fetchDeadlineMs: options.fetchDeadlineMs ?? 5000,
    failureSeconds: options.failureSeconds ?? 30,
  });
  const carried = createCarriedChains(parts.crypto, cacheEntries);
  const readX5u = createX5uReader(x5uPorts);
  const source = createChainSource({
    fetchChain: parts.fetchChain,
    now: parts.now,
    fetchDeadlineMs: options.fetchDeadlineMs ?? 5000,
    maxChainBytes: options.maxChainBytes ?? 65_536,
    cacheEntries,
    maxConcurrentFetches: options.maxConcurrentFetches ?? 64,
    failureSeconds: options.failureSeconds ?? 30,
    tnLists,
    preloaded: options.preloaded ?? new Map(),
    isListed: (url) => repositories.has(new URL(url).origin),
  });
  /** The lists of a chain that was carried are fetched behind the call's back; the next call finds them. */
  const completeCarried = async (chain: readonly Certificate[]): Promise<void> => {
    const { chain: completed, keepSeconds } = await tnLists.complete(chain);
    if (completed === chain) return;
    const seconds = Math.min(CARRIED_SECONDS, keepSeconds);
    carried.keep(completed, parts.now() + 1000 * seconds);
  };

  return {
    validated,
    refresh: source.refresh,
    chainFor(x5u, { channel, signalDeadlineMs }) {
      const url = readX5u(x5u);
      if (url === undefined) return { unavailable: 'bad-url' };
      const isListed = repositories.has(url.origin);
      const known = source.cached(url.href);
      if (known !== undefined && (isListed || 'chain' in known)) return known;
      if (!isListed && channel === 'out-of-band') return { unavailable: 'unlisted' };
      if (!isListed && listedOnly) return { unavailable: 'policy' };
      return known ?? within(source.fetch(url.href, isListed), signalDeadlineMs);
    },
    chainAtHand(x5u) {
      const url = readX5u(x5u);
      const known = url && source.cached(url.href);
      return known !== undefined && 'chain' in known ? known.chain.map(({ der }) => der) : undefined;
    },
    chainOf(ders) {
      const nowMs = parts.now();
      const known = carried.find(ders, nowMs);
      if (known !== undefined) return { chain: known };
      // Memory of its own: the caller's may hold the PASSporT too, or be written to again.
      const chain = parseDerChain(ders.map((der) => new Uint8Array(der)));
      if (chain === undefined) return { unavailable: 'bad-body' };
      carried.keep(chain, nowMs + 1000 * CARRIED_SECONDS);
      void completeCarried(chain);
      return { chain };
    },
  };
}

function within(fetched: Promise<ChainResult>, deadlineMs: number): Promise<ChainResult> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve({ unavailable: 'deadline' }), Math.max(0, deadlineMs));
    void fetched.then((result) => {
      clearTimeout(timer);
      resolve(result);
    });
  });
}
