// What strangers get looked at and fetched by sealing for a call (Identity-Encrypted). Each envelope has its own bounds, so that
// none, however many come before it, takes anything from another; those beyond what an honest call brings have narrower
// ones. All together stay below what is judged for one call, see `tried-candidates.ts`.

import type { Passport } from '@oobleck/stir/passport';
import type { Outcome } from '@oobleck/stir/verdict';
import type { ChainFinder } from './candidates.ts';

export interface EnvelopeBounds {
  /** PASSporTs that are looked at. */
  readonly passports: number;
  /** Addresses of certificates that may be fetched for them, beside those that the call names in the open. */
  readonly addresses: number;
  /** PASSporTs, or chains of diversions, about this call that are judged. */
  readonly candidates: number;
}

/** The call's own is one, unless others differ from it by what they bring along. */
export const FIRST_ENVELOPES = 4;
export const OF_FIRST_ENVELOPES: EnvelopeBounds = { passports: 8, addresses: 8, candidates: 16 };
/** All fetch less than a process does at once (`maxConcurrentFetches`), so that the last one is not left out. */
export const OF_LATER_ENVELOPES: EnvelopeBounds = { passports: 4, addresses: 1, candidates: 2 };

/** The chains of one envelope. @param known addresses that are asked about anyway */
export function fetchingFew(fetched: ChainFinder, known: ReadonlySet<string>, most: number): ChainFinder {
  const asked = new Set<string>();
  return (passport) => {
    const { chain, certificateUrl } = passport;
    const isFree = chain !== undefined || known.has(certificateUrl) || asked.has(certificateUrl);
    if (!isFree && asked.size === most) return { unavailable: 'policy' };
    if (!isFree) asked.add(certificateUrl);
    return fetched(passport);
  };
}

export function addressesIn(reads: readonly Outcome<Passport>[]): ReadonlySet<string> {
  return new Set(reads.flatMap((read) => ('value' in read ? [read.value.certificateUrl] : [])));
}
