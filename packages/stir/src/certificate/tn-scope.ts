// Encompassing: what a certificate claims lies within what the one above it was given (RFC 9060 Section 4; RFC 8226
// Section 9: the TNAuthList of a CA limits every path through it). A certificate without a TNAuthList limits nothing and
// passes on the limit from above.

import type { Spc, TnEntry } from '../number/index.ts';
import type { Certificate } from './certificate.ts';

/** Whether a provider is known to own the number, or the whole range. Asked for entries of kind `one` and `range` only. */
export type SpcOwns = (spc: Spc, entry: TnEntry) => boolean;

/** `path` is leaf first and ends with the anchor. Without `spcOwns`, an SPC delegates itself and no number. */
export function isEncompassed(path: readonly Certificate[], spcOwns?: SpcOwns): boolean {
  let child: Certificate | undefined;
  for (const certificate of path) {
    if (certificate.tnAuthList === undefined) continue;
    if (child !== undefined && !encompasses(certificate, child, spcOwns)) return false;
    child = certificate;
  }
  return true;
}

function encompasses(parent: Certificate, child: Certificate, spcOwns: SpcOwns | undefined): boolean {
  return child.numbers.entries.every(
    (entry) => parent.numbers.coversEntry(entry) || ownedByProvider(parent, entry, spcOwns),
  );
}

/** RFC 9060 Section 4.1: a parent with only an SPC may delegate the numbers that are the provider's. */
function ownedByProvider(parent: Certificate, entry: TnEntry, spcOwns: SpcOwns | undefined): boolean {
  if (spcOwns === undefined || entry.kind === 'spc') return false;
  for (const spc of parent.numbers.spcs) if (spcOwns(spc, entry)) return true;
  return false;
}
