// Which keys a call is sealed to: all of the number's keys (RFC 8816 Section 8.1, step 3), bounded, so that a crowd of
// credentials for one number cannot make one call into hundreds of deposits.

import type { Spc, TelephoneNumber, TnEntry } from '../number/index.ts';
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
  if (accepted.length === 0) return [];
  const newestFirst = [...accepted].sort((a, b) => b.credential.issuedAt - a.credential.issuedAt);
  const bySigner = new Map<string, { readonly one: AcceptedCredential; readonly width: number }>();
  for (const one of newestFirst) {
    // Of a signer's keys only those down to the first that is over the number are looked into.
    if (bySigner.has(one.signer)) continue;
    const width = widthOver(one, called, owner);
    if (width !== undefined) bySigner.set(one.signer, { one, width });
  }
  return [...bySigner.values()]
    .sort((a, b) => a.width - b.width)
    .slice(0, MAXIMUM_KEYS_PER_NUMBER)
    .map(({ one }) => one);
}

/** How many numbers the narrowest entry over `called` names; `undefined` where none does. */
function widthOver(
  { entries }: AcceptedCredential,
  called: TelephoneNumber,
  owner: Spc | undefined,
): number | undefined {
  const value = Number(called);
  let narrowest: number | undefined;
  for (const entry of entries) {
    const width = widthOf(entry);
    if (narrowest !== undefined && width >= narrowest) continue;
    if (isOver(entry, called, value, owner)) narrowest = width;
  }
  return narrowest;
}

/** @param value of `called`; not a number for a code with `*` or `#`, which no range has */
function isOver(entry: TnEntry, called: TelephoneNumber, value: number, owner: Spc | undefined): boolean {
  if (entry.kind === 'spc') return entry.spc === owner;
  if (entry.kind === 'one') return entry.number === called;
  const first = Number(entry.start);
  return entry.start.length === called.length && first <= value && value < first + entry.count;
}

function widthOf(entry: TnEntry): number {
  if (entry.kind === 'one') return 1;
  return entry.kind === 'range' ? entry.count : Number.POSITIVE_INFINITY;
}
