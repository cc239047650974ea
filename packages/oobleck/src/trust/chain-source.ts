// Fetches chains and keeps them. One fetch serves every call that waits for the same URL; it goes on when they have
// given up, so that the next call finds the chain. Listed repositories have a cache of their own: what strangers make
// us fetch cannot push their chains out.

import type { Certificate } from '@oobleck/stir/certificate';
import { type BoundedCache, createBoundedCache } from './bounded-cache.ts';
import { freshnessSeconds } from './freshness.ts';
import { parseServedChain } from './parse-chain.ts';
import type { FetchChain, FetchedChain } from './parts.ts';

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
}

export interface ChainSource {
  /** A chain or a recent failure, without any traffic. */
  cached(url: string): Fetched | undefined;
  /** Never rejects. */
  fetch(url: string, isListed: boolean): Promise<Fetched>;
}

export function createChainSource(options: ChainSourceOptions): ChainSource {
  const listed = createBoundedCache<Fetched>(options.cacheEntries);
  const others = createBoundedCache<Fetched>(options.cacheEntries);
  const failures = createBoundedCache<Fetched>(options.cacheEntries);
  const inFlight = new Map<string, Promise<Fetched>>();

  const load = async (url: string, chains: BoundedCache<Fetched>): Promise<Fetched> => {
    const reply = await tryFetch(options, url);
    const nowMs = options.now();
    const fetched = read(reply);
    if ('chain' in fetched) chains.set(url, fetched, nowMs + 1000 * keepSeconds(fetched.chain, reply, nowMs));
    else failures.set(url, fetched, nowMs + 1000 * options.failureSeconds);
    return fetched;
  };

  return {
    cached(url) {
      const nowMs = options.now();
      return listed.get(url, nowMs) ?? others.get(url, nowMs) ?? failures.get(url, nowMs);
    },
    fetch(url, isListed) {
      const running = inFlight.get(url);
      if (running !== undefined) return running;
      if (inFlight.size >= options.maxConcurrentFetches)
        return Promise.resolve({ unavailable: 'fetch-failed' });
      const started = load(url, isListed ? listed : others)
        .catch((): Fetched => ({ unavailable: 'bad-body' }))
        .finally(() => inFlight.delete(url));
      inFlight.set(url, started);
      return started;
    },
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
function keepSeconds(chain: readonly Certificate[], reply: FetchedChain | undefined, nowMs: number): number {
  const left = chain[0]!.notAfter - nowMs / 1000;
  return Math.max(60, Math.min(freshnessSeconds(reply?.cacheControl), left));
}
