// Caller and freshness (RFC 8816 Section 8.2, steps 3 and 5; RFC 8224 Section 6.2): is it about this call, and about now.
// The caller is taken from signaling, never from the PASSporT (RFC 8224 Section 6.2.4); `dest` must name whom was called
// here (RFC 8225 Section 10.1), or be joined to it by diversions (RFC 8946 Section 4.2).

import type { ArrivedCall } from '../call/index.ts';
import { isSameMedia, type Passport } from '../passport/index.ts';
import { linksOf, type PassportChain } from './passport-chain.ts';
import type { Fault } from './reason.ts';

/** RFC 8224 Section 6.2, step 4: 60 seconds are recommended. */
export const DEFAULT_FRESHNESS_SECONDS = 60;

export interface MatchRules {
  /** How far `iat` may be from now, either way. */
  readonly freshnessSeconds: number;
  /**
   * How old the `iat` of a PASSporT that was diverted may be, the latest diversion being fresh; the same by default.
   * Where established calls are transferred, up to three hours (RFC 8946 Section 4.2, step 4).
   */
  readonly divertedMaximumAgeSeconds?: number | undefined;
}

/** A PASSporT on its own. `rsp`, messages, third parties and diversions are about no call by themselves. */
export function matchCall(
  passport: Passport,
  call: ArrivedCall,
  rules: MatchRules,
  now: number,
): Fault | undefined {
  return (
    callerFault(passport, call) ??
    calledFault(passport, call) ??
    (isFresh(passport, rules, now) ? undefined : 'stale') ??
    mediaFault(passport, call)
  );
}

/** A chain: the innermost says who calls, the latest for whom the call is now. */
export function matchChain(
  chain: PassportChain,
  call: ArrivedCall,
  rules: MatchRules,
  now: number,
): Fault | undefined {
  const { base, diversions } = chain;
  const latest = diversions[0];
  if (latest === undefined) return matchCall(base, call, rules, now);
  return (
    callerFault(base, call) ??
    calledFault(latest, call) ??
    (isFresh(latest, rules, now) ? undefined : 'stale') ??
    (linksOf(chain).every((link) => isRecent(link, rules, now)) ? undefined : 'stale') ??
    mediaFault(base, call)
  );
}

/**
 * Until when a chain can serve a call, seconds since 1970. What was diverted can be diverted to the same party again, for as
 * long as the innermost PASSporT is not too old.
 */
export function servesUntil({ base, diversions }: PassportChain, rules: MatchRules): number {
  return base.issuedAt + (diversions.length === 0 ? rules.freshnessSeconds : maximumAge(rules));
}

function callerFault({ originator }: Passport, { caller, callerUri }: ArrivedCall): Fault | undefined {
  if (caller === undefined && callerUri === undefined) return 'no-caller';
  const isCaller = originator.kind === 'tn' ? originator.number === caller : originator.uri === callerUri;
  return isCaller ? undefined : 'caller-mismatch';
}

function calledFault({ destinations }: Passport, { called, calledUris }: ArrivedCall): Fault | undefined {
  if (destinations.numbers.some((number) => called.includes(number))) return undefined;
  return destinations.uris.some((uri) => calledUris?.includes(uri)) ? undefined : 'called-mismatch';
}

/** RFC 8224 Section 4.1: a call with fingerprints has them in `mky`; where either side has none, nothing is compared. */
function mediaFault({ mediaKeys }: Passport, call: ArrivedCall): Fault | undefined {
  if (mediaKeys === undefined || call.mediaKeys === undefined) return undefined;
  return isSameMedia(mediaKeys, call.mediaKeys) ? undefined : 'media-mismatch';
}

function isFresh({ issuedAt }: Passport, { freshnessSeconds }: MatchRules, now: number): boolean {
  return Math.abs(now - issuedAt) <= freshnessSeconds;
}

function isRecent({ issuedAt }: Passport, rules: MatchRules, now: number): boolean {
  return issuedAt - now <= rules.freshnessSeconds && now - issuedAt <= maximumAge(rules);
}

function maximumAge({ freshnessSeconds, divertedMaximumAgeSeconds }: MatchRules): number {
  return Math.max(freshnessSeconds, divertedMaximumAgeSeconds ?? 0);
}
