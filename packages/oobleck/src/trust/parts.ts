// The ports of the trust service.

import type { Certificate, NumberMap } from '@oobleck/stir/certificate';
import type { Crypto } from '@oobleck/stir/crypto';

export interface FetchedChain {
  readonly status: number;
  readonly body: Uint8Array;
  /** The `Cache-Control` field, where there is one. */
  readonly cacheControl?: string | undefined;
}

/**
 * One GET, no redirect, nothing sent that names anybody. Rejects for every failure: no connection, an address that
 * may not be contacted, deadline, size. Repeating it is harmless.
 */
export type FetchChain = (
  url: string,
  limits: { readonly deadlineMs: number; readonly maxBytes: number },
) => Promise<FetchedChain>;

export interface TrustParts {
  readonly crypto: Crypto;
  /** Roots, as `parseAnchors` reads them. */
  readonly anchors: readonly Certificate[];
  readonly fetchChain: FetchChain;
  /** Who owns which numbers, for delegated certificates; without it no SPC delegates numbers. */
  readonly numberMap?: NumberMap;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}
