// Reads the members of an ATIS-1000082 request, each with the error id for its absence (SVC4001) or its value (SVC4005).

import { StirError } from '@oobleck/stir';
import { parseCallId } from '@oobleck/stir/call';
import { isJsonObject, type Json, type JsonObject, parseJsonObject } from '@oobleck/stir/json';
import { type DialPlan, parseTelephoneNumber, type TelephoneNumber } from '@oobleck/stir/number';
import { AtisRefusal } from './atis-error.ts';

const MAXIMUM_NUMBERS = 16;
const TN_TEXT = /^[0-9*#+.\-()]{1,32}$/;

/** The body's one member, `signingRequest` or `verificationRequest`. @throws AtisRefusal SVC4000, SVC4001, SVC4005, SVC4006 */
export function readRequest(body: Uint8Array, name: string): JsonObject {
  if (body.length === 0) throw new AtisRefusal('SVC4000');
  return requireObject(parse(body), name);
}

export function requireObject(from: JsonObject, name: string): JsonObject {
  const value = required(from, name);
  if (!isJsonObject(value)) throw new AtisRefusal('SVC4005', name);
  return value;
}

export function required(from: JsonObject, name: string): Json {
  const value = from[name];
  if (value === undefined || value === null) throw new AtisRefusal('SVC4001', name);
  return value;
}

/** Whole seconds since 1970. */
export function requireTime(from: JsonObject, name: string): number {
  const value = required(from, name);
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw new AtisRefusal('SVC4005', name);
  return value;
}

/** `{"tn":"..."}`. */
export function requireNumber(from: JsonObject, name: string, plan: DialPlan | undefined): TelephoneNumber {
  return canonical(required(requireObject(from, name), 'tn'), name, plan);
}

/** `{"tn":["...", ...]}`, at least one. */
export function requireNumbers(
  from: JsonObject,
  name: string,
  plan: DialPlan | undefined,
): readonly TelephoneNumber[] {
  const list = required(requireObject(from, name), 'tn');
  if (!Array.isArray(list) || list.length === 0 || list.length > MAXIMUM_NUMBERS)
    throw new AtisRefusal('SVC4005', name);
  return list.map((value: Json) => canonical(value, name, plan));
}

/** The added field `callId`, else `otherwise`. */
export function readCallId(from: JsonObject, otherwise: string): string {
  const value = from.callId ?? otherwise;
  if (typeof value !== 'string') throw new AtisRefusal('SVC4005', 'callId');
  return orInvalid('callId', () => parseCallId(value));
}

export function canonical(value: Json, name: string, plan: DialPlan | undefined): TelephoneNumber {
  if (typeof value !== 'string' || !TN_TEXT.test(value)) throw new AtisRefusal('SVC4005', name);
  return orInvalid(name, () => parseTelephoneNumber(value, plan));
}

function parse(body: Uint8Array): JsonObject {
  try {
    return parseJsonObject(body);
  } catch (error) {
    if (error instanceof StirError) throw new AtisRefusal('SVC4006');
    throw error;
  }
}

function orInvalid<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof StirError) throw new AtisRefusal('SVC4005', name);
    throw error;
  }
}
