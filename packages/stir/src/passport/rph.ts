// The `rph` extension (RFC 8443, RFC 9027): which Resource-Priority values the call may use, and whether it is a call
// back from an emergency service. What priority is given stays policy of the network.

import { isJsonObject, type Json, type JsonObject } from '../json/index.ts';
import { StirError } from '../stir-error.ts';

export interface ResourcePriority {
  /** `auth`: values of Resource-Priority (RFC 4412), `namespace.priority`, for example `ets.0` or `esnet.1`. */
  readonly authorized: readonly string[];
  /** `sph` = `psap-callback`: an emergency service calls back (RFC 9027 Section 4). */
  readonly isEmergencyCallback?: true;
}

const R_VALUE = /^[A-Za-z0-9\-!%*_+`'~]{1,64}\.[A-Za-z0-9\-!%*_+`'~]{1,64}$/;
const EMERGENCY = /^esnet\.[0-4]$/;
const MAXIMUM_VALUES = 32;

/** @throws StirError ERR_PASSPORT_FORMAT */
export function parseRphClaims({ rph, sph }: JsonObject): ResourcePriority {
  // RFC 8443 Section 5 leaves room for members beside `auth`; they say nothing here.
  const authorized = isJsonObject(rph) ? rph.auth : undefined;
  if (!isValueList(authorized)) throw refusal('rph has no list of Resource-Priority values');
  // RFC 9027 Section 3: the namespace esnet has the priorities 0 to 4.
  if (authorized.some((value) => value.startsWith('esnet.') && !EMERGENCY.test(value)))
    throw refusal('an esnet priority beyond 4');
  if (sph === undefined) return { authorized };
  // RFC 9027 Section 4: any other value is a failure, and so is sph without an esnet value.
  if (sph !== 'psap-callback' || !authorized.some((value) => EMERGENCY.test(value)))
    throw refusal('sph is not psap-callback beside esnet');
  return { authorized, isEmergencyCallback: true };
}

export function formatRphClaims({ authorized, isEmergencyCallback }: ResourcePriority): JsonObject {
  return { rph: { auth: authorized }, ...(isEmergencyCallback ? { sph: 'psap-callback' } : {}) };
}

function isValueList(value: Json | undefined): value is readonly string[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAXIMUM_VALUES) return false;
  return value.every((one) => typeof one === 'string' && R_VALUE.test(one));
}

function refusal(message: string): StirError {
  return new StirError('ERR_PASSPORT_FORMAT', message);
}
