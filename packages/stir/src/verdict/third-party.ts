// Rich call data from a third party (RFC 9795): somebody without authority over the calling number says something
// about it. It counts only beside a first-party PASSporT that verified, and only for that call.

import { isSameParty, type Passport } from '../passport/index.ts';
import { DEFAULT_FRESHNESS_SECONDS } from './match-call.ts';
import type { Fault } from './reason.ts';

/**
 * Whether a third party's PASSporT fits the one that verified; its own chain and signature are checked apart, with no
 * authority asked for. `undefined` where it fits.
 */
export function thirdPartyFault(
  thirdParty: Passport,
  verified: Passport,
  toleranceSeconds = DEFAULT_FRESHNESS_SECONDS,
): Fault | undefined {
  if (thirdParty.extension !== 'rcd' || thirdParty.issuer === undefined) return 'unsupported-ppt';
  if (!isSameParty(thirdParty.originator, verified.originator)) return 'caller-mismatch';
  return Math.abs(thirdParty.issuedAt - verified.issuedAt) > toleranceSeconds ? 'stale' : undefined;
}
