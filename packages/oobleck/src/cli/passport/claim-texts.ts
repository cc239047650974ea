// What the members of a PASSporT's header and payload mean, in a sentence each.

import { isJsonObject, type Json } from '@oobleck/stir/json';
import { formatDuration, formatTime } from '../command/layout.ts';

const HEADER: Readonly<Record<string, string>> = {
  alg: 'ES256: ECDSA with P-256 and SHA-256',
  ppt: 'the type of PASSporT (RFC 8225 Section 8.1)',
  typ: 'passport, always',
  x5c: 'the certificate chain itself, signer first',
  x5u: 'where the certificate chain of the signer is',
};

const CLAIMS: Readonly<Record<string, string>> = {
  orig: 'who calls, as the signer says',
  dest: 'whom the call was made to',
  origid: 'where in the signer’s network the call came from (opaque)',
  div: 'from whom the call was diverted; the signer speaks for that number',
  opt: 'the PASSporT that was diverted',
  rph: 'the priorities (Resource-Priority) that the signer authorises',
  sph: 'psap-callback: an emergency service calls back',
  rcd: 'what to show of the caller: nam the name, icn an icon, jcd or jcl a card',
  rcdi: 'digests of what rcd holds or points to',
  crn: 'the reason of the call',
  mky: 'fingerprints of the keys that protect the media',
  msgi: 'digest of the body of the message',
  jti: 'identifier that makes this PASSporT unique',
  iss: 'the third party that speaks about the caller',
};

const ATTESTATIONS: Readonly<Record<string, string>> = {
  A: 'full: the provider knows its customer and the customer’s right to the number',
  B: 'partial: the provider knows its customer, not the right to the number',
  C: 'gateway: the provider only knows where it took the call in',
};

const UNKNOWN = 'not known here, and ignored';

export function explainHeader(name: string): string {
  return HEADER[name] ?? UNKNOWN;
}

/** @param now Unix seconds */
export function explainClaim(name: string, value: Json, now: number): string {
  if (name === 'iat' && typeof value === 'number') return explainTime(value, now);
  if (name === 'attest') return ATTESTATIONS[String(value)] ?? 'neither A, B nor C';
  if (name === 'div' && isJsonObject(value) && value.hi !== undefined)
    return `${CLAIMS.div}; hi is the index in History-Info`;
  return Object.hasOwn(CLAIMS, name) ? CLAIMS[name]! : UNKNOWN;
}

function explainTime(seconds: number, now: number): string {
  const age = now - seconds;
  const distance = age < 0 ? `${formatDuration(-age)} ahead` : `${formatDuration(age)} ago`;
  return `when it was signed: ${formatTime(seconds)}, ${distance}`;
}
