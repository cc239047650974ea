// Identity header field values in a request: `identity` of ATIS-1000082, `identityHeader` and `identityHeaders` of 3GPP.

import type { Json, JsonObject } from '@oobleck/stir/json';
import { AtisRefusal } from './atis-error.ts';

const MAXIMUM_IDENTITIES = 8;

/** @throws AtisRefusal SVC4005 */
export function readIdentityList(request: JsonObject): readonly string[] {
  const { identity, identityHeader, identityHeaders: more } = request;
  const one =
    identityHeader === undefined
      ? textIn(identity, 'identity')
      : [...textIn(identity, 'identity'), ...textIn(identityHeader, 'identityHeader')];
  if (more === undefined || more === null) return one;
  if (!Array.isArray(more) || more.length > MAXIMUM_IDENTITIES)
    throw new AtisRefusal('SVC4005', 'identityHeaders');
  return [...one, ...more.flatMap((value: Json) => textIn(value, 'identityHeaders'))];
}

function textIn(value: Json | undefined, name: string): readonly string[] {
  if (value === undefined || value === '') return [];
  if (typeof value !== 'string') throw new AtisRefusal('SVC4005', name);
  return [value];
}
