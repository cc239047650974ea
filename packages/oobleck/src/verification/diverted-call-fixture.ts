// A call to one number that whoever holds that number sent on to another (RFC 8946 Section 4.2): its diversion, signed as
// soundly or as wrongly as a test wants it.

import { formatIdentity } from '@oobleck/stir/identity';
import { createPassportSigner, divert, type PassportSigner, parsePassport } from '@oobleck/stir/passport';
import { NOW, tn } from '../../test/network.ts';
import { CALLED, called, REPOSITORY } from './verification-fixture.ts';

/** The number that was called first; the call arrived at `CALLED`. */
export const FIRST = tn('12155551299');
/** Where the certificate is of the one who holds it. */
export const X5U = `${REPOSITORY}/called.pem`;

const party = (number: typeof FIRST) => ({ kind: 'tn' as const, number });

export interface Diversion {
  readonly signer?: PassportSigner;
  readonly extension?: 'div' | 'div-o';
  readonly issuedAt?: number;
}

/** The PASSporT of the diversion of `original`, another PASSporT. */
export function divertedPassport(original: string, diversion: Diversion = {}): string {
  const { signer = createPassportSigner(called.key, X5U), extension = 'div', issuedAt = NOW } = diversion;
  const order = { from: party(FIRST), to: party(CALLED), extension, issuedAt };
  return signer.sign(divert(parsePassport(original), order)!);
}

/** Its Identity. */
export const identityOfDiversion = (token: string): string =>
  formatIdentity({ token, info: X5U, algorithm: 'ES256', ppt: 'div' });
