// Who may sign for whom (RFC 8224 Section 6.2.4, RFC 8226 Section 9). A number must be proven: the TNAuthList names it, or the
// checker's own map gives it to an SPC of the list. A provider alone may vouch in a `shaken` PASSporT for numbers that are
// not its own (RFC 8588 Section 5), and the answer says so.

import type { NumberRange, Spc, TelephoneNumber, TnEntry } from '../number/index.ts';
import type { Certificate } from './certificate.ts';

/** The checker's own knowledge of which provider owns which numbers; operators load it, nobody sends it. */
export interface NumberMap {
  /** The provider of a number, `undefined` where the map does not say. */
  spcOf(number: TelephoneNumber): Spc | undefined;
  /** The one provider that owns every number of the range; `undefined` where there is none, or several. */
  spcOfRange(range: NumberRange): Spc | undefined;
  /** Whether the map gives the provider any number. */
  knowsSpc(spc: Spc): boolean;
}

/** `number`: proven to be the signer's. `provider`: a provider's word in a `shaken` PASSporT. */
export type Authority = 'number' | 'provider';

export interface AuthorityQuestion {
  readonly certificate: Certificate;
  /** The originating number. */
  readonly number: TelephoneNumber;
  /** PASSporT type; `undefined` for the base PASSporT. */
  readonly ppt?: string | undefined;
  readonly spcOf?: NumberMap['spcOf'] | undefined;
}

export function authorityOver({ certificate, number, ppt, spcOf }: AuthorityQuestion): Authority | undefined {
  const { numbers } = certificate;
  if (numbers.coversNumber(number)) return 'number';
  if (numbers.spcs.size === 0) return undefined;
  const owner = spcOf?.(number);
  if (owner !== undefined && numbers.spcs.has(owner)) return 'number';
  return ppt === 'shaken' ? 'provider' : undefined;
}

export interface ClaimedEntries {
  readonly certificate: Certificate;
  readonly entries: readonly TnEntry[];
  readonly map?: NumberMap | undefined;
}

/** Of the entries that a key credential claims, in their order, those its certificate has the right to. */
export function acceptedEntries({ certificate, entries, map }: ClaimedEntries): TnEntry[] {
  const { numbers } = certificate;
  return entries.filter((entry) => {
    if (entry.kind === 'spc') return numbers.spcs.has(entry.spc) && map?.knowsSpc(entry.spc) === true;
    if (numbers.coversEntry(entry)) return true;
    if (map === undefined || numbers.spcs.size === 0) return false;
    const owner = entry.kind === 'range' ? map.spcOfRange(entry) : map.spcOf(entry.number);
    return owner !== undefined && numbers.spcs.has(owner);
  });
}
