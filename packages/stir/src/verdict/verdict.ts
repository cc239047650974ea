// The verdict on a call: a value, never an exception. Verified says by whom and how surely; failed and unverifiable
// say why.

import type { Authority } from '../certificate/index.ts';
import type { Attestation, Passport } from '../passport/index.ts';
import { type Channel, type Reason, type Status, statusOf, type Verstat, verstatOf } from './reason.ts';
import type { Rejection } from './sip-reason.ts';

export interface Verdict {
  readonly status: Status;
  readonly verstat: Verstat;
  readonly reason: Reason;
  /** How the PASSporT came; absent where there was none. */
  readonly channel?: Channel;
  /** Who calls; present when verified. */
  readonly passport?: Passport;
  /** What diverted it to the number called, the latest first; present when verified through a chain (RFC 8946). */
  readonly diversions?: readonly Passport[];
  /** What came with it, is about the same call and holds as well: `rph`, `rcd`, each with what diverted it. */
  readonly companions?: readonly Companion[];
  /** Whether the number was proven to be the signer's or a provider vouches for it; present when verified. */
  readonly authority?: Authority;
  /** `attest` of a verified `shaken` PASSporT. */
  readonly attestation?: Attestation;
  /** PASSporTs that came with the call and fell short, each with its own reason; also where another one held. */
  readonly rejections?: readonly Rejection[];
}

/** A PASSporT of a call beside the one that the verdict rests on. */
export type Companion = Pick<ValidPassport, 'passport' | 'diversions'>;

/** A PASSporT that passed every check on its own; whether it still is free for this call is seen last. */
export interface ValidPassport {
  readonly passport: Passport;
  readonly authority: Authority;
  readonly channel: Channel;
  /** Checked with it, the latest first. */
  readonly diversions?: readonly Passport[];
}

/** @param companions of the same call, each of which passed every check, too */
export function verifiedBy(
  { passport, authority, channel, diversions }: ValidPassport,
  companions: readonly ValidPassport[] = [],
): Verdict {
  return {
    status: 'verified',
    verstat: verstatOf('verified'),
    reason: 'verified',
    channel,
    passport,
    authority,
    ...(diversions === undefined ? {} : { diversions }),
    ...(companions.length === 0 ? {} : { companions: companions.map(companionOf) }),
    ...(passport.shaken === undefined ? {} : { attestation: passport.shaken.attestation }),
  };
}

function companionOf({ passport, diversions }: ValidPassport): Companion {
  return diversions === undefined ? { passport } : { passport, diversions };
}

export function notVerified(reason: Exclude<Reason, 'verified'>, channel?: Channel): Verdict {
  const status = statusOf(reason, channel ?? 'out-of-band');
  return { status, verstat: verstatOf(status), reason, ...(channel === undefined ? {} : { channel }) };
}
