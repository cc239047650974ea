// What the bench asks of its server over the channel between the two, and what both know of each other.

import { createHash } from 'node:crypto';

export const SHARDS = 65_536;
export const ISSUER = 'issuer.example.net';
export const AUTHORITY = 'cps.example.net';

/** Of the mailboxes that are filled, and that requests go to. */
export const MAILBOX_IDS: readonly Uint8Array[] = Array.from(
  { length: 64 },
  (_, at) => new Uint8Array(createHash('sha256').update(`mailbox ${at}`).digest()),
);

export type Order =
  | { readonly do: 'cpu' }
  /** So many live deposits with their spent tokens. */
  | { readonly do: 'fill'; readonly count: number }
  | { readonly do: 'memory' }
  /** From now on the deposits that were filled in expire, all within so many seconds. */
  | { readonly do: 'expire' }
  /** Pauses of the event loop count from now on. */
  | { readonly do: 'watch' }
  | { readonly do: 'pauses' };

/** Short ones are for tests only. */
export const EXPIRY_SECONDS = Number(process.env.OOBLECK_BENCH_EXPIRY_SECONDS ?? 30);

export interface Memory {
  readonly live: number;
  /** Whether nothing was due any more at the last sweep. */
  readonly isSwept: boolean;
  readonly rssBytes: number;
  readonly usedBytes: number;
}

export interface Pauses {
  readonly live: number;
  readonly longestMs: number;
  readonly p999Ms: number;
  /** CPU time of the longest slice of expiry. */
  readonly longestSliceMs: number;
}
