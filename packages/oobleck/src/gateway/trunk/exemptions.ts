// Calls that nothing is done about: to emergency services, and back from them (RFC 5031, RFC 9027). They are recognised
// as they are dialled, before any rule about numbers.

import { addressUri } from '@oobleck/stir/identity';

export interface Exemptions {
  /** @param dialled a number, a URI, or a header field value with one */
  isExempt(dialled: string | undefined): boolean;
}

export const EMERGENCY_NUMBERS: readonly string[] = ['112', '911', '999', '000'];

const PLAIN = /^\+?[0-9]+$/;
const SERVICE = /^urn:service:sos(?:[.;@?]|$)/i;
const URI = /^(?:tel|sips?):([^@;?>]*)/i;

/** Whether a URI is that of an emergency service (RFC 5031 Section 4.2). */
export function isEmergencyService(uri: string): boolean {
  return SERVICE.test(uri);
}

export function createExemptions(numbers: readonly string[] = EMERGENCY_NUMBERS): Exemptions {
  const exempt = new Set(numbers.map(digitsOf));
  const longest = Math.max(0, ...[...exempt].map(({ length }) => length)) + 1;
  return {
    isExempt(dialled) {
      if (dialled === undefined || dialled.length > 256) return false;
      // Most of what comes is digits, and longer than any number of an emergency service.
      if (dialled.length > longest && PLAIN.test(dialled)) return false;
      const address = dialled.includes('<') ? (addressUri(dialled) ?? '') : dialled.trim();
      if (isEmergencyService(address)) return true;
      const digits = digitsOf(URI.exec(address)?.[1] ?? address);
      return digits !== '' && exempt.has(digits);
    },
  };
}

/** Nothing where it is not a number as it is dialled, such as `room112`. */
function digitsOf(text: string): string {
  return /^[+0-9*#().\- ]+$/.test(text) ? text.replace(/[^0-9*#]/g, '') : '';
}
