// Who calls whom and when: the claims that every PASSporT has (RFC 8225 Section 5), read strictly and written in
// canonical order. What is forgiven here could be read in two ways elsewhere.

import { isJsonObject, type Json, type JsonObject } from '../json/index.ts';
import { isTelephoneNumber, type TelephoneNumber } from '../number/index.ts';
import { StirError } from '../stir-error.ts';
import { isUri } from '../uri/index.ts';

/** One identity: a canonical number or a normalised URI (RFC 8225 Section 5.2.1). */
export type Party =
  | { readonly kind: 'tn'; readonly number: TelephoneNumber }
  | { readonly kind: 'uri'; readonly uri: string };

/** Who calls: exactly one identity. */
export type Originator = Party;

/** Who is called: at least one identity. */
export interface Destinations {
  readonly numbers: readonly TelephoneNumber[];
  readonly uris: readonly string[];
}

/** `orig`, `dest` and `iat`. */
export interface Parties {
  readonly originator: Originator;
  readonly destinations: Destinations;
  /** `iat`, seconds since 1970. */
  readonly issuedAt: number;
}

export const MAXIMUM_DESTINATIONS = 32;

/** @throws StirError ERR_PASSPORT_FORMAT */
export function parseParties({ orig, dest, iat }: JsonObject): Parties {
  return {
    originator: parseOriginator(orig),
    destinations: parseDestinations(dest),
    issuedAt: parseIssuedAt(iat),
  };
}

/** RFC 8225 Section 5.2.1: the members of `dest` in lexicographic order. */
export function formatParties({ originator, destinations, issuedAt }: Parties): JsonObject {
  const { numbers, uris } = destinations;
  const dest = {
    ...(numbers.length > 0 ? { tn: [...numbers].sort() } : {}),
    ...(uris.length > 0 ? { uri: [...uris].sort() } : {}),
  };
  return { dest, iat: issuedAt, orig: formatParty(originator) };
}

export function formatParty(party: Party): JsonObject {
  return party.kind === 'tn' ? { tn: party.number } : { uri: party.uri };
}

/** The identity of an object with a member `tn` or `uri`, never both. */
export function partyOf({ tn, uri }: JsonObject): Party | undefined {
  if (tn !== undefined && uri !== undefined) return undefined;
  if (isTelephoneNumber(tn)) return { kind: 'tn', number: tn };
  return isUri(uri) ? { kind: 'uri', uri } : undefined;
}

export function isSameParty(a: Party, b: Party): boolean {
  return a.kind === 'tn' ? b.kind === 'tn' && a.number === b.number : b.kind === 'uri' && a.uri === b.uri;
}

/** Whether `dest` names the party. */
export function namesParty({ numbers, uris }: Destinations, party: Party): boolean {
  return party.kind === 'tn' ? numbers.includes(party.number) : uris.includes(party.uri);
}

function parseOriginator(orig: Json | undefined): Originator {
  const party = isJsonObject(orig) && Object.keys(orig).length === 1 ? partyOf(orig) : undefined;
  if (party === undefined) throw refusal('orig is not exactly one canonical number or URI');
  return party;
}

function parseDestinations(dest: Json | undefined): Destinations {
  if (!isJsonObject(dest) || Object.keys(dest).some((name) => name !== 'tn' && name !== 'uri'))
    throw refusal('dest is not an object of tn and uri');
  const numbers = parseList(dest.tn, isTelephoneNumber);
  const uris = parseList(dest.uri, isUri);
  if (numbers.length + uris.length === 0) throw refusal('dest names nobody');
  return { numbers, uris };
}

function parseList<T extends Json>(
  list: Json | undefined,
  isMember: (value: unknown) => value is T,
): readonly T[] {
  if (list === undefined) return [];
  const isList = Array.isArray(list) && list.length > 0 && list.length <= MAXIMUM_DESTINATIONS;
  if (!isList || !list.every(isMember)) throw refusal('dest is not a list of canonical identities');
  return list as readonly T[];
}

/** RFC 8225 Section 5.1.1: NumericDate; whole seconds here, since a signature must not have two spellings of a time. */
function parseIssuedAt(iat: Json | undefined): number {
  if (typeof iat !== 'number' || !Number.isSafeInteger(iat) || iat < 0)
    throw refusal('iat is not a number of seconds');
  return iat;
}

function refusal(message: string): StirError {
  return new StirError('ERR_PASSPORT_FORMAT', message);
}
