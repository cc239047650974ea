// A certification request (RFC 2986) for an STI certificate: the subject, the key, and as extension request (RFC 2985 Section
// 5.4.2) the TNAuthList that is asked for (RFC 9448 Section 5).
//
//   CertificationRequest ::= SEQUENCE { certificationRequestInfo, signatureAlgorithm, signature BIT STRING }
//   CertificationRequestInfo ::= SEQUENCE { version INTEGER (0), subject Name, subjectPKInfo, attributes [0] SET OF Attribute }
//   Attribute ::= SEQUENCE { type OBJECT IDENTIFIER, values SET OF ANY }

import type { SigningKey } from '../crypto/crypto.ts';
import {
  ES256_ALGORITHM,
  encodeDer,
  encodeDerInteger,
  encodeDerOid,
  encodeExtension,
  encodeName,
  formatEcdsaSignature,
  TAG,
} from '../der/index.ts';
import type { TnEntry } from '../number/index.ts';
import { encodeTnAuthList } from './tn-auth-list.ts';

const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';
const TN_AUTH_LIST = '1.3.6.1.5.5.7.1.26';
const ALL_BITS_USED = Uint8Array.of(0);

export interface RequestSubject {
  /** For a provider `SHAKEN 1234`. */
  readonly commonName: string;
  readonly organization?: string | undefined;
  /** ISO 3166, two letters. */
  readonly country?: string | undefined;
}

export interface CertificateRequestInput {
  /** The key that the certificate is for; it signs the request. */
  readonly key: SigningKey;
  readonly subject: RequestSubject;
  readonly entries: readonly TnEntry[];
}

/** A signed request, DER. @throws StirError ERR_CERTIFICATE_FORMAT or ERR_TN_AUTH_LIST_FORMAT for what cannot be asked for */
export function createCertificateRequest({ key, subject, entries }: CertificateRequestInput): Uint8Array {
  const info = encodeDer(
    TAG.sequence,
    encodeDerInteger(0),
    encodeSubject(subject),
    key.publicKey.spki,
    encodeDer(TAG.explicit0, extensionRequest(entries)),
  );
  const signature = formatEcdsaSignature(key.sign(info));
  return encodeDer(TAG.sequence, info, ES256_ALGORITHM, encodeDer(TAG.bitString, ALL_BITS_USED, signature));
}

function encodeSubject({ country, organization, commonName }: RequestSubject): Uint8Array {
  const attributes = [
    { type: 'C', text: country },
    { type: 'O', text: organization },
    { type: 'CN', text: commonName },
  ];
  return encodeName(attributes.flatMap(({ type, text }) => (text === undefined ? [] : [{ type, text }])));
}

function extensionRequest(entries: readonly TnEntry[]): Uint8Array {
  const value = encodeTnAuthList(entries);
  const extensions = encodeDer(
    TAG.sequence,
    encodeExtension({ oid: TN_AUTH_LIST, isCritical: false, value }),
  );
  return encodeDer(TAG.sequence, encodeDerOid(EXTENSION_REQUEST), encodeDer(TAG.set, extensions));
}
