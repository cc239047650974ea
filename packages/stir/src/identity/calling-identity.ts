// Who calls, by signaling (RFC 8224 Sections 4.1 and 6.2.4): From, or P-Asserted-Identity where the network that set it
// is trusted. A number where there is one, else a URI; what names nobody gives nothing.

import { type DialPlan, parseTelephoneNumber, type TelephoneNumber } from '../number/index.ts';
import { StirError } from '../stir-error.ts';
import { normalizeUri } from '../uri/index.ts';
import { quoteless, splitOutside } from './header-field.ts';

export interface CallingHeaders {
  /** Value of From. */
  readonly from?: string;
  /** Values of P-Asserted-Identity (RFC 3325 Section 9.1): a SIP URI, a tel URI, or both. */
  readonly assertedIdentities?: readonly string[];
}

export interface CallingPolicy {
  /** Whether P-Asserted-Identity comes from a trusted network and stands before From. */
  readonly isAssertedTrusted: boolean;
  readonly plan?: DialPlan;
}

export interface CallingIdentity {
  readonly source: 'P-Asserted-Identity' | 'From';
  readonly caller?: TelephoneNumber;
  /** In the form of `normalizeUri`; present where there is no number. */
  readonly callerUri?: string;
  readonly displayName?: string;
}

const MAXIMUM_VALUE = 4_096;

/** `undefined` where the call presents nobody, anonymous callers included. */
export function callingIdentity(headers: CallingHeaders, policy: CallingPolicy): CallingIdentity | undefined {
  const asserted = policy.isAssertedTrusted ? (headers.assertedIdentities ?? []) : [];
  const found = asserted.flatMap((value) => read(value, 'P-Asserted-Identity', policy));
  const own = headers.from === undefined ? [] : read(headers.from, 'From', policy);
  return found.find(({ caller }) => caller !== undefined) ?? found[0] ?? own[0];
}

function read(
  value: string,
  source: CallingIdentity['source'],
  { plan }: CallingPolicy,
): readonly CallingIdentity[] {
  if (value.length > MAXIMUM_VALUE) return [];
  const list = splitOutside(value, ',') ?? [];
  // From is one value; its display name may hold a comma only in quotes.
  if (source === 'From' && list.length !== 1) return [];
  return list.flatMap((one) => {
    const address = parseAddress(one.trim());
    if (address === undefined) return [];
    const party = partyOf(address.uri, plan);
    if (party === undefined) return [];
    const { displayName } = address;
    return [{ source, ...party, ...(displayName === '' ? {} : { displayName }) }];
  });
}

/**
 * The URI of one `name-addr` or `addr-spec`, as it stands: never one that its display name only writes.
 * `undefined` where the value is neither.
 */
export function addressUri(value: string): string | undefined {
  return value.length > MAXIMUM_VALUE ? undefined : parseAddress(value.trim())?.uri;
}

/** `name-addr` or `addr-spec` (RFC 3261 Section 25.1); parameters behind it belong to the header field. */
function parseAddress(value: string): { readonly uri: string; readonly displayName: string } | undefined {
  const bracketed = /^((?:"(?:[^"\\]|\\.)*"|[^"<>])*)<([^<>]+)>\s*(?:;[^<>]*)?$/.exec(value);
  if (bracketed === null)
    return /[<>"]/.test(value) ? undefined : { uri: value.split(';')[0]!.trim(), displayName: '' };
  const displayName = quoteless(bracketed[1]!.trim());
  return displayName === undefined ? undefined : { uri: bracketed[2]!.trim(), displayName };
}

function partyOf(
  uri: string,
  plan: DialPlan | undefined,
): Pick<CallingIdentity, 'caller' | 'callerUri'> | undefined {
  // RFC 3323 Section 4.1.1.3: a caller who wants to stay unknown.
  if (/@anonymous\.invalid(?:[:;?]|$)/i.test(uri)) return undefined;
  const caller = orUndefined(() => parseTelephoneNumber(uri, plan));
  if (caller !== undefined) return { caller };
  const callerUri = orUndefined(() => normalizeUri(uri));
  return callerUri === undefined ? undefined : { callerUri };
}

function orUndefined<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof StirError) return undefined;
    throw error;
  }
}
