// Encompassing: what a certificate claims lies within what the one above it was given (RFC 9060 Section 4; RFC 8226
// Sections 9 and 10.1: the TNAuthList of a CA limits every path through it, by value or by reference). A certificate without
// a TNAuthList limits nothing and passes on the limit from above.

import type { Spc, TnEntry } from '../number/index.ts';
import type { NumberMap } from './authority.ts';
import type { Certificate } from './certificate.ts';

/** Whether a provider is known to own the number, or the whole range. Asked for entries of kind `one` and `range` only. */
export type SpcOwns = (spc: Spc, entry: TnEntry) => boolean;

/** `unknown`: it depends on a list by reference that has not been fetched. */
export type ScopeVerdict = 'encompassed' | 'outside' | 'unknown';

/** The checker's own number-to-SPC map as `SpcOwns`; `undefined` where there is none. */
export function spcOwnsBy(map: NumberMap | undefined): SpcOwns | undefined {
  if (map === undefined) return undefined;
  return (spc, entry) => {
    if (entry.kind === 'spc') return false;
    return spc === (entry.kind === 'one' ? map.spcOf(entry.number) : map.spcOfRange(entry));
  };
}

/** `path` is leaf first and ends with the anchor. Without `spcOwns`, an SPC delegates itself and no number. */
export function judgeScope(path: readonly Certificate[], spcOwns?: SpcOwns): ScopeVerdict {
  const leaf = path[0]!;
  let verdict: ScopeVerdict = leaf.tnAuthList === undefined && isIncomplete(leaf) ? 'unknown' : 'encompassed';
  let child: Certificate | undefined;
  for (const certificate of path) {
    if (certificate.tnAuthList === undefined && !isIncomplete(certificate)) continue;
    if (child !== undefined && !encompasses(certificate, child, spcOwns)) {
      if (!isIncomplete(certificate)) return 'outside';
      verdict = 'unknown';
    }
    child = certificate;
  }
  return verdict;
}

function isIncomplete({ tnListUrls }: Certificate): boolean {
  return tnListUrls.length > 0;
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
