// Which keys a call is sealed to: all of the number's keys (RFC 8816 Section 8.1, step 3), bounded, so that a crowd of
// credentials for one number cannot make one call into hundreds of deposits.

import { createNumberCover, type Spc, type TelephoneNumber, type TnEntry } from '../number/index.ts';
import type { AcceptedCredential } from './judge-credential.ts';

export const MAXIMUM_KEYS_PER_NUMBER = 8;

/**
 * The keys for a call to `called`, out of credentials that are accepted and in force: one for each signer (its newest),
 * narrowest authority first, at most 8.
 * @param owner the SPC that the caller's own map gives the number to; SPC entries count through it only
 */
export function selectKeys(
  accepted: readonly AcceptedCredential[],
  called: TelephoneNumber,
  owner: Spc | undefined,
): readonly AcceptedCredential[] {
  const bySigner = new Map<string, AcceptedCredential>();
  for (const one of accepted) {
    if (widthOver(one, called, owner) === undefined) continue;
    const rival = bySigner.get(one.signer);
    if (rival === undefined || one.credential.issuedAt > rival.credential.issuedAt)
      bySigner.set(one.signer, one);
  }
  const width = (one: AcceptedCredential): number => widthOver(one, called, owner)!;
  return [...bySigner.values()].sort((a, b) => width(a) - width(b)).slice(0, MAXIMUM_KEYS_PER_NUMBER);
}

/** How many numbers the narrowest entry over `called` names; `undefined` where none does. */
function widthOver({ entries }: AcceptedCredential, called: TelephoneNumber, owner: Spc | undefined) {
  const widths = entries.filter((entry) => isOver(entry, called, owner)).map(widthOf);
  return widths.length === 0 ? undefined : Math.min(...widths);
}

function isOver(entry: TnEntry, called: TelephoneNumber, owner: Spc | undefined): boolean {
  return entry.kind === 'spc' ? entry.spc === owner : createNumberCover([entry]).coversNumber(called);
}

function widthOf(entry: TnEntry): number {
  if (entry.kind === 'one') return 1;
  return entry.kind === 'range' ? entry.count : Number.POSITIVE_INFINITY;
}
