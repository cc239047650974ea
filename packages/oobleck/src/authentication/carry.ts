// Gateway placement (RFC 8816 Section 8.3): the PASSporTs a call brought in SIP are left for the called side before the
// call enters a network that cannot carry them, in full form (S-05). None is made here, and no credential of the caller is held.

import type { ArrivedCall } from '@oobleck/stir/call';
import { splitIdentities } from '@oobleck/stir/identity';
import type { Passport } from '@oobleck/stir/passport';
import { type Envelope, isSealable } from '@oobleck/stir/seal';
import { byWeight, findCompanions, linksOf, readIdentity } from '@oobleck/stir/verdict';
import type { ChainsAtHand } from './parts.ts';

/** PASSporTs of one call at most: an envelope holds so many with their chain, and chains of diversion are shorter. */
const MAXIMUM_PASSPORTS = 8;

/**
 * The PASSporTs of the header fields, each once, full form: a compact one is rebuilt from the call, where its Date is
 * known. What cannot be read is left out.
 */
export function readPassports(call: ArrivedCall, identities: readonly string[]): readonly Passport[] {
  const found = new Map<string, Passport>();
  for (const value of identities.slice(0, MAXIMUM_PASSPORTS).flatMap(splitIdentities)) {
    if (found.size === MAXIMUM_PASSPORTS) break;
    const read = readIdentity(value, call);
    if ('value' in read) found.set(read.value.token, read.value);
  }
  return [...found.values()];
}

/**
 * As many as one envelope holds: nearly always all. Else who says most about the caller comes first, each with what diverted
 * it: a long `rcd` does not keep `shaken` from the called side.
 */
export function fittingPassports(passports: readonly Passport[]): readonly Passport[] {
  if (fits(passports)) return passports;
  const chains = findCompanions(passports).toSorted(
    (a, b) => byWeight(a.base, b.base) || b.diversions.length - a.diversions.length,
  );
  let kept: readonly Passport[] = [];
  for (const links of chains.map(linksOf)) {
    const more = passports.filter((one) => kept.includes(one) || links.includes(one));
    if (fits(more)) kept = more;
  }
  return kept.length === 0 ? passports : kept;
}

function fits(passports: readonly Passport[]): boolean {
  return isSealable({ passports: passports.map(({ token }) => token) });
}

/** One envelope, with the chain of the first PASSporT where it is at hand: nothing is fetched for it. */
export function envelopeOf(passports: readonly Passport[], chains: ChainsAtHand | undefined): Envelope {
  const [first] = passports;
  const tokens = passports.map(({ token }) => token);
  const chain = first && (first.chain ?? chains?.chainAtHand(first.certificateUrl));
  return chain === undefined ? { passports: tokens } : { passports: tokens, chain };
}
