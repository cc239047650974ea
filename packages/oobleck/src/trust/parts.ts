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

/** What authorities took back. */
export interface Revocations {
  /** Changes whenever an answer may have changed. */
  readonly revision: number;
  /** From what is known now: no traffic, no waiting. */
  isRevoked(certificate: Certificate): boolean;
}

export interface TrustParts {
  readonly crypto: Crypto;
  /** Roots, as `parseAnchors` reads them; as a function, those of the moment: another array is another set. */
  readonly anchors: readonly Certificate[] | (() => readonly Certificate[]);
  readonly fetchChain: FetchChain;
  /** For TNAuthLists by reference; `fetchChain` where left out. */
  readonly fetchList?: FetchChain;
  /** Without it nothing is revoked. */
  readonly revocations?: Revocations | undefined;
  /** Who owns which numbers, for delegated certificates; without it no SPC delegates numbers. */
  readonly numberMap?: NumberMap;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}
