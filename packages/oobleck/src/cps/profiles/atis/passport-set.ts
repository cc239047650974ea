// What is published for one call: the PASSporTs of its Identity header fields, full form, the one for the number called
// and those it was diverted from (RFC 8946). They are looked at for their form and their parties; signatures are the
// business of whoever retrieves.

import { StirError } from '@oobleck/stir';
import type { Crypto } from '@oobleck/stir/crypto';
import { parseJsonObject } from '@oobleck/stir/json';
import {
  isOnlyForResponses,
  isSameParty,
  namesParty,
  type Party,
  type PassportStatement,
  parsePassportStatement,
} from '@oobleck/stir/passport';
import type { Pair } from './place.ts';

/** A call diverted five times has six, and there may be rich call data and a priority. */
export const MAXIMUM_PASSPORTS = 8;
/** Of a request that publishes. */
export const MAXIMUM_BODY_BYTES = 65_536;

export interface PublishBody {
  readonly passports: readonly string[];
  /** The list in the form of RFC 8785, UTF-8. */
  readonly canonical: Uint8Array;
  /** It carries the token of another publication (ATIS-1000096, republishing). */
  readonly isRepublished: boolean;
}

/** `{"passports":["..."]}`; other members mean nothing here. @throws StirError ERR_JSON_FORMAT, ERR_PASSPORT_FORMAT */
export function parsePublishBody(body: Uint8Array): PublishBody {
  const exact = parseExactBody(body);
  if (exact !== undefined) return checked(exact);
  const { passports, token } = parseJsonObject(body, MAXIMUM_BODY_BYTES);
  if (!Array.isArray(passports) || !passports.every((one) => typeof one === 'string'))
    throw refusal('passports is not a list of texts');
  return checked({ passports, canonical: canonicalOf(passports), isRepublished: token !== undefined });
}

const EXACT = /^\{"passports":\["[A-Za-z0-9_.-]+"(?:,"[A-Za-z0-9_.-]+")*\]\}$/;
const BEFORE = '{"passports":';

/** The body as nearly everybody writes it: one look tells all that the strict reader would find, and nothing of others. */
function parseExactBody(body: Uint8Array): PublishBody | undefined {
  const text = Buffer.from(body.buffer, body.byteOffset, body.length).toString('latin1');
  if (!EXACT.test(text)) return undefined;
  return {
    passports: text.slice(BEFORE.length + 2, -3).split('","'),
    canonical: body.subarray(BEFORE.length, -1),
    isRepublished: false,
  };
}

function checked(body: PublishBody): PublishBody {
  const { passports } = body;
  if (passports.length === 1) return body;
  if (passports.length === 0 || passports.length > MAXIMUM_PASSPORTS)
    throw refusal(`not 1 to ${MAXIMUM_PASSPORTS} PASSporTs`);
  if (new Set(passports).size !== passports.length) throw refusal('a PASSporT stands twice');
  return body;
}

/** RFC 8785: of a list of texts, what `JSON.stringify` makes of it. */
function canonicalOf(passports: readonly string[]): Uint8Array {
  return Buffer.from(JSON.stringify(passports));
}

/** `sha256-` and, in standard base64 with padding, SHA-256 of the list in the form of RFC 8785. */
export function digestOf(crypto: Crypto, passports: readonly string[]): string {
  return claimedDigest(digestOfCanonical(crypto, canonicalOf(passports)));
}

/** SHA-256 in standard base64 with padding. */
export function digestOfCanonical(crypto: Crypto, canonical: Uint8Array): string {
  return Buffer.from(crypto.sha256(canonical)).toString('base64');
}

/** As it stands in the claim `passports`. */
export function claimedDigest(digest: string): string {
  return `sha256-${digest}`;
}

/**
 * Each is a full-form PASSporT from the caller; each is for the called party, or for one whom a PASSporT of the list
 * diverts from there.
 * @returns the latest `iat`
 * @throws StirError ERR_PASSPORT_FORMAT, ERR_PASSPORT_UNSUPPORTED
 */
export function requireAgreement(passports: readonly string[], { called, caller }: Pair): number {
  const parsed = passports.map(parsePassportStatement);
  if (parsed.some(({ extension }) => isOnlyForResponses(extension)))
    throw refusal('a PASSporT for responses');
  if (!parsed.every(({ originator }) => isSameParty(originator, caller)))
    throw refusal('orig of a PASSporT is not the caller of the path');
  if (!leadHere(parsed, called))
    throw refusal('dest of a PASSporT does not lead to the called party of the path');
  return Math.max(...parsed.map(({ issuedAt }) => issuedAt));
}

/** Whether each PASSporT names the party, or one that a diversion among them leads away from on the way to it. */
function leadHere(passports: readonly PassportStatement[], called: Party): boolean {
  if (passports.every(({ destinations }) => namesParty(destinations, called))) return true;
  const parties = [called];
  let rest = passports;
  for (let at = 0; at < parties.length && rest.length > 0; at++) {
    const here = rest.filter(({ destinations }) => namesParty(destinations, parties[at]!));
    parties.push(...here.flatMap(({ diversion }) => (diversion === undefined ? [] : [diversion.from])));
    rest = rest.filter((one) => !here.includes(one));
  }
  return rest.length === 0;
}

function refusal(message: string): StirError {
  return new StirError('ERR_PASSPORT_FORMAT', message);
}
