// The claims of nearly every access token: one number to one number, in the order in which the documents give them and
// `formatAccessClaims` writes them. One look at such text tells all that the strict reader would find in it; of any
// other text nothing is said here. A test holds the two readers against each other.

import type { Spc, TelephoneNumber } from '@oobleck/stir/number';
import type { AccessAction, AccessClaims } from './access-claims.ts';

/** Fifteen digits are a safe integer. A UUID is written 8-4-4-4-12, here in small letters only. */
const EXACT =
  /^\{"iat":(0|[1-9][0-9]{0,14}),(?:"exp":(0|[1-9][0-9]{0,14}),)?"action":"(?:retrieve|(publish|republish)","passports":"(sha256-[A-Za-z0-9+/]{43}=))",(?:"sub":"([0-9A-Z]{1,16})",)?(?:"spc":"([0-9A-Z]{1,16})",)?"iss":"([0-9A-Z]{1,16})","aud":"([A-Za-z0-9.:-]{1,256})","jti":"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})","dest":\{"tn":\["([0-9#*]{1,15})"\]\},"orig":\{"tn":"([0-9#*]{1,15})"\}\}$/;

/** The payload's text; `undefined` for whatever is not exactly of that form. */
export function parseExactAccessClaims(text: string): AccessClaims | undefined {
  const found = EXACT.exec(text);
  if (found === null) return undefined;
  const expiresAt = found[2];
  return {
    issuedAt: Number(found[1]),
    expiresAt: expiresAt === undefined ? undefined : Number(expiresAt),
    action: (found[3] ?? 'retrieve') as AccessAction,
    digest: found[4],
    subject: found[5] as Spc | undefined,
    spc: found[6] as Spc | undefined,
    issuer: found[7] as Spc,
    audience: found[8]!,
    id: found[9]!,
    called: { kind: 'tn', number: found[10] as TelephoneNumber },
    caller: { kind: 'tn', number: found[11] as TelephoneNumber },
  };
}
