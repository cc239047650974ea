// Where PASSporTs of a call lie in the ATIS profiles: under the pair of called and calling party (ATIS-1000096), or under
// the publishing provider and the pair (ATIS-1000105). DEST is the number called after all retargeting and comes first;
// what the token claims is held against it (V-03).
//
//   /passports/{DEST}/{ORIG}          /passports/{SPC}/{DEST}/{ORIG}
//
// A party is a canonical number (RFC 8224 Section 8.3) or a percent-encoded URI.

import { isSpc, isTelephoneNumber, type Spc } from '@oobleck/stir/number';
import type { Party } from '@oobleck/stir/passport';
import { normalizeUri } from '@oobleck/stir/uri';

/** The documents by their numbers: ATIS-1000096, several CPSs; ATIS-1000105, one that two neighbours agreed on. */
export type AtisProfile = '96' | '105';

export interface Pair {
  readonly called: Party;
  readonly caller: Party;
}

export interface Place extends Pair {
  readonly profile: AtisProfile;
  /** Whoever publishes here; in `105`. */
  readonly spc?: Spc;
}

/** What stands between the slashes after `/passports`, or `undefined` where that is no place. */
export function parsePlace(segments: readonly string[]): Place | undefined {
  const [caller, called] = [parseParty(segments.at(-1)), parseParty(segments.at(-2))];
  if (caller === undefined || called === undefined) return undefined;
  if (segments.length === 2) return { profile: '96', called, caller };
  const spc = segments.length === 3 ? segments[0] : undefined;
  return isSpc(spc) ? { profile: '105', spc, called, caller } : undefined;
}

/** The name a store knows the place by; no two places have one. */
export function placeName({ spc, called, caller }: Place): string {
  const pair = `${partyName(called)}/${partyName(caller)}`;
  return spc === undefined ? pair : `${spc}/${pair}`;
}

/** Neither has a slash, and a number no letter, which each URI has. */
function partyName(party: Party): string {
  return party.kind === 'tn' ? party.number : encodeURIComponent(party.uri);
}

/** A party as a segment of a path. */
export function formatParty(party: Party): string {
  return encodeURIComponent(party.kind === 'tn' ? party.number : party.uri);
}

const MAXIMUM_SEGMENT = 6_144;

function parseParty(segment: string | undefined): Party | undefined {
  if (segment === undefined || segment.length > MAXIMUM_SEGMENT) return undefined;
  try {
    const text = segment.includes('%') ? decodeURIComponent(segment) : segment;
    if (isTelephoneNumber(text)) return { kind: 'tn', number: text };
    // Whoever names a party writes its one canonical form; another would be another place.
    return normalizeUri(text) === text ? { kind: 'uri', uri: text } : undefined;
  } catch {
    return undefined;
  }
}
