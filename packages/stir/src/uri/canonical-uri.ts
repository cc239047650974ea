// URI identities in the form that PASSporTs compare (RFC 8224 Section 8.5): scheme, user and host of a SIP URI, lower
// case, percent-encoding only where it is needed. Whoever makes a PASSporT normalises; whoever reads one compares
// strings. A telephone number inside a URI is the business of number/.

import { StirError } from '../stir-error.ts';

export const MAXIMUM_URI = 2_048;

const URI = /^[a-z][a-z0-9+.-]*:[!-~]+$/;
const SIP =
  /^(sips?):([a-z0-9\-_.!~*'()%&=+$,;?/]+)(?::[^@]*)?@(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::[0-9]{1,5})?(?:[;?][!-~]*)?$/i;
const TRIPLET = /%[0-9a-f]{2}/gi;
const UNRESERVED = /[A-Za-z0-9\-._~]/;

/** Whether it is a URI a PASSporT can state: lower-case scheme, printable ASCII, bounded. */
export function isUri(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAXIMUM_URI && URI.test(value);
}

/**
 * A URI from signaling to the form of the `uri` claims: of `sip:` and `sips:` URIs `scheme:user@host` remains; of
 * others, whose schemes have rules of their own, only the scheme is lowered (`urn:service:sos`).
 * @throws StirError ERR_URI_FORMAT where it is no URI, or a SIP URI without a user
 */
export function normalizeUri(text: string): string {
  if (text.length > MAXIMUM_URI) throw refusal();
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(text)?.[0].toLowerCase();
  if (scheme === undefined) throw refusal();
  const uri =
    scheme === 'sip:' || scheme === 'sips:' ? normalizeSip(text) : scheme + text.slice(scheme.length);
  if (!isUri(uri)) throw refusal();
  return uri;
}

function normalizeSip(text: string): string {
  const parts = SIP.exec(text);
  if (parts === null) throw refusal();
  const [, scheme, user, host] = parts;
  return `${scheme!.toLowerCase()}:${normalizeUser(user!)}@${host!.toLowerCase()}`;
}

/** RFC 3986 Section 6.2.2: octets that need no encoding are decoded, the others have upper-case digits. */
function normalizeUser(user: string): string {
  if (/%(?![0-9a-f]{2})/i.test(user)) throw refusal();
  const decoded = user.replace(TRIPLET, (triplet) => {
    const letter = String.fromCharCode(Number.parseInt(triplet.slice(1), 16));
    return UNRESERVED.test(letter) ? letter : triplet;
  });
  return decoded.toLowerCase().replace(TRIPLET, (triplet) => triplet.toUpperCase());
}

function refusal(): StirError {
  return new StirError('ERR_URI_FORMAT', 'not a URI that can be an identity');
}
