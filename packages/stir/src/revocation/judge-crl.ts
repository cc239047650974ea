// Whether a CRL may be used (RFC 5280 Section 6.3.3): signed by the issuer it is expected from, and in its time. The issuer is a
// matter of configuration: the STI-PA's certificate for the list of all authorities, or an anchor for its own.

import { equalBytes } from '../bytes/index.ts';
import { type Certificate, verifyingKeyOf } from '../certificate/index.ts';
import type { Crypto } from '../crypto/crypto.ts';
import type { Crl } from './crl.ts';

export type CrlFault =
  /** None of the issuers has its name and key identifier. */
  | 'unknown-issuer'
  /** The issuer's certificate is not in force, or not for signing CRLs. */
  | 'issuer-unfit'
  | 'unsupported-algorithm'
  | 'bad-signature'
  | 'not-yet-valid'
  | 'expired';

export interface CrlQuestion {
  readonly crl: Crl;
  /** Certificates that are trusted for CRLs. */
  readonly issuers: readonly Certificate[];
  /** Unix seconds. */
  readonly at: number;
  readonly crypto: Crypto;
}

/** `undefined` where the list may be used. */
export function judgeCrl({ crl, issuers, at, crypto }: CrlQuestion): CrlFault | undefined {
  if (!(at >= crl.thisUpdate)) return 'not-yet-valid';
  if (at > crl.nextUpdate) return 'expired';
  let fault: CrlFault = 'unknown-issuer';
  for (const issuer of issuers) {
    if (!isNamed(crl, issuer)) continue;
    const found = issuerFault(crl, issuer, at, crypto);
    if (found === undefined) return undefined;
    fault = found;
  }
  return fault;
}

function isNamed({ issuer, authorityKeyId }: Crl, certificate: Certificate): boolean {
  if (!equalBytes(issuer, certificate.subject)) return false;
  const { subjectKeyId } = certificate;
  return !authorityKeyId || !subjectKeyId || equalBytes(authorityKeyId, subjectKeyId);
}

/** RFC 5280 Section 6.3.3 (f) and (g). */
function issuerFault(crl: Crl, issuer: Certificate, at: number, crypto: Crypto): CrlFault | undefined {
  const isInForce = issuer.notBefore <= at && at <= issuer.notAfter;
  if (!isInForce || issuer.keyUsage?.crlSigning === false) return 'issuer-unfit';
  const key = verifyingKeyOf(issuer, crypto);
  if (key === undefined || crl.signatureAlgorithm === 'unsupported') return 'unsupported-algorithm';
  const isSigned = key.algorithm === crl.signatureAlgorithm && key.verify(crl.tbs, crl.signature);
  return isSigned ? undefined : 'bad-signature';
}
