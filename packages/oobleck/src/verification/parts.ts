// Ports of the verification service: where certificates come from, how a CPS is asked, who holds which PASSporT.

import type { Crypto } from '@oobleck/stir/crypto';
import type { MailboxAddress } from '@oobleck/stir/mailbox';
import type { TelephoneNumber } from '@oobleck/stir/number';
import type { Party } from '@oobleck/stir/passport';
import type { Trust } from '../trust/index.ts';
import type { OwnKey } from './key-holder.ts';
import type { StreamedMailboxes } from './streamed-mailboxes.ts';

/** The keys that calls to this service's numbers are sealed to. */
export interface OwnKeys {
  /** Keys whose mailbox a call to `number` may lie in, the newest first; two while one takes the place of another.
   * Only keys that the tenant may ask with: who calls a customer is no business of another tenant's. */
  keysFor(number: TelephoneNumber, tenant: string): readonly OwnKey[];
  /** Some mailbox address of this service's own, to fill a retrieval up. */
  randomAddress(): OwnAddress | undefined;
}

export interface OwnAddress {
  readonly key: OwnKey;
  readonly address: MailboxAddress;
}

/** The trust service, as far as verifying a call needs it. */
export type ChainSource = Pick<Trust, 'chainFor' | 'chainOf' | 'validated'>;

export interface ReplyQuery {
  /** Origin of the CPS. */
  readonly cps: string;
  readonly address: MailboxAddress;
  readonly page: number;
  readonly nonce: Uint8Array;
  readonly replyBytes: number;
  readonly deadlineMs: number;
}

export interface ReplySource {
  /** The sealed reply. Rejects where the CPS does not answer in time with exactly `replyBytes`. */
  fetchReply(query: ReplyQuery): Promise<Uint8Array>;
}

/** Neighbours that are asked for PASSporTs in clear. Without it nobody is. */
export interface ClearRetrieval {
  /** Whom to ask about a call of this tenant to this number, by rules alone. */
  sourcesFor(question: {
    readonly tenant: string;
    readonly called: TelephoneNumber;
    /** Names of peers that the trunk of the call adds. */
    readonly peers?: readonly string[] | undefined;
  }): readonly ClearSource[];
}

/** A neighbour's CPS that reads what it keeps. */
export interface ClearSource {
  /** PASSporTs, full form, of any calls between the two. Rejects where there is no such answer within the deadline. */
  retrieve(
    pair: { readonly called: Party; readonly caller: Party },
    deadlineMs: number,
  ): Promise<readonly string[]>;
}

/** The record of PASSporTs that serve a call, shared by all verification services of a key holder. */
export interface UsedPassports {
  /**
   * Gives the PASSporT to the call unless another has it. Atomic: of two calls one gets it. The same call gets it
   * again. The record is kept until `untilMs`.
   * @returns the call that holds it from now on
   */
  take(passport: string, call: string, untilMs: number, nowMs: number): Promise<string> | string;
}

export interface VerificationParts {
  readonly crypto: Crypto;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly keys: OwnKeys;
  readonly chains: ChainSource;
  readonly replies: ReplySource;
  readonly used: UsedPassports;
  readonly clear?: ClearRetrieval | undefined;
  /** What streams bring; without it, every call is asked about. */
  readonly streamed?: StreamedMailboxes | undefined;
  /** Told what a person should look into; never a number. */
  readonly onEvent?: (event: VerificationEvent) => void;
}

export type VerificationEvent =
  /** Another call matched only PASSporTs that this call holds: one of the two is not what it seems. */
  | { readonly event: 'ambiguous'; readonly holder: string; readonly call: string }
  /** A PASSporT about a call that arrived is outside freshness: by its own clock it is so much ahead of ours. */
  | { readonly event: 'stale'; readonly aheadSeconds: number }
  /**
   * More lay in a mailbox than its pages show, or more than a CPS keeps of one shard: calls may go without their PASSporT.
   * Told at every such reply.
   */
  | { readonly event: 'mailbox-too-small'; readonly reason: 'later-page' | 'flooded' }
  | { readonly event: 'internal-error'; readonly error: unknown };
