// What a gateway puts back into SIP after it found a call's PASSporTs out of band (RFC 8816 Section 5.3, first
// subcase): Identity header fields in full form only, since the Date of the new INVITE is not that of the old one.

import { formatIdentity } from '../identity/index.ts';
import { type Passport, pptOf } from '../passport/index.ts';
import type { Verdict } from './verdict.ts';

/**
 * Values of Identity header fields for the PASSporTs of a verdict, each once: the one it rests on, then what came with that
 * and holds as well, then the diversions, the earliest first; empty unless verified. What is nested in a `div-o` is not
 * given a field of its own.
 */
export function restoredIdentities({
  passport,
  diversions = [],
  companions = [],
}: Verdict): readonly string[] {
  if (passport === undefined) return [];
  const links = [
    passport,
    ...companions.map((one) => one.passport),
    ...[{ diversions }, ...companions].flatMap((one) => [...(one.diversions ?? [])].reverse()),
  ];
  const nested = new Set(
    links.flatMap(({ diversion }) => (diversion && 'original' in diversion ? [diversion.original] : [])),
  );
  const values = links.filter(({ token }) => !nested.has(token)).map(identityOf);
  return [...new Set(values)];
}

/** The value of an Identity header field for a PASSporT in full form. */
export function identityOf({ token, certificateUrl, extension }: Passport): string {
  const ppt = pptOf(extension);
  return formatIdentity({
    token,
    info: certificateUrl,
    algorithm: 'ES256',
    ...(ppt === undefined ? {} : { ppt }),
  });
}
