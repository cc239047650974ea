// A certificate revocation list, version 2 (RFC 5280 Section 5), direct or indirect: STI-PA publishes one list for all authorities,
// in which each entry belongs to the issuer named last (Section 5.3.3). Reading trusts nothing; see judge-crl.ts.
//
//   CertificateList ::= SEQUENCE { tbsCertList, signatureAlgorithm, signatureValue BIT STRING }
//   TBSCertList ::= SEQUENCE { version INTEGER, signature, issuer Name, thisUpdate Time, nextUpdate Time,
//     revokedCertificates SEQUENCE OF SEQUENCE { userCertificate INTEGER, revocationDate Time, crlEntryExtensions OPTIONAL } OPTIONAL,
//     crlExtensions [0] EXPLICIT OPTIONAL }

import { decodeUtf8, encodeHex, equalBytes } from '../bytes/index.ts';
import type { Certificate } from '../certificate/index.ts';
import {
  checkName,
  DerReader,
  nameKey,
  parseEcdsaSignature,
  parsePemBlocks,
  readSignatureAlgorithm,
  readTime,
  type SignatureAlgorithm,
  TAG,
} from '../der/index.ts';
import { StirError } from '../stir-error.ts';
import { type RevokedSerials, readEntries } from './crl-entries.ts';
import { readCrlExtensions } from './crl-extensions.ts';

export interface Crl {
  /** What the issuer signed. */
  readonly tbs: Uint8Array;
  readonly signatureAlgorithm: SignatureAlgorithm;
  /** ES256: r || s, 64 bytes; otherwise the bits as they stand. */
  readonly signature: Uint8Array;
  /** DER Name. */
  readonly issuer: Uint8Array;
  /** Unix seconds. */
  readonly thisUpdate: number;
  /** Unix seconds, inclusive. */
  readonly nextUpdate: number;
  readonly authorityKeyId: Uint8Array | undefined;
  /** How many entries it has. */
  readonly size: number;
  /** Whether it names the certificate, by issuer and serial number; a serial number alone says nothing. */
  has(certificate: Pick<Certificate, 'issuer' | 'serialNumber'>): boolean;
}

/** Three octets of length reach no further. */
const MAXIMUM_BYTES = 16_777_215;
const MAXIMUM_TEXT = 24_000_000;
const SEQUENCE_OCTET = 0x30;

/**
 * PEM or DER of at most 16 MiB.
 * @throws StirError ERR_CRL_FORMAT, ERR_DER_FORMAT, ERR_PEM_FORMAT, ERR_CERTIFICATE_FORMAT, ERR_BYTES_FORMAT
 */
export function parseCrl(input: Uint8Array): Crl {
  const der = input[0] === SEQUENCE_OCTET ? new Uint8Array(input) : fromPem(input);
  if (der.length > MAXIMUM_BYTES) throw refusal('too large');
  const list = DerReader.only(der, TAG.sequence, MAXIMUM_BYTES);
  const tbs = list.peek(TAG.sequence);
  const inner = list.enter(TAG.sequence);
  const algorithm = list.peek(TAG.sequence);
  const signatureAlgorithm = readSignatureAlgorithm(list.enter(TAG.sequence));
  const { bits, unused } = list.bitString();
  list.end();
  if (unused !== 0) throw refusal('signature of broken octets');
  const signature = signatureAlgorithm === 'ES256' ? parseEcdsaSignature(bits) : bits;
  return { tbs, signatureAlgorithm, signature, ...readTbs(inner, algorithm) };
}

function fromPem(input: Uint8Array): Uint8Array {
  if (input.length > MAXIMUM_TEXT) throw refusal('too large');
  const limits = { label: 'X509 CRL', maximumText: MAXIMUM_TEXT, maximumBlocks: 1 } as const;
  return parsePemBlocks(decodeUtf8(input), limits)[0]!;
}

function readTbs(tbs: DerReader, outerAlgorithm: Uint8Array) {
  if (!tbs.has(TAG.integer) || tbs.integer() !== 1) throw refusal('not version 2');
  // RFC 5280 Section 5.1.1.2: the algorithm named inside the signature is the one outside
  if (!equalBytes(tbs.element(TAG.sequence), outerAlgorithm)) throw refusal('two signature algorithms');
  const issuer = tbs.peek(TAG.sequence);
  checkName(tbs.enter(TAG.sequence));
  const thisUpdate = readTime(tbs);
  // RFC 5280 Section 5.1.2.5: there is a next update, so that an old list can be told from a new one
  if (!tbs.has(TAG.utcTime) && !tbs.has(TAG.generalizedTime)) throw refusal('no next update');
  const nextUpdate = readTime(tbs);
  const revoked = tbs.has(TAG.sequence) ? readEntries(tbs.enter(TAG.sequence), issuer) : NOBODY;
  const { authorityKeyId } = readCrlExtensions(tbs);
  tbs.end();
  return { issuer, thisUpdate, nextUpdate, authorityKeyId, size: revoked.size, has: lookupIn(revoked) };
}

const NOBODY: RevokedSerials = { issuersOf: new Map(), size: 0 };

function lookupIn({ issuersOf }: RevokedSerials): Crl['has'] {
  return ({ issuer, serialNumber }) =>
    issuersOf.get(encodeHex(serialNumber))?.includes(nameKey(issuer)) === true;
}

function refusal(what: string): StirError {
  return new StirError('ERR_CRL_FORMAT', `not a CRL: ${what}`);
}
