// What the issuer and those who accept its tokens need from outside: keys that outlast the process, a count per holder,
// the record of spent tokens. Times are Unix seconds, days are UTC days since 1970.

import type { Certificate } from '@oobleck/stir/certificate';
import type { Crypto } from '@oobleck/stir/crypto';

/** The issuer's private keys, one per UTC day. What it holds must outlive a crash, or tokens of the day are worth nothing. */
export interface IssuerKeyStore {
  /** DER PKCS #8, or `undefined` where there is none for that day. */
  load(day: number): Promise<Uint8Array | undefined>;
  /**
   * Keeps the key unless there is one for that day already, and gives back the one that is kept, so that several
   * processes agree. Durable once it resolves.
   */
  save(day: number, pkcs8: Uint8Array): Promise<Uint8Array>;
}

/** How many tokens a credential holder has drawn. Losing it gives a holder one more quota that day, nothing worse. */
export interface IssuerQuota {
  /** Adds `count` to what the holder drew that day and says true, or adds nothing and says false where it exceeds `limit`. Atomic. */
  draw(holder: string, day: number, count: number, limit: number): Promise<boolean>;
}

/** What became of an attempt to spend. */
export interface Spend {
  /** new: not spent before; same: spent before on the same request; other: spent before on another one. */
  readonly state: 'new' | 'same' | 'other';
  /** When it was first spent. */
  readonly spentAt: number;
}

/** The record of spent tokens, shared by everything that accepts them. */
export interface SpentTokens {
  /**
   * Spends once, atomically: of any number of calls with one key exactly one gets `new`. Idempotent for one request
   * digest. Durable when it resolves: what was spent stays spent across a crash, until `expiresAt`. Where it rejects,
   * the token may or may not be spent, and repeating the same call is safe.
   * @param key see `spentTokenKey`
   * @param requestDigest of everything the token was spent on
   * @param expiresAt when the token is no longer accepted anyway
   */
  spend(key: string, requestDigest: string, expiresAt: number): Promise<Spend>;
}

export interface IssuerParts {
  readonly crypto: Crypto;
  readonly keys: IssuerKeyStore;
  readonly quota: IssuerQuota;
  /** A new RSA key of 2048 bits, e = 65537, DER PKCS #8. */
  generateKey(): Promise<{ readonly pkcs8: Uint8Array }>;
  /** The STI anchors that attestations must lead to. */
  anchors(): readonly Certificate[];
  now(): number;
}
