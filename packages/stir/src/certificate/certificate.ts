// An X.509 certificate, version 3 (RFC 5280 Section 4.1), as the STIR profile reads it (RFC 8226). Reading trusts nothing:
// whether a certificate counts is decided in path.ts, and whom it speaks for in authority.ts.
//
//   Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signature BIT STRING }
//   TBSCertificate ::= SEQUENCE { version [0], serialNumber, signature, issuer, validity, subject,
//     subjectPublicKeyInfo, issuerUniqueID [1], subjectUniqueID [2], extensions [3] }

import { equalBytes } from '../bytes/index.ts';
import { createNumberCover, type NumberCover } from '../number/index.ts';
import { StirError } from '../stir-error.ts';
import { DerReader, TAG } from './der.ts';
import { parseEcdsaSignature } from './ecdsa-signature.ts';
import { type CertificateExtensions, readExtensions } from './extensions.ts';
import { checkName, formatName } from './name.ts';
import { readTime } from './time.ts';

export interface Certificate extends CertificateExtensions {
  readonly der: Uint8Array;
  /** What the issuer signed. */
  readonly tbs: Uint8Array;
  /** Content octets of the INTEGER. */
  readonly serialNumber: Uint8Array;
  /** DER Name. */
  readonly issuer: Uint8Array;
  /** DER Name. */
  readonly subject: Uint8Array;
  /** RFC 4514 text, for people. */
  readonly subjectText: string;
  /** Unix seconds. */
  readonly notBefore: number;
  /** Unix seconds, inclusive. */
  readonly notAfter: number;
  /** DER SubjectPublicKeyInfo; what is inside is checked when the key is prepared. */
  readonly spki: Uint8Array;
  readonly signatureAlgorithm: 'ES256' | 'RS256' | 'unsupported';
  /** ES256: r || s, 64 bytes; otherwise the bits as they stand. */
  readonly signature: Uint8Array;
  /** The TNAuthList prepared for questions, made at the first one; empty where there is none. */
  readonly numbers: NumberCover;
}

const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';
const SHA256_WITH_RSA = '1.2.840.113549.1.1.11';
const MAXIMUM_SERIAL_OCTETS = 21;

/**
 * DER of at most 65536 bytes to a certificate. The bytes are copied once: what is kept outlives and does not follow
 * the caller's buffer.
 * @throws StirError ERR_DER_FORMAT, ERR_CERTIFICATE_FORMAT, ERR_TN_AUTH_LIST_FORMAT, ERR_TN_ENTRY_FORMAT, ERR_BYTES_FORMAT
 */
export function parseCertificate(input: Uint8Array): Certificate {
  if (input.length > 65_536) throw refusal('too large');
  const der = new Uint8Array(input);
  const outer = DerReader.over(der);
  const certificate = outer.enter(TAG.sequence);
  outer.end();
  const tbs = certificate.element(TAG.sequence);
  const algorithm = certificate.element(TAG.sequence);
  const { bits, unused } = certificate.bitString();
  certificate.end();
  if (unused !== 0) throw refusal('signature of broken octets');
  const signatureAlgorithm = readSignatureAlgorithm(algorithm);
  const signature = signatureAlgorithm === 'ES256' ? parseEcdsaSignature(bits) : bits;
  return withLazyParts({ der, tbs, signatureAlgorithm, signature, ...readTbs(tbs, algorithm) });
}

type Eager = Omit<Certificate, 'subjectText' | 'numbers'>;

function withLazyParts(eager: Eager): Certificate {
  let subjectText: string | undefined;
  let numbers: NumberCover | undefined;
  return {
    ...eager,
    get subjectText() {
      subjectText ??= formatName(eager.subject);
      return subjectText;
    },
    get numbers() {
      numbers ??= createNumberCover(eager.tnAuthList ?? []);
      return numbers;
    },
  };
}

function readTbs(element: Uint8Array, outerAlgorithm: Uint8Array) {
  const tbs = DerReader.over(element).enter(TAG.sequence);
  readVersion(tbs);
  const serialNumber = tbs.integerBytes();
  if (serialNumber.length > MAXIMUM_SERIAL_OCTETS) throw refusal('serial number too long');
  // RFC 5280 Section 4.1.1.2: the algorithm named inside the signature is the one outside
  if (!equalBytes(tbs.element(TAG.sequence), outerAlgorithm)) throw refusal('two signature algorithms');
  const issuer = readName(tbs);
  const validity = tbs.enter(TAG.sequence);
  const notBefore = readTime(validity);
  const notAfter = readTime(validity);
  validity.end();
  const subject = readName(tbs);
  const spki = tbs.element(TAG.sequence);
  skipUniqueIds(tbs);
  const extensions = readExtensions(enterExtensions(tbs));
  tbs.end();
  return { serialNumber, issuer, notBefore, notAfter, subject, spki, ...extensions };
}

function readVersion(tbs: DerReader): void {
  if (!tbs.has(TAG.explicit0)) throw refusal('not version 3');
  const version = tbs.enter(TAG.explicit0);
  if (version.integer() !== 2) throw refusal('not version 3');
  version.end();
}

function readName(tbs: DerReader): Uint8Array {
  const name = tbs.element(TAG.sequence);
  checkName(name);
  return name;
}

/** RFC 5280 Section 4.1.2.8: read over, never used. */
function skipUniqueIds(tbs: DerReader): void {
  if (tbs.has(0x81)) tbs.skip(0x81);
  if (tbs.has(0x82)) tbs.skip(0x82);
}

function enterExtensions(tbs: DerReader): DerReader | undefined {
  if (tbs.isDone) return undefined;
  const wrapper = tbs.enter(TAG.explicit3);
  const list = wrapper.enter(TAG.sequence);
  wrapper.end();
  return list;
}

/** RFC 8226 Section 4: ECDSA on P-256 without parameters (RFC 5758 Section 3.2), RSA PKCS #1 v1.5 with NULL (RFC 4055 Section 5). */
function readSignatureAlgorithm(element: Uint8Array): Certificate['signatureAlgorithm'] {
  const algorithm = DerReader.over(element).enter(TAG.sequence);
  const oid = algorithm.oid();
  if (oid === ECDSA_WITH_SHA256 && algorithm.isDone) return 'ES256';
  if (oid !== SHA256_WITH_RSA || !algorithm.has(TAG.null)) return 'unsupported';
  return algorithm.content(TAG.null).length === 0 && algorithm.isDone ? 'RS256' : 'unsupported';
}

function refusal(what: string): StirError {
  return new StirError('ERR_CERTIFICATE_FORMAT', `not a certificate for STIR: ${what}`);
}
