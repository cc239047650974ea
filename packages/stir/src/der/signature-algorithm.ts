// How certificates and CRLs are signed (RFC 8226 Section 4): ECDSA on P-256 without parameters (RFC 5758 Section 3.2), RSA
// PKCS #1 v1.5 with NULL (RFC 4055 Section 5), both with SHA-256.
//
//   AlgorithmIdentifier ::= SEQUENCE { algorithm OBJECT IDENTIFIER, parameters ANY OPTIONAL }

import { decodeHex, equalBytes } from '../bytes/index.ts';
import type { DerReader } from './der-reader.ts';
import { encodeDer } from './encode-der.ts';
import { TAG } from './tag.ts';

export type SignatureAlgorithm = 'ES256' | 'RS256' | 'unsupported';

/** 1.2.840.10045.4.3.2 */
const ECDSA_WITH_SHA256 = decodeHex('2a8648ce3d040302');
/** 1.2.840.113549.1.1.11 */
const SHA256_WITH_RSA = decodeHex('2a864886f70d01010b');

/** AlgorithmIdentifier of ecdsa-with-SHA256. */
export const ES256_ALGORITHM = encodeDer(TAG.sequence, encodeDer(TAG.oid, ECDSA_WITH_SHA256));

/** From the content of an AlgorithmIdentifier. @throws StirError ERR_DER_FORMAT */
export function readSignatureAlgorithm(algorithm: DerReader): SignatureAlgorithm {
  const oid = algorithm.oidBytes();
  if (equalBytes(oid, ECDSA_WITH_SHA256) && algorithm.isDone) return 'ES256';
  if (!equalBytes(oid, SHA256_WITH_RSA) || !algorithm.has(TAG.null)) return 'unsupported';
  return algorithm.content(TAG.null).length === 0 && algorithm.isDone ? 'RS256' : 'unsupported';
}
