// Reads the members of a request, each with the error id for its absence (SVC4001) or its value (SVC4005). Numbers stay
// as they came: the trunk makes them canonical. Here it is only seen that it can.

import { StirError } from '@oobleck/stir';
import { parseCallId } from '@oobleck/stir/call';
import { isJsonObject, type Json, type JsonObject, parseJsonObject } from '@oobleck/stir/json';
import { isTelephoneNumber, type NumberPlan } from '@oobleck/stir/number';
import { normalizeUri } from '@oobleck/stir/uri';
import { AtisRefusal } from './atis-error.ts';

const MAXIMUM_NUMBERS = 16;
const TN_TEXT = /^[0-9*#+.\-()]{1,32}$/;

/** The body. @throws AtisRefusal SVC4000, SVC4006 */
export function readBodyObject(body: Uint8Array): JsonObject {
  if (body.length === 0) throw new AtisRefusal('SVC4000');
  try {
    return parseJsonObject(body);
  } catch (error) {
    if (error instanceof StirError) throw new AtisRefusal('SVC4006');
    throw error;
  }
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

export function optionalText(from: JsonObject, name: string, maximum = 1_024): string | undefined {
  const value = from[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string' || value === '' || value.length > maximum)
    throw new AtisRefusal('SVC4005', name);
  return value;
}

/** `{"tn":"..."}`, or `{"uri":"..."}`. */
export function requireParty(from: JsonObject, name: string, plan: NumberPlan): string {
  const { tn, uri } = requireObject(from, name);
  if (tn === undefined && typeof uri === 'string') return checkedUri(uri, name);
  if (tn === undefined || tn === null) throw new AtisRefusal('SVC4001', 'tn');
  return checkedNumber(tn, name, plan);
}

/** `{"tn":["...", ...],"uri":["...", ...]}` with at least one; 3GPP also has it inside a list. */
export function requireParties(from: JsonObject, name: string, plan: NumberPlan): readonly string[] {
  const value = required(from, name);
  const only = onlyNumber(value);
  if (only !== undefined) return [checkedNumber(only, name, plan)];
  const parts = Array.isArray(value) ? value : [value];
  if (parts.length === 0 || !parts.every(isJsonObject)) throw new AtisRefusal('SVC4005', name);
  const numbers = parts.flatMap(({ tn }) => listOf(tn, name)).map((one) => checkedNumber(one, name, plan));
  const uris = parts.flatMap(({ uri }) => listOf(uri, name)).map((one) => checkedUri(one, name));
  const all = [...numbers, ...uris];
  if (all.length > MAXIMUM_NUMBERS) throw new AtisRefusal('SVC4005', name);
  if (all.length > 0) return all;
  throw parts.some(({ tn }) => Array.isArray(tn))
    ? new AtisRefusal('SVC4005', name)
    : new AtisRefusal('SVC4001', 'tn');
}

/** What `{"tn":["..."]}` names: the form of nearly every call. */
function onlyNumber(value: Json): Json | undefined {
  if (!isJsonObject(value) || value.uri !== undefined) return undefined;
  const { tn } = value;
  return Array.isArray(tn) && tn.length === 1 ? (tn as readonly Json[])[0] : undefined;
}

/** A number, or a URI with or without one, as text: the form of 3GPP. */
export function checkedParty(value: Json, name: string, plan: NumberPlan): string {
  if (typeof value === 'string' && TN_TEXT.test(value)) return checkedNumber(value, name, plan);
  return checkedUri(value, name);
}

/** The added field `callId`, else `otherwise`. */
export function readCallId(from: JsonObject, otherwise: string): string {
  const value = from.callId ?? otherwise;
  if (typeof value !== 'string') throw new AtisRefusal('SVC4005', 'callId');
  return orInvalid('callId', () => parseCallId(value));
}

function listOf(value: Json | undefined, name: string): readonly Json[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new AtisRefusal('SVC4005', name);
  return value as readonly Json[];
}

function checkedNumber(value: Json, name: string, plan: NumberPlan): string {
  if (typeof value !== 'string' || (!isTelephoneNumber(value) && !TN_TEXT.test(value)))
    throw new AtisRefusal('SVC4005', name);
  try {
    plan.canonical(value);
    return value;
  } catch (error) {
    throw invalid(error, name);
  }
}

function checkedUri(value: Json, name: string): string {
  if (typeof value !== 'string') throw new AtisRefusal('SVC4005', name);
  orInvalid(name, () => normalizeUri(value));
  return value;
}

function orInvalid<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw invalid(error, name);
  }
}

function invalid(error: unknown, name: string): unknown {
  return error instanceof StirError ? new AtisRefusal('SVC4005', name) : error;
}
