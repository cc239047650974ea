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

/** A token to be spent: known by key and nonce, since one token may be signed twice. */
export interface SpendableToken {
  /** base64url of the id of the issuer's key. */
  readonly keyId: string;
  /** 32 bytes. */
  readonly nonce: Uint8Array;
  /** Unix seconds when the token is no longer accepted anyway. */
  readonly acceptUntil: number;
}

/** What became of an attempt to spend. */
export interface Spend {
  /**
   * new: none was spent before; same: one was, on the same request; other: one was, on another request; late: one is no
   * longer accepted, and may have been forgotten.
   */
  readonly state: 'new' | 'same' | 'other' | 'late';
  /** When the first of them was spent; of `other`, one that was spent on another request; of `late`, now. */
  readonly spentAt: number;
}

/** Whether one of the tokens is no longer accepted. They were judged some time before they are spent. @param now Unix seconds */
export function isOneLate(tokens: readonly SpendableToken[], now: number): boolean {
  return tokens.some(({ acceptUntil }) => acceptUntil <= now);
}

/** The record of spent tokens, shared by everything that accepts them. */
export interface SpentTokens {
  /**
   * Spends the tokens of one request, once. For each token it is atomic: of any number of requests that bring it, exactly
   * one has it. All of them are looked at before any is recorded, so that a request refused for one token loses none of
   * the others. (Where tokens lie on several machines, two requests that share tokens and race may both be refused;
   * never are both taken.) Idempotent for one request digest: a repetition records what an interrupted one did not.
   * Durable when it resolves: what was spent stays spent across a crash, until `acceptUntil`. Where it rejects or throws, any of
   * the tokens may be spent, and repeating the same call is safe.
   * A record in memory answers at once, without a promise; whoever asks waits only for one.
   * @param tokens at least one, each once
   * @param requestDigest of everything the tokens were spent on
   */
  spend(tokens: readonly SpendableToken[], requestDigest: string): Promise<Spend> | Spend;
}

export interface IssuerParts {
  readonly crypto: Crypto;
  readonly keys: IssuerKeyStore;
  readonly quota: IssuerQuota;
  /** A new RSA key of 2048 bits, e = 65537, DER PKCS #8. */
  generateKey(): Promise<{ readonly pkcs8: Uint8Array }>;
  /** The STI anchors that attestations must lead to. */
  anchors(): readonly Certificate[];
  /** Whether an authority took a certificate back; without it none is. */
  readonly isRevoked?: ((certificate: Certificate) => boolean) | undefined;
  now(): number;
}
