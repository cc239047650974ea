// Ports of the authentication service: keys of the called number, tokens, and how a deposit is sent.

import type { AcceptedCredential } from '@oobleck/stir/credential';
import type { Crypto } from '@oobleck/stir/crypto';
import type { TelephoneNumber } from '@oobleck/stir/number';
import type { Party } from '@oobleck/stir/passport';
import type { Deposit, SigningAuthority } from '@oobleck/stir/placement';
import type { Token } from '@oobleck/stir/token';

export interface KeyFinder {
  /** All keys of the number, as the local mirror knows them (RFC 8816 Section 8.1, step 3). */
  keysFor(called: TelephoneNumber): readonly AcceptedCredential[];
}

export interface TokenPurse {
  /** Exactly `count` tokens for that CPS, or `undefined`. From memory; a token is given out once. */
  take(cpsAuthority: string, count: number): readonly Token[] | undefined;
}

export type DepositAnswer =
  /** 201: it lies there. */
  | 'stored'
  /** The CPS refused it, and will refuse it again. */
  | 'refused'
  /** 404: it has no such mailbox. */
  | 'absent'
  /** Try another CPS, or the same request again. */
  | 'unavailable';

export interface DepositSender {
  /** @param cps origin of the CPS; never rejects, and answers within the deadline */
  send(cps: string, deposit: Deposit, tokens: readonly Token[], deadlineMs: number): Promise<DepositAnswer>;
  /** Whether nothing would be sent to that CPS now, as it has not answered lately; left out, never. */
  isSuspended?(cps: string): boolean;
  /** Takes deposits back by their secrets; whether there were any is not told. */
  retract(cps: string, secrets: readonly Uint8Array[], deadlineMs: number): Promise<void>;
}

/** Which PASSporTs may be shown to whom. Without it none leaves this side but sealed. */
export interface ClearPlacement {
  /**
   * Where a call's PASSporTs go in clear; `undefined` where no rule says so. Decided before the call, by rules alone:
   * never because something sealed could not be left.
   */
  routeFor(question: ClearQuestion): ClearRoute | undefined;
}

export interface ClearQuestion {
  readonly tenant: string;
  readonly called: TelephoneNumber;
  /** Names of peers that the trunk of the call adds. */
  readonly peers?: readonly string[] | undefined;
}

export interface ClearRoute {
  readonly peers: readonly ClearPeer[];
  /** Nothing is left sealed then. */
  readonly isInstead: boolean;
}

/** A neighbour's CPS that reads what it keeps. */
export interface ClearPeer {
  /** Never rejects, and answers within the deadline. */
  publish(
    pair: { readonly called: Party; readonly caller: Party },
    passports: readonly string[],
    deadlineMs: number,
  ): Promise<'stored' | 'refused' | 'unavailable'>;
}

export interface AuthenticationParts {
  readonly crypto: Crypto;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly tenants: TenantSource;
  readonly keys: KeyFinder;
  readonly purse: TokenPurse;
  readonly sender: DepositSender;
  /** For what a gateway carries; left out, the called side fetches the chains. */
  readonly chains?: ChainsAtHand | undefined;
  readonly clear?: ClearPlacement | undefined;
  /** Runs `action` once, later. */
  readonly schedule: (action: () => void, delayMs: number) => void;
}

export interface ChainsAtHand {
  /** DER, signer first; `undefined` where it is not in memory. */
  chainAtHand(certificateUrl: string): readonly Uint8Array[] | undefined;
}

export interface TenantSource {
  tenant(name: string): Tenant | undefined;
}

/** On whose behalf calls are signed: its own key, certificate and numbers. */
export interface Tenant extends SigningAuthority {
  readonly name: string;
  /** DER, signer first: goes into the envelope where it fits. */
  readonly chain: readonly Uint8Array[];
}
