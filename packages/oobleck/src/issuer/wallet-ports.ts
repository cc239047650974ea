// What a wallet needs from outside.

import type { Certificate } from '@oobleck/stir/certificate';
import type { Crypto, SigningKey } from '@oobleck/stir/crypto';

/** An answer as the transport got it. */
export interface TokenAnswer {
  readonly status: number;
  /** Media type without parameters, lower case; empty where there is none. */
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** HTTPS to issuers, best through a relay. Rejects where there is no answer within its own deadline and size limit. */
export interface TokenTransport {
  get(url: string): Promise<TokenAnswer>;
  post(url: string, headers: Readonly<Record<string, string>>, body: Uint8Array): Promise<TokenAnswer>;
}

/** An issuer that a CPS accepts, with its token keys as the directory mirror shows them to everybody. */
export interface MirroredIssuer {
  /** host[:port]. */
  readonly name: string;
  /** SubjectPublicKeyInfos. */
  readonly keys: readonly Uint8Array[];
}

/** The STIR credential that tokens are counted by. */
export interface WalletCredential {
  readonly key: SigningKey;
  /** Signer first. */
  readonly chain: readonly Certificate[];
}

export interface WalletParts {
  readonly crypto: Crypto;
  readonly transport: TokenTransport;
  credential(): WalletCredential;
  /** From the local copy of the mirror; no network. Empty where the CPS names none. */
  issuersInMirror(cpsAuthority: string): readonly MirroredIssuer[];
  /** Runs `action` once, later; gives back what calls it off. */
  schedule(action: () => void, delayMs: number): () => void;
  /** Unix seconds. */
  now(): number;
  /** Told what came of each filling. No number or token is in it. */
  report?(filling: Filling & { readonly cpsAuthority: string }): void;
}

/**
 * filled; full: enough for today and tomorrow; no-issuer: the mirror names none; key-mismatch: the issuer shows keys that
 * the mirror does not have; refused: not a status of success; unreachable: no answer; malformed: an answer out of shape; failed: a fault of our own, see cause.
 */
export type FillingOutcome =
  | 'filled'
  | 'full'
  | 'no-issuer'
  | 'key-mismatch'
  | 'refused'
  | 'unreachable'
  | 'malformed'
  | 'failed';

export interface Filling {
  readonly outcome: FillingOutcome;
  /** Tokens gained. */
  readonly tokens: number;
  readonly cause?: unknown;
}
