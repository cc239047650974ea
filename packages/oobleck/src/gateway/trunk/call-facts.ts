// An offered call to the values that the services know: numbers by the trunk's rules, the caller from the header field
// the trunk believes.

import { StirError } from '@oobleck/stir';
import { type ArrivedCall, type PlacedCall, parseCallId } from '@oobleck/stir/call';
import { addressUri, callingIdentity } from '@oobleck/stir/identity';
import type { NumberPlan, TelephoneNumber } from '@oobleck/stir/number';
import { normalizeUri } from '@oobleck/stir/uri';
import type { OfferedCall } from './offered-call.ts';

const MAXIMUM_NUMBERS = 16;

/** @param originationId for a call without one @throws StirError where it is no call that can be signed */
export function placedCall(offer: OfferedCall, now: number, originationId: () => string): PlacedCall {
  const { trunk } = offer;
  const attestation = offer.attestation ?? trunk.attestation;
  const { caller } = presented(offer);
  const { numbers, uris } = calledParties(offer);
  if (caller === undefined) throw new StirError('ERR_CALL_FORMAT', 'a call that presents no number');
  const call = {
    tenant: trunk.tenant,
    callId: parseCallId(offer.callId),
    originator: caller,
    destinations: numbers,
    ...(uris.length === 0 ? {} : { destinationUris: uris }),
    placedAt: offer.sentAt ?? now,
  };
  if (offer.priority !== undefined) return { ...call, priority: offer.priority };
  if (attestation === undefined) return call;
  const origid = offer.originationId ?? trunk.originationId ?? originationId();
  return { ...call, shaken: { attestation, originationId: origid } };
}

/** @throws StirError where nobody is called, or the call id is none; a caller that is none is nobody */
export function arrivedCall(offer: OfferedCall, now: number): ArrivedCall {
  const { trunk, sentAt, mediaKeys, displayName } = offer;
  const { numbers, uris } = calledParties(offer);
  const others = numbers.flatMap((number) => trunk.numbers.alternates(number));
  return {
    tenant: trunk.tenant,
    callId: parseCallId(offer.callId),
    ...presented(offer),
    called: [...new Set([...numbers, ...others])],
    ...(uris.length === 0 ? {} : { calledUris: uris }),
    formerlyCalled: readable(trunk.numbers, offer.formerlyCalled ?? []),
    arrivedAt: now,
    ...(sentAt === undefined ? {} : { sentAt }),
    ...(mediaKeys === undefined ? {} : { mediaKeys }),
    ...(displayName === undefined ? {} : { displayName }),
  };
}

/** P-Asserted-Identity where it is trusted, so that an anonymous From has a caller all the same; else From. */
function presented(offer: OfferedCall): Pick<ArrivedCall, 'caller' | 'callerUri'> {
  const asserted = offer.trunk.isAssertedTrusted ? (offer.assertedIdentities ?? []) : [];
  const all = [...asserted, ...(offer.caller === undefined ? [] : [offer.caller])];
  const parties = all.map((text) => party(offer.trunk.numbers, text));
  const withNumber = parties.find(({ caller }) => caller !== undefined);
  return withNumber ?? parties.find(({ callerUri }) => callerUri !== undefined) ?? {};
}

function party(plan: NumberPlan, text: string): Pick<ArrivedCall, 'caller' | 'callerUri'> {
  const bare = attempt(() => plan.canonical(text));
  if (bare !== undefined) return { caller: bare };
  // A header field value: what is in its brackets, by the grammar of SIP.
  const found = callingIdentity({ from: text }, { isAssertedTrusted: false });
  const uri = addressUri(text);
  if (found === undefined || uri === undefined) return {};
  const caller = attempt(() => plan.canonical(uri)) ?? found.caller;
  if (caller !== undefined) return { caller };
  const callerUri = attempt(() => normalizeUri(uri)) ?? found.callerUri;
  return callerUri === undefined ? {} : { callerUri };
}

/** @throws StirError where one of them is neither a number nor a URI */
function calledParties({ trunk, called, alsoCalled = [] }: OfferedCall): {
  readonly numbers: readonly TelephoneNumber[];
  readonly uris: readonly string[];
} {
  const numbers = new Set<TelephoneNumber>();
  const uris = new Set<string>();
  for (const text of [called, ...alsoCalled].slice(0, MAXIMUM_NUMBERS)) {
    const number = attempt(() => trunk.numbers.canonical(text));
    if (number !== undefined) numbers.add(number);
    else uris.add(normalizeUri(text));
  }
  return { numbers: [...numbers], uris: [...uris] };
}

/** Hints: what is no number is left out. */
function readable(plan: NumberPlan, texts: readonly string[]): readonly TelephoneNumber[] {
  return texts.slice(0, MAXIMUM_NUMBERS).flatMap((text) => attempt(() => plan.canonical(text)) ?? []);
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof StirError) return undefined;
    throw error;
  }
}
