// The `rcdi` claim (RFC 9795 Section 6): a digest for each part of `rcd` that is named by a JSON pointer (RFC 6901).
//
//   "rcdi": { "/nam": "sha256-...", "/icn": "sha256-...", "/jcd/1/3/3": "sha256-..." }

import { isJsonObject, type Json, type JsonObject } from '../json/index.ts';
import { StirError } from '../stir-error.ts';
import { formatIntegrityDigest, type IntegrityDigest, parseIntegrityDigest } from './integrity-digest.ts';

export type RcdIntegrity = ReadonlyMap<string, IntegrityDigest>;

/** The parts of `rcd` that can lead to content elsewhere. */
export interface LinkedContent {
  readonly iconUrl?: string;
  readonly card?: readonly Json[];
  readonly cardUrl?: string;
}

const POINTER = /^\/(?:nam|apn|icn|(?:jcd|jcl)(?:\/[0-9]{1,4}){0,8})$/;
const MAXIMUM_ENTRIES = 64;

/** @throws StirError ERR_PASSPORT_FORMAT */
export function parseRcdi(rcdi: Json): RcdIntegrity {
  const entries = isJsonObject(rcdi) ? Object.entries(rcdi) : [];
  if (entries.length === 0 || entries.length > MAXIMUM_ENTRIES) throw refusal('rcdi names nothing');
  if (!entries.every(([pointer]) => POINTER.test(pointer))) throw refusal('rcdi points outside rcd');
  return new Map(entries.map(([pointer, value]) => [pointer, parseIntegrityDigest(value)]));
}

export function formatRcdi(integrity: RcdIntegrity): JsonObject {
  return Object.fromEntries(
    [...integrity].map(([pointer, digest]) => [pointer, formatIntegrityDigest(digest)]),
  );
}

/** What must have a digest as soon as anything has one: an icon elsewhere, a card elsewhere, each URL in a card. */
export function requiredPointers({ iconUrl, card, cardUrl }: LinkedContent): string[] {
  const pointers = card === undefined ? [] : urlPointers(card).map((pointer) => `/jcd${pointer}`);
  if (iconUrl?.startsWith('https:')) pointers.push('/icn');
  if (cardUrl !== undefined) pointers.push('/jcl');
  return pointers;
}

/** Pointers, within a card, to the values of type `uri` that lead to content elsewhere. */
export function urlPointers(card: readonly Json[]): string[] {
  const properties = card[1] as readonly Json[];
  return properties.flatMap((property, at) => {
    if (!isUrlProperty(property)) return [];
    const values = property.slice(FIRST_VALUE).entries();
    return [...values]
      .filter(([, value]) => typeof value === 'string' && value.startsWith('https:'))
      .map(([offset]) => `/1/${at}/${FIRST_VALUE + offset}`);
  });
}

/** RFC 7095 Section 3.3: name, parameters, type, then values. */
const FIRST_VALUE = 3;

/** `url` is shown and never followed (RFC 9796); the others are fetched to be shown. */
function isUrlProperty(property: Json): property is readonly Json[] {
  return Array.isArray(property) && property[2] === 'uri' && property[0] !== 'url';
}

function refusal(message: string): StirError {
  return new StirError('ERR_PASSPORT_FORMAT', message);
}
