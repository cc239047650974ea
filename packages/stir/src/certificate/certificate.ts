// An X.509 certificate, version 3 (RFC 5280 Section 4.1), as the STIR profile reads it (RFC 8226). Reading trusts nothing:
// whether a certificate counts is decided in path.ts, and whom it speaks for in authority.ts.
//
//   Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signature BIT STRING }
//   TBSCertificate ::= SEQUENCE { version [0], serialNumber, signature, issuer, validity, subject,
//     subjectPublicKeyInfo, issuerUniqueID [1], subjectUniqueID [2], extensions [3] }

import { equalBytes } from '../bytes/index.ts';
import {
  checkName,
  DerReader,
  formatName,
  parseEcdsaSignature,
  readSignatureAlgorithm,
  readTime,
  type SignatureAlgorithm,
  TAG,
} from '../der/index.ts';
import { createNumberCover, type NumberCover, type TnEntry } from '../number/index.ts';
import { StirError } from '../stir-error.ts';
import type { KeyHolder, PreparedKey } from './certificate-key.ts';
import { type CertificateExtensions, ExtensionFields } from './extensions.ts';

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
  readonly signatureAlgorithm: SignatureAlgorithm;
  /** ES256: r || s, 64 bytes; otherwise the bits as they stand. */
  readonly signature: Uint8Array;
  /** The TNAuthList prepared for questions, made at the first one; empty where there is none. */
  readonly numbers: NumberCover;
}

const MAXIMUM_BYTES = 65_536;
const MAXIMUM_SERIAL_OCTETS = 21;
const NOTHING: Uint8Array = new Uint8Array(0);

/**
 * DER of at most 65536 bytes to a certificate. The bytes are copied once: what is kept outlives and does not follow
 * the caller's buffer.
 * @throws StirError ERR_DER_FORMAT, ERR_CERTIFICATE_FORMAT, ERR_TN_AUTH_LIST_FORMAT, ERR_TN_ENTRY_FORMAT, ERR_BYTES_FORMAT
 */
export function parseCertificate(input: Uint8Array): Certificate {
  if (input.length > MAXIMUM_BYTES) throw refusal('too large');
  const certificate = new CertificateFields(new Uint8Array(input));
  certificate.read();
  return certificate;
}

/**
 * The certificate as if the lists it refers to stood in it (RFC 8226 Section 10.1): its entries are those of its own list
 * and of these, added up (RFC 9060 Section 4), and nothing is left to fetch. Every list it refers to must be given.
 */
export function withFetchedLists(
  certificate: Certificate,
  lists: readonly (readonly TnEntry[])[],
): Certificate {
  const merged = new CertificateFields(certificate.der);
  merged.read();
  merged.tnAuthList = [...(certificate.tnAuthList ?? []), ...lists.flat()];
  merged.tnListUrls = [];
  return merged;
}

/** One object of one shape, filled front to back: certificates are read on the call path. */
class CertificateFields extends ExtensionFields implements Certificate, KeyHolder {
  readonly der: Uint8Array;
  tbs = NOTHING;
  serialNumber = NOTHING;
  issuer = NOTHING;
  subject = NOTHING;
  notBefore = 0;
  notAfter = 0;
  spki = NOTHING;
  signatureAlgorithm: SignatureAlgorithm = 'unsupported';
  signature = NOTHING;
  preparedKey: PreparedKey | undefined = undefined;
  #subjectText: string | undefined;
  #numbers: NumberCover | undefined;

  constructor(der: Uint8Array) {
    super();
    this.der = der;
  }

  get subjectText(): string {
    this.#subjectText ??= formatName(this.subject);
    return this.#subjectText;
  }

  get numbers(): NumberCover {
    this.#numbers ??= createNumberCover(this.tnAuthList ?? []);
    return this.#numbers;
  }

  read(): void {
    const certificate = DerReader.only(this.der, TAG.sequence);
    this.tbs = certificate.peek(TAG.sequence);
    const tbs = certificate.enter(TAG.sequence);
    const algorithm = certificate.peek(TAG.sequence);
    this.signatureAlgorithm = readSignatureAlgorithm(certificate.enter(TAG.sequence));
    const { bits, unused } = certificate.bitString();
    certificate.end();
    if (unused !== 0) throw refusal('signature of broken octets');
    this.signature = this.signatureAlgorithm === 'ES256' ? parseEcdsaSignature(bits) : bits;
    this.#readTbs(tbs, algorithm);
  }

  #readTbs(tbs: DerReader, outerAlgorithm: Uint8Array): void {
    readVersion(tbs);
    this.serialNumber = tbs.integerBytes();
    if (this.serialNumber.length > MAXIMUM_SERIAL_OCTETS) throw refusal('serial number too long');
    // RFC 5280 Section 4.1.1.2: the algorithm named inside the signature is the one outside
    if (!equalBytes(tbs.element(TAG.sequence), outerAlgorithm)) throw refusal('two signature algorithms');
    this.issuer = readName(tbs);
    const validity = tbs.enter(TAG.sequence);
    this.notBefore = readTime(validity);
    this.notAfter = readTime(validity);
    validity.end();
    this.subject = readName(tbs);
    this.spki = tbs.element(TAG.sequence);
    skipUniqueIds(tbs);
    if (!tbs.isDone) this.readExtensions(enterExtensions(tbs));
    tbs.end();
  }
}

function readVersion(tbs: DerReader): void {
  if (!tbs.has(TAG.explicit0)) throw refusal('not version 3');
  const version = tbs.enter(TAG.explicit0);
  if (version.integer() !== 2) throw refusal('not version 3');
  version.end();
}

function readName(tbs: DerReader): Uint8Array {
  const name = tbs.peek(TAG.sequence);
  checkName(tbs.enter(TAG.sequence));
  return name;
}

/** RFC 5280 Section 4.1.2.8: read over, never used. */
function skipUniqueIds(tbs: DerReader): void {
  if (tbs.has(0x81)) tbs.skip(0x81);
  if (tbs.has(0x82)) tbs.skip(0x82);
}

function enterExtensions(tbs: DerReader): DerReader {
  const wrapper = tbs.enter(TAG.explicit3);
  const list = wrapper.enter(TAG.sequence);
  wrapper.end();
  return list;
}

function refusal(what: string): StirError {
  return new StirError('ERR_CERTIFICATE_FORMAT', `not a certificate for STIR: ${what}`);
}
