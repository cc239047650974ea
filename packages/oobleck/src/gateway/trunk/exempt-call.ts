// Whether a call is one that nothing is done about: to an emergency service, or back from one. The Request-URI says where a
// call goes, and is always believed. What else says so is the word of whoever placed it: To, the caller, and the marks of
// RFC 7090 Section 4 and RFC 7135. It makes no call a proven one, but it keeps a call from being verified and refused, so
// that a trunk may be told not to believe it (RFC 7090 Section 5.2).

import type { OfferedCall } from './offered-call.ts';

export function isExemptCall(offer: OfferedCall): boolean {
  const { trunk, called, alsoCalled, addressedTo, caller, assertedIdentities } = offer;
  const { isExempt } = trunk.exemptions;
  if (isExempt(called) || alsoCalled?.some(isExempt)) return true;
  if (!trunk.areEmergencyMarksTrusted) return false;
  if (offer.isEmergencyMarked || isExempt(addressedTo) || isExempt(caller)) return true;
  return assertedIdentities?.some(isExempt) ?? false;
}
