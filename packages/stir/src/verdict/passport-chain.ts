// The PASSporTs of one call, or of one envelope, as chains of diversion (RFC 8946 Section 4.2): each `div` is linked to
// the earlier PASSporT that was for the number it diverts from, each `div-o` to the one inside it. What a chain is worth
// is judged link by link elsewhere; here it is only put together.

import { isSameParty, namesParty, type Passport, type PassportExtension } from '../passport/index.ts';
import { readPassport } from './read-passport.ts';
import type { Fault, Outcome } from './reason.ts';

/** A PASSporT of the call with what diverted it; without diversions, just that PASSporT. */
export interface PassportChain {
  /** Who calls: the innermost PASSporT, which is no diversion. Of all the chain, it names what serves the call. */
  readonly base: Passport;
  /** The latest first. */
  readonly diversions: readonly Passport[];
}

export interface FoundChains {
  readonly chains: readonly PassportChain[];
  /** Of diversions from which no chain could be made. */
  readonly faults: readonly Fault[];
}

/** Diversions in a chain. */
export const MAXIMUM_DIVERSIONS = 5;
/** Chains looked at for one set of PASSporTs: a `div` may lead back to several (RFC 8946 Section 4.2, step 5). */
const MAXIMUM_CHAINS = 16;
const MAXIMUM_STEPS = 256;

/**
 * Every chain that a set of PASSporTs makes, those without diversion first, and what says more about the caller before
 * what says less: header fields have no order (RFC 8946 Section 3). `rsp` is ignored (RFC 9970 Section 9), and so is what
 * does not speak for a caller: messages, third parties.
 * @param isBase what a chain may begin with
 */
export function findChains(
  given: readonly Passport[],
  isBase: (passport: Passport) => boolean = speaksForCaller,
): FoundChains {
  const passports = given.length < 2 ? given : [...given].sort(byWeight);
  const search: Search = { passports, isBase, chains: [], faults: [], steps: 0 };
  for (const base of passports) if (isBase(base)) search.chains.push({ base, diversions: [] });
  for (const passport of passports) {
    if (passport.diversion === undefined) continue;
    const before = search.chains.length + search.faults.length;
    extend(search, [passport]);
    if (search.chains.length + search.faults.length === before) search.faults.push('broken-diversion');
  }
  return { chains: search.chains.slice(0, MAXIMUM_CHAINS), faults: search.faults };
}

/**
 * Whether it says on a caller's behalf that a call is made. RFC 9475 is about messages; a third party (`iss` in `rcd`,
 * RFC 9795) speaks about a caller whom somebody else vouches for.
 */
export function speaksForCaller({ extension, issuer }: Passport): boolean {
  if (extension === 'rcd') return issuer === undefined;
  return extension === 'base' || extension === 'shaken' || extension === 'rph';
}

/** What somebody says about a caller for whom somebody else speaks (`iss` in `rcd`, RFC 9795). */
export function isThirdParty({ extension, issuer }: Passport): boolean {
  return extension === 'rcd' && issuer !== undefined;
}

/** Of PASSporTs of one call the one that says most about who calls comes first: `shaken` has the attestation. */
export function byWeight(a: Passport, b: Passport): number {
  return weightOf(a) - weightOf(b);
}

const WEIGHTS: readonly PassportExtension[] = ['shaken', 'base', 'rcd', 'rph'];

function weightOf(passport: Passport): number {
  return speaksForCaller(passport) ? WEIGHTS.indexOf(passport.extension) : WEIGHTS.length;
}

/** Every PASSporT of the chain, the latest first. */
export function linksOf({ base, diversions }: PassportChain): readonly Passport[] {
  if (diversions.length === 0) return [base];
  return [...diversions, base];
}

interface Search {
  readonly passports: readonly Passport[];
  readonly isBase: (passport: Passport) => boolean;
  readonly chains: PassportChain[];
  readonly faults: Fault[];
  steps: number;
}

/** @param diversions from the latest to the one whose earlier PASSporT is looked for */
function extend(search: Search, diversions: readonly Passport[]): void {
  const last = diversions.at(-1)!;
  for (const earlier of earlierOf(search.passports, last)) {
    if (++search.steps > MAXIMUM_STEPS || search.chains.length >= MAXIMUM_CHAINS) return;
    if ('fault' in earlier) search.faults.push(earlier.fault);
    else if (earlier.value.diversion === undefined) {
      if (search.isBase(earlier.value)) search.chains.push({ base: earlier.value, diversions });
    } else if (diversions.length < MAXIMUM_DIVERSIONS && !diversions.includes(earlier.value))
      extend(search, [...diversions, earlier.value]);
  }
}

/** RFC 8946 Section 4.2: the same `orig`, and `dest` names whom the call was diverted from. */
function earlierOf(passports: readonly Passport[], later: Passport): readonly Outcome<Passport>[] {
  const diversion = later.diversion!;
  const isEarlier = (passport: Passport): boolean =>
    isSameParty(passport.originator, later.originator) && namesParty(passport.destinations, diversion.from);
  if (!('original' in diversion))
    return passports.filter((one) => one !== later && isEarlier(one)).map((value) => ({ value }));
  const nested = readPassport(diversion.original);
  return 'fault' in nested || isEarlier(nested.value) ? [nested] : [];
}
