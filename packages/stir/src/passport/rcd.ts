// Rich call data (RFC 9795): a name for the called person to see, an icon, a business card, the reason of the call.
// The claims `rcd` and `crn` may ride on any PASSporT; the type `rcd` has at least one of them. Read here; whether what
// lies behind the URLs is what was signed is checked in rcd-integrity.ts.

import { isJsonObject, type Json, type JsonObject } from '../json/index.ts';
import { isTelephoneNumber, type TelephoneNumber } from '../number/index.ts';
import { StirError } from '../stir-error.ts';
import { formatRcdi, parseRcdi, type RcdIntegrity, requiredPointers } from './rcdi.ts';

export interface RichCallData {
  /** `nam`, mandatory (RFC 9795 Section 8). */
  readonly name: string;
  /** `apn`: a number to show instead of the calling one. */
  readonly alternateNumber?: TelephoneNumber;
  /** `icn`: an `https:` or `data:` URL. */
  readonly iconUrl?: string;
  /** `jcd`: `["vcard",[...]]` (RFC 7095). */
  readonly card?: readonly Json[];
  /** `jcl`: an `https:` URL of such a card; never beside `jcd`. */
  readonly cardUrl?: string;
  /** `rcdi`: digests of the above, by JSON pointer. */
  readonly integrity?: RcdIntegrity;
}

const MAXIMUM_TEXT = 1_024;
const HTTPS = /^https:\/\/[!-~]{1,2040}$/;
const DATA = /^data:[!-~]{0,12000}$/;

/** `undefined` where the PASSporT has no `rcd`. @throws StirError ERR_PASSPORT_FORMAT */
export function parseRcd({ rcd, rcdi }: JsonObject): RichCallData | undefined {
  if (rcd === undefined && rcdi === undefined) return undefined;
  if (!isJsonObject(rcd)) throw refusal('rcdi without rcd, or rcd is no object');
  const data = {
    name: requireText(rcd.nam, 'rcd has no nam'),
    ...optional('alternateNumber', rcd.apn, isTelephoneNumber),
    ...optional('iconUrl', rcd.icn, isIconUrl),
    ...optional('card', rcd.jcd, isCard),
    ...optional('cardUrl', rcd.jcl, isHttpsUrl),
  };
  if (rcd.jcd !== undefined && rcd.jcl !== undefined) throw refusal('rcd with both jcd and jcl');
  if (rcdi === undefined) return data;
  const integrity = parseRcdi(rcdi);
  // RFC 9795 Section 6: where there are digests at all, what can change behind a URL has one.
  if (requiredPointers(data).some((pointer) => !integrity.has(pointer)))
    throw refusal('rcdi leaves out content behind a URL');
  return { ...data, integrity };
}

/** `crn` (RFC 9795 Section 7). @throws StirError ERR_PASSPORT_FORMAT */
export function parseCallReason({ crn }: JsonObject): string | undefined {
  return crn === undefined ? undefined : requireText(crn, 'crn is no text');
}

/** RFC 9795: `ppt` rcd requires `rcd` or `crn`. @throws StirError ERR_PASSPORT_FORMAT */
export function requireRcdClaims({ rcd, crn }: JsonObject): void {
  if (rcd === undefined && crn === undefined) throw refusal('a PASSporT of type rcd without rcd and crn');
}

export function formatRcd(data: RichCallData): JsonObject {
  const { name, alternateNumber, iconUrl, card, cardUrl, integrity } = data;
  const rcd: JsonObject = {
    nam: name,
    ...(alternateNumber === undefined ? {} : { apn: alternateNumber }),
    ...(iconUrl === undefined ? {} : { icn: iconUrl }),
    ...(card === undefined ? {} : { jcd: card }),
    ...(cardUrl === undefined ? {} : { jcl: cardUrl }),
  };
  return integrity === undefined ? { rcd } : { rcd, rcdi: formatRcdi(integrity) };
}

function optional<N extends string, T>(
  name: N,
  value: Json | undefined,
  isValue: (value: unknown) => value is T,
): { [K in N]?: T } {
  if (value === undefined) return {};
  if (!isValue(value)) throw refusal('a member of rcd is not what it should be');
  return { [name]: value } as { [K in N]?: T };
}

function requireText(value: Json | undefined, otherwise: string): string {
  if (typeof value !== 'string' || value.length === 0 || value.length > MAXIMUM_TEXT)
    throw refusal(otherwise);
  return value;
}

function isHttpsUrl(value: unknown): value is string {
  return typeof value === 'string' && HTTPS.test(value);
}

function isIconUrl(value: unknown): value is string {
  return typeof value === 'string' && (HTTPS.test(value) || DATA.test(value));
}

/** RFC 7095 Section 3.2; what its properties mean is left to whoever shows them. */
export function isCard(value: unknown): value is readonly Json[] {
  return Array.isArray(value) && value.length === 2 && value[0] === 'vcard' && Array.isArray(value[1]);
}

function refusal(message: string): StirError {
  return new StirError('ERR_PASSPORT_FORMAT', message);
}
