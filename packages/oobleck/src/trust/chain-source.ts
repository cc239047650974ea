// Fetches chains and keeps them. One fetch serves every call that waits for the same URL; it goes on when they have
// given up, so that the next call finds the chain. Listed repositories have a cache of their own: what strangers make
// us fetch cannot push their chains out.

import type { Certificate } from '@oobleck/stir/certificate';
import { type BoundedCache, createBoundedCache } from './bounded-cache.ts';
import { freshnessSeconds } from './freshness.ts';
import { parseServedChain } from './parse-chain.ts';
import type { FetchChain, FetchedChain } from './parts.ts';
import type { TnLists } from './tn-lists.ts';
import { createUsage } from './usage.ts';

export type Fetched =
  | { readonly chain: readonly Certificate[] }
  | { readonly unavailable: 'fetch-failed' | 'bad-body' };

export interface ChainSourceOptions {
  readonly fetchChain: FetchChain;
  readonly now: () => number;
  readonly fetchDeadlineMs: number;
  readonly maxChainBytes: number;
  readonly cacheEntries: number;
  readonly maxConcurrentFetches: number;
  readonly failureSeconds: number;
  readonly tnLists: TnLists;
  /** By URL: what stands in where nothing was fetched yet. */
  readonly preloaded: ReadonlyMap<string, readonly Certificate[]>;
  readonly isListed: (url: string) => boolean;
}

export interface ChainSource {
  /** A chain or a recent failure, without any traffic. */
  cached(url: string): Fetched | undefined;
  /** Never rejects. */
  fetch(url: string, isListed: boolean): Promise<Fetched>;
  /** Fetches anew what listed repositories served, was asked for since, and is about to go stale. Never rejects. */
  refresh(): Promise<void>;
}

export function createChainSource(options: ChainSourceOptions): ChainSource {
  const listed = createBoundedCache<Fetched>(options.cacheEntries);
  const others = createBoundedCache<Fetched>(options.cacheEntries);
  const failures = createBoundedCache<Fetched>(options.cacheEntries);
  const inFlight = new Map<string, Promise<Fetched>>();
  const usage = createUsage(options.cacheEntries);
  const preloaded = createPreloaded(options.preloaded);
  for (const url of options.preloaded.keys()) if (options.isListed(url)) usage.fetched(url, 0);

  const load = async (url: string, chains: BoundedCache<Fetched>): Promise<Fetched> => {
    const reply = await tryFetch(options, url);
    const served = read(reply);
    const nowMs = options.now();
    if (!('chain' in served)) {
      failures.set(url, served, nowMs + 1000 * options.failureSeconds);
      return served;
    }
    const { chain, keepSeconds } = await options.tnLists.complete(served.chain);
    const fetched = chain === served.chain ? served : { chain };
    const lifeMs = 1000 * Math.min(keepSeconds, freshFor(chain, reply, nowMs));
    chains.set(url, fetched, nowMs + lifeMs);
    if (chains === listed) usage.fetched(url, nowMs + REFRESH_AT * lifeMs);
    return fetched;
  };

  const fetch = (url: string, isListed: boolean): Promise<Fetched> => {
    const running = inFlight.get(url);
    if (running !== undefined) return running;
    if (inFlight.size >= options.maxConcurrentFetches)
      return Promise.resolve({ unavailable: 'fetch-failed' });
    const started = load(url, isListed ? listed : others)
      .catch((): Fetched => ({ unavailable: 'bad-body' }))
      .finally(() => inFlight.delete(url));
    inFlight.set(url, started);
    return started;
  };

  return {
    cached(url) {
      const nowMs = options.now();
      usage.used(url);
      const fetched = listed.get(url, nowMs) ?? others.get(url, nowMs);
      return fetched ?? preloaded(url, nowMs) ?? failures.get(url, nowMs);
    },
    fetch,
    refresh: async () => {
      await Promise.all(usage.due(options.now()).map((url) => fetch(url, true)));
    },
  };
}

/** A fetch in the background comes after so much of a chain's life, and again every so often until one succeeds. */
const REFRESH_AT = 0.8;

/** Held for as long as its leaf is valid. */
function createPreloaded(
  chains: ReadonlyMap<string, readonly Certificate[]>,
): (url: string, nowMs: number) => Fetched | undefined {
  const known = new Map(Array.from(chains, ([url, chain]) => [url, { chain }]));
  return (url, nowMs) => {
    const found = known.get(url);
    return found !== undefined && found.chain[0]!.notAfter * 1000 >= nowMs ? found : undefined;
  };
}

async function tryFetch(options: ChainSourceOptions, url: string): Promise<FetchedChain | undefined> {
  try {
    return await options.fetchChain(url, {
      deadlineMs: options.fetchDeadlineMs,
      maxBytes: options.maxChainBytes,
    });
  } catch {
    return undefined;
  }
}

function read(reply: FetchedChain | undefined): Fetched {
  if (reply?.status !== 200) return { unavailable: 'fetch-failed' };
  const chain = parseServedChain(reply.body);
  return chain === undefined ? { unavailable: 'bad-body' } : { chain };
}

/** Not beyond the leaf's end, but never so short that an expired leaf is fetched for every call. */
function freshFor(chain: readonly Certificate[], reply: FetchedChain | undefined, nowMs: number): number {
  const left = chain[0]!.notAfter - nowMs / 1000;
  return Math.max(60, Math.min(freshnessSeconds(reply?.cacheControl), left));
}
