// Resource priority in requests (3GPP TS 24.229 Annex V, RFC 8443, RFC 9027): what may be claimed, and what the call's own
// header fields say.

import { isJsonObject, type Json, type JsonObject } from '@oobleck/stir/json';
import type { ResourcePriority } from '@oobleck/stir/passport';
import { AtisRefusal } from './atis-error.ts';
import { required } from './request-reader.ts';

const R_VALUE = /^[A-Za-z0-9-]{1,64}\.[A-Za-z0-9-]{1,64}$/;
const MAXIMUM_VALUES = 32;

/** `rph{auth[]}`, also inside a list, and `sph`. @throws AtisRefusal */
export function readPriority(request: JsonObject): ResourcePriority {
  const authorized = valuesIn(required(request, 'rph'));
  if (authorized === undefined || authorized.length === 0) throw new AtisRefusal('SVC4005', 'rph');
  const { sph } = request;
  if (sph === undefined || sph === null) return { authorized };
  const hasEmergency = authorized.some((value) => /^esnet\.[0-4]$/.test(value));
  if (sph !== 'psap-callback' || !hasEmergency) throw new AtisRefusal('SVC4005', 'sph');
  return { authorized, isEmergencyCallback: true };
}

/** Of `protectedHeaders`: the Resource-Priority values the call has; `undefined` where it says nothing of them. */
export function protectedPriorities(value: Json | undefined): readonly string[] | undefined {
  const parts = Array.isArray(value) ? (value as readonly Json[]) : [value];
  const found = parts.flatMap((part): readonly string[] => {
    if (isJsonObject(part)) return valuesIn(part.rph) ?? [];
    const field = typeof part === 'string' ? /^Resource-Priority[ \t]*:(.*)$/i.exec(part) : null;
    return field === null ? [] : field[1]!.split(',').map((one) => one.trim());
  });
  return found.length === 0 ? undefined : found;
}

function valuesIn(rph: Json | undefined): readonly string[] | undefined {
  const parts = Array.isArray(rph) ? (rph as readonly Json[]) : [rph];
  const values = parts.flatMap((part) =>
    isJsonObject(part) && Array.isArray(part.auth) ? part.auth : [undefined],
  );
  const isList =
    values.length <= MAXIMUM_VALUES && values.every((one) => typeof one === 'string' && R_VALUE.test(one));
  return isList ? (values as string[]) : undefined;
}
