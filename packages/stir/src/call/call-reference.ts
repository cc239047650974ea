// The call reference: what the protocol knows of a call, whatever signaling it came by. SIP is one way to fill it in,
// a telephone switch another.

import type { Crypto } from '../crypto/crypto.ts';
import { isTelephoneNumber, type TelephoneNumber } from '../number/index.ts';
import type { MediaKey, ResourcePriority, ShakenClaims } from '../passport/index.ts';
import { StirError } from '../stir-error.ts';

/** A call about to be placed, as its authentication service sees it. */
export interface PlacedCall {
  readonly tenant: string;
  /** Chosen by the switch, the same for each repetition of one call. */
  readonly callId: string;
  readonly originator: TelephoneNumber;
  readonly destinations: readonly TelephoneNumber[];
  /** Destinations that are no numbers, in the form of `normalizeUri`. */
  readonly destinationUris?: readonly string[];
  /** Seconds since 1970. */
  readonly placedAt: number;
  /** With it a `shaken` PASSporT is made, without it a base one. */
  readonly shaken?: ShakenClaims;
  /** With it an `rph` PASSporT is made (RFC 8443). */
  readonly priority?: ResourcePriority;
}

/** A call that arrives, as its verification service sees it. */
export interface ArrivedCall {
  readonly tenant: string;
  readonly callId: string;
  /** As presented in signaling; absent where no number was presented. */
  readonly caller?: TelephoneNumber;
  /** As presented, in the form of `normalizeUri`, where the caller has no number. */
  readonly callerUri?: string;
  /** The number called here and its configured aliases: what `dest` may name. At least one. */
  readonly called: readonly TelephoneNumber[];
  /** URIs called here, in the form of `normalizeUri`: what `dest` may name as well. */
  readonly calledUris?: readonly string[];
  /** Original called and redirecting numbers: further places to look, never something to accept. */
  readonly formerlyCalled: readonly TelephoneNumber[];
  /** Seconds since 1970. */
  readonly arrivedAt: number;
  /** The Date header field, seconds since 1970: without it no compact form can be read (RFC 8224 Section 4.1). */
  readonly sentAt?: number;
  /** Fingerprints of the SDP; where they are given, `mky` has to name the same (RFC 8224 Section 4.1). */
  readonly mediaKeys?: readonly MediaKey[];
  /** The name that signaling shows, for the compact form of rich call data (RFC 9795 Section 9.1). */
  readonly displayName?: string;
}

const MAXIMUM_CALL_ID = 256;

/** @throws StirError ERR_CALL_FORMAT unless it is 1 to 256 printable ASCII characters */
export function parseCallId(text: string): string {
  if (!/^[!-~]+$/.test(text) || text.length > MAXIMUM_CALL_ID)
    throw new StirError('ERR_CALL_FORMAT', 'a call id is 1 to 256 printable characters');
  return text;
}

/** @throws StirError ERR_CALL_FORMAT where a list of numbers is empty or holds something else */
export function requireNumbers(numbers: readonly string[]): readonly TelephoneNumber[] {
  if (numbers.length === 0 || !numbers.every(isTelephoneNumber))
    throw new StirError('ERR_CALL_FORMAT', 'not a list of canonical telephone numbers');
  return numbers;
}

/**
 * One call has one key: tenant, call id, calling number, called numbers (RFC 8816 Section 7.4). The same id with other
 * numbers is another call. A hash, so that it can be kept and shared without keeping the numbers.
 */
export function callKey(crypto: Crypto, call: ArrivedCall): string {
  const parts: unknown[] = [call.tenant, call.callId, call.caller ?? '', [...call.called].sort()];
  if (call.callerUri !== undefined || call.calledUris !== undefined)
    parts.push(call.callerUri ?? '', [...(call.calledUris ?? [])].sort());
  return crypto.sha256Name(JSON.stringify(parts));
}
