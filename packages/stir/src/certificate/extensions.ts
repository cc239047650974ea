// The certificate extensions that STIR looks at: who may issue (RFC 5280 Sections 4.2.1.1 to 4.2.1.3, 4.2.1.9), which
// numbers (RFC 8226 Section 9), and whether claims are constrained (RFC 8226 Section 8, RFC 9118 Section 4).
//
//   Extension ::= SEQUENCE { extnID OBJECT IDENTIFIER, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }
//
// Whatever is critical and not enforced here is listed by its identifier, and a path with it is refused.

import type { TnEntry } from '../number/index.ts';
import { StirError } from '../stir-error.ts';
import { type ClaimConstraints, type ConstraintsForm, parseClaimConstraints } from './claim-constraints.ts';
import { DerReader, TAG } from './der.ts';
import { parseTnAuthList } from './tn-auth-list.ts';

export interface BasicConstraints {
  readonly isCa: boolean;
  /** How many CA certificates may follow below. */
  readonly pathLength?: number;
}

export interface KeyUsage {
  readonly digitalSignature: boolean;
  readonly certificateSigning: boolean;
  readonly crlSigning: boolean;
}

export interface CertificateExtensions {
  readonly basicConstraints: BasicConstraints | undefined;
  readonly keyUsage: KeyUsage | undefined;
  readonly subjectKeyId: Uint8Array | undefined;
  readonly authorityKeyId: Uint8Array | undefined;
  readonly tnAuthList: readonly TnEntry[] | undefined;
  readonly tnAuthListDer: Uint8Array | undefined;
  /** What its PASSporTs must and must not say; for end-entity certificates only. */
  readonly claimConstraints: ClaimConstraints | undefined;
  /** Whether there are `claimConstraints`. */
  readonly hasClaimConstraints: boolean;
  readonly unknownCriticalExtensions: readonly string[];
}

type Found = { -readonly [Name in keyof CertificateExtensions]: CertificateExtensions[Name] };

const MAXIMUM_EXTENSIONS = 64;
const CLAIM_CONSTRAINTS = '1.3.6.1.5.5.7.1.27';
const ENHANCED_CLAIM_CONSTRAINTS = '1.3.6.1.5.5.7.1.33';
/** RFC 5280 Section 6.1.1: any policy is acceptable and none is required, so the extension decides nothing. */
const CERTIFICATE_POLICIES = '2.5.29.32';

const READERS = new Map<string, (value: Uint8Array, found: Found) => void>([
  ['2.5.29.14', readSubjectKeyId],
  ['2.5.29.15', readKeyUsage],
  ['2.5.29.19', readBasicConstraints],
  ['2.5.29.35', readAuthorityKeyId],
  ['1.3.6.1.5.5.7.1.26', readTnAuthList],
  [CLAIM_CONSTRAINTS, (value, found) => readClaimConstraints(value, found, 'plain')],
  [ENHANCED_CLAIM_CONSTRAINTS, (value, found) => readClaimConstraints(value, found, 'enhanced')],
]);

/**
 * Reads `SEQUENCE OF Extension`, or nothing where a certificate has none.
 * @throws StirError ERR_DER_FORMAT, ERR_CERTIFICATE_FORMAT (RFC 5280 Section 4.2: no extension twice), or the TNAuthList's
 */
export function readExtensions(list: DerReader | undefined): CertificateExtensions {
  const unknown: string[] = [];
  const found = emptyExtensions(unknown);
  if (list === undefined) return found;
  const seen = new Set<string>();
  if (list.isDone) throw refusal('empty list of extensions');
  while (!list.isDone) {
    const extension = list.enter(TAG.sequence);
    const oid = extension.oid();
    if (seen.has(oid)) throw refusal('extension twice');
    if (seen.add(oid).size > MAXIMUM_EXTENSIONS) throw refusal('too many extensions');
    const isCritical = readDefaultFalse(extension);
    const value = extension.content(TAG.octetString);
    extension.end();
    if (!understand(oid, value, found) && isCritical) unknown.push(oid);
  }
  // RFC 9118 Section 6: one certificate has one of the two extensions at most
  if (seen.has(CLAIM_CONSTRAINTS) && seen.has(ENHANCED_CLAIM_CONSTRAINTS))
    throw refusal('both extensions for claim constraints');
  return found;
}

function emptyExtensions(unknownCriticalExtensions: readonly string[]): Found {
  return {
    basicConstraints: undefined,
    keyUsage: undefined,
    subjectKeyId: undefined,
    authorityKeyId: undefined,
    tnAuthList: undefined,
    tnAuthListDer: undefined,
    claimConstraints: undefined,
    hasClaimConstraints: false,
    unknownCriticalExtensions,
  };
}

/** False for what is not enforced here. */
function understand(oid: string, value: Uint8Array, found: Found): boolean {
  const read = READERS.get(oid);
  if (read !== undefined) read(value, found);
  return read !== undefined || oid === CERTIFICATE_POLICIES;
}

/** DER leaves FALSE out; many authorities write it, and as it means the same it is let pass. */
function readDefaultFalse(reader: DerReader): boolean {
  return reader.has(TAG.boolean) && reader.boolean();
}

function readSubjectKeyId(value: Uint8Array, found: Found): void {
  const outer = DerReader.over(value);
  found.subjectKeyId = outer.content(TAG.octetString);
  outer.end();
}

/** `SEQUENCE { keyIdentifier [0] IMPLICIT OCTET STRING OPTIONAL, ... }`; issuer and serial number are not used. */
function readAuthorityKeyId(value: Uint8Array, found: Found): void {
  const outer = DerReader.over(value);
  const inner = outer.enter(TAG.sequence);
  outer.end();
  if (inner.has(0x80)) found.authorityKeyId = inner.content(0x80);
  if (inner.has(0xa1)) inner.skip(0xa1);
  if (inner.has(0x82)) inner.skip(0x82);
  inner.end();
}

/** Bit 0 is the highest of the first octet (RFC 5280 Section 4.2.1.3); at least one bit is set. */
function readKeyUsage(value: Uint8Array, found: Found): void {
  const outer = DerReader.over(value);
  const { bits } = outer.bitString();
  outer.end();
  const first = bits[0] ?? 0;
  if (bits.length > 2 || (first | (bits[1] ?? 0)) === 0) throw refusal('not a key usage');
  found.keyUsage = {
    digitalSignature: (first & 0x80) !== 0,
    certificateSigning: (first & 0x04) !== 0,
    crlSigning: (first & 0x02) !== 0,
  };
}

/** `SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER OPTIONAL }`, the latter with cA only. */
function readBasicConstraints(value: Uint8Array, found: Found): void {
  const outer = DerReader.over(value);
  const inner = outer.enter(TAG.sequence);
  outer.end();
  const isCa = readDefaultFalse(inner);
  const pathLength = inner.isDone ? undefined : inner.integer();
  inner.end();
  if (pathLength !== undefined && !isCa) throw refusal('path length without cA');
  found.basicConstraints = pathLength === undefined ? { isCa } : { isCa, pathLength };
}

function readTnAuthList(value: Uint8Array, found: Found): void {
  found.tnAuthList = parseTnAuthList(value);
  found.tnAuthListDer = value;
}

function readClaimConstraints(value: Uint8Array, found: Found, form: ConstraintsForm): void {
  found.claimConstraints = parseClaimConstraints(value, form);
  found.hasClaimConstraints = found.claimConstraints !== undefined;
}

function refusal(what: string): StirError {
  return new StirError('ERR_CERTIFICATE_FORMAT', `not a certificate for STIR: ${what}`);
}
