// A call as a switch offers it, by whatever interface: numbers and header values are as they came.

import type { Attestation, MediaKey, ResourcePriority } from '@oobleck/stir/passport';
import type { Trunk } from './trunk.ts';

export interface OfferedCall {
  readonly trunk: Trunk;
  /** The same for each repetition of one call: 1 to 256 printable characters. */
  readonly callId: string;
  /** A number, or the value of From: a `tel:` or `sip:` URI, a name-addr. Left out, nobody is presented. */
  readonly caller?: string | undefined;
  /** Values of P-Asserted-Identity, read where the trunk trusts them. */
  readonly assertedIdentities?: readonly string[] | undefined;
  readonly displayName?: string | undefined;
  /** A number, or a URI with or without one: whom the call is for now. */
  readonly called: string;
  /** Whom the caller asked for, where it is somebody else: To, a number or a URI. */
  readonly addressedTo?: string | undefined;
  /** Marked as a call of an emergency service: `Priority: psap-callback`, `Resource-Priority: esnet.x` (RFC 7090, RFC 7135). */
  readonly isEmergencyMarked?: boolean | undefined;
  /** Further numbers called by the same call (`dest` may name several); one, as a rule none. */
  readonly alsoCalled?: readonly string[] | undefined;
  /** Original called and redirecting numbers: further places to look. */
  readonly formerlyCalled?: readonly string[] | undefined;
  /** Placed: the number that the call came to and is sent on from (RFC 8946). */
  readonly divertedFrom?: string | undefined;
  /** The index of the History-Info entry of that. */
  readonly historyIndex?: string | undefined;
  /** Values of Identity header fields. */
  readonly identities?: readonly string[] | undefined;
  /** Values of Identity-Encrypted header fields. */
  readonly identityEncrypted?: readonly string[] | undefined;
  /** Placed: as the switch claims it, instead of what the trunk says. */
  readonly attestation?: Attestation | undefined;
  readonly originationId?: string | undefined;
  /** Placed: Resource-Priority values the call may use (RFC 8443); a PASSporT of their own is signed for them. */
  readonly priority?: ResourcePriority | undefined;
  /** Placed: what becomes `iat`; arrived: the Date header field. Seconds since 1970. */
  readonly sentAt?: number | undefined;
  /** Arrived: only what the call brought is looked at. */
  readonly isInBandOnly?: boolean | undefined;
  /** Fingerprints of the SDP. */
  readonly mediaKeys?: readonly MediaKey[] | undefined;
}
