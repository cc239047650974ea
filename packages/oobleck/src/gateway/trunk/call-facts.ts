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
  const { trunk, priority } = offer;
  const attestation = offer.attestation ?? trunk.attestation;
  const { caller } = presented(offer);
  const { numbers, uris } = calledParties(offer);
  if (caller === undefined) throw new StirError('ERR_CALL_FORMAT', 'a call that presents no number');
  const isShaken = priority === undefined && attestation !== undefined;
  return {
    tenant: trunk.tenant,
    callId: parseCallId(offer.callId),
    originator: caller,
    destinations: numbers,
    destinationUris: uris.length === 0 ? undefined : uris,
    placedAt: offer.sentAt ?? now,
    shaken: isShaken
      ? { attestation, originationId: offer.originationId ?? trunk.originationId ?? originationId() }
      : undefined,
    priority,
  };
}

/** @throws StirError where nobody is called, or the call id is none; a caller that is none is nobody */
export function arrivedCall(offer: OfferedCall, now: number): ArrivedCall {
  const { trunk, sentAt, mediaKeys, displayName } = offer;
  const { numbers, uris } = calledParties(offer);
  return {
    tenant: trunk.tenant,
    callId: parseCallId(offer.callId),
    ...presented(offer),
    called: withAlternates(numbers, trunk.numbers),
    ...(uris.length === 0 ? {} : { calledUris: uris }),
    formerlyCalled: readable(trunk.numbers, offer.formerlyCalled),
    arrivedAt: now,
    ...(sentAt === undefined ? {} : { sentAt }),
    ...(mediaKeys === undefined ? {} : { mediaKeys }),
    ...(displayName === undefined ? {} : { displayName }),
  };
}

/** P-Asserted-Identity where it is trusted, so that an anonymous From has a caller all the same; else From. */
function presented(offer: OfferedCall): Pick<ArrivedCall, 'caller' | 'callerUri'> {
  const { trunk, caller, assertedIdentities = [] } = offer;
  let found: Pick<ArrivedCall, 'caller' | 'callerUri'> = {};
  const isFirst = (text: string): boolean => {
    const one = party(trunk.numbers, text);
    if (found.callerUri === undefined || one.caller !== undefined) found = one;
    return one.caller !== undefined;
  };
  const isAsserted = trunk.isAssertedTrusted && assertedIdentities.some(isFirst);
  if (!isAsserted && caller !== undefined) isFirst(caller);
  return found;
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
  const numbers: TelephoneNumber[] = [];
  const uris: string[] = [];
  const add = (text: string): void => {
    const number = attempt(() => trunk.numbers.canonical(text));
    if (number === undefined) addOnce(uris, normalizeUri(text));
    else addOnce(numbers, number);
  };
  add(called);
  for (const text of alsoCalled.slice(0, MAXIMUM_NUMBERS - 1)) add(text);
  return { numbers, uris };
}

function addOnce<T>(all: T[], one: T): void {
  if (!all.includes(one)) all.push(one);
}

function withAlternates(numbers: readonly TelephoneNumber[], plan: NumberPlan): readonly TelephoneNumber[] {
  const all = [...numbers];
  for (const number of numbers) for (const other of plan.alternates(number)) addOnce(all, other);
  return all;
}

/** Hints: what is no number is left out. */
function readable(plan: NumberPlan, texts: readonly string[] = []): readonly TelephoneNumber[] {
  if (texts.length === 0) return [];
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
