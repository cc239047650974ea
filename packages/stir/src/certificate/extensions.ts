// The certificate extensions that STIR looks at: who may issue (RFC 5280 Sections 4.2.1.1 to 4.2.1.3, 4.2.1.9), what for
// (Section 4.2.1.12), which numbers (RFC 8226 Sections 9 and 10.1), which claims (RFC 8226 Section 8, RFC 9118 Section 3).
//
//   Extension ::= SEQUENCE { extnID OBJECT IDENTIFIER, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }
//
// Whatever limits a path and is not enforced here is listed by its identifier, and a path with it is refused: everything
// critical that is not known, and name and policy constraints, critical or not.

import { DerReader, type Extension, formatOid, readExtensionList, TAG } from '../der/index.ts';
import type { TnEntry } from '../number/index.ts';
import { StirError } from '../stir-error.ts';
import { type ClaimConstraints, parseClaimConstraints } from './claim-constraints.ts';
import { EXTENSION, extensionNumber } from './extension-number.ts';
import { parseTnAuthList } from './tn-auth-list.ts';
import { parseTnListUrls } from './tn-list-url.ts';

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
  /** Object identifiers; `undefined` where every purpose is allowed. */
  readonly extendedKeyUsage: readonly string[] | undefined;
  readonly subjectKeyId: Uint8Array | undefined;
  readonly authorityKeyId: Uint8Array | undefined;
  readonly tnAuthList: readonly TnEntry[] | undefined;
  /** The list that stands in the certificate, whatever was added to `tnAuthList` from elsewhere. */
  readonly tnAuthListDer: Uint8Array | undefined;
  /** Where more of the list is to be fetched from (RFC 8226 Section 10.1): https URLs, in `tnAuthList` only once merged. */
  readonly tnListUrls: readonly string[];
  /** What its PASSporTs must and must not say; for end-entity certificates only. */
  readonly claimConstraints: ClaimConstraints | undefined;
  /** Whether there are `claimConstraints`. */
  readonly hasClaimConstraints: boolean;
  /** Object identifiers of what limits a path and is not enforced here. */
  readonly unenforcedExtensions: readonly string[];
  /** Object identifiers of those that are not looked at. */
  readonly otherExtensions: readonly string[];
  /** The whole list, DER; see `listExtensions`. */
  readonly extensionsDer: Uint8Array | undefined;
}

const MAXIMUM_EXTENSIONS = 64;
const NONE: readonly never[] = [];

/** What a certificate is filled with as its extensions are read. */
export class ExtensionFields implements CertificateExtensions {
  basicConstraints: BasicConstraints | undefined = undefined;
  keyUsage: KeyUsage | undefined = undefined;
  extendedKeyUsage: readonly string[] | undefined = undefined;
  subjectKeyId: Uint8Array | undefined = undefined;
  authorityKeyId: Uint8Array | undefined = undefined;
  tnAuthList: readonly TnEntry[] | undefined = undefined;
  tnAuthListDer: Uint8Array | undefined = undefined;
  tnListUrls: readonly string[] = NONE;
  claimConstraints: ClaimConstraints | undefined = undefined;
  unenforcedExtensions: readonly string[] = NONE;
  otherExtensions: readonly string[] = NONE;
  extensionsDer: Uint8Array | undefined = undefined;

  get hasClaimConstraints(): boolean {
    return this.claimConstraints !== undefined;
  }

  /**
   * Reads the content of `SEQUENCE OF Extension`.
   * @throws StirError ERR_DER_FORMAT, ERR_CERTIFICATE_FORMAT (RFC 5280 Section 4.2: no extension twice), or the TNAuthList's
   */
  readExtensions(list: DerReader): void {
    if (list.isDone) throw refusal('empty list of extensions');
    this.extensionsDer = list.rest();
    const seen: (number | string)[] = [];
    while (!list.isDone) {
      const extension = list.enter(TAG.sequence);
      const oid = extension.oidBytes();
      const known = extensionNumber(oid);
      const key = known ?? formatOid(oid);
      if (seen.includes(key)) throw refusal('extension twice');
      if (seen.push(key) > MAXIMUM_EXTENSIONS) throw refusal('too many extensions');
      const isCritical = extension.has(TAG.boolean) && extension.boolean();
      const isEnforced = known !== undefined && this.#read(known, extension);
      if (known === undefined) extension.skip(TAG.octetString);
      extension.end();
      if (!isEnforced && (isCritical || isConstraint(known)))
        this.unenforcedExtensions = [...this.unenforcedExtensions, formatOid(oid)];
    }
    this.otherExtensions = seen.filter((key) => typeof key === 'string');
    // RFC 9118 Section 6: one certificate has one of the two extensions at most
    if (seen.includes(EXTENSION.claimConstraints) && seen.includes(EXTENSION.enhancedClaimConstraints))
      throw refusal('both extensions for claim constraints');
  }

  /** False for what is not enforced here. */
  #read(known: number, extension: DerReader): boolean {
    switch (known) {
      case EXTENSION.tnAuthList:
        this.tnAuthListDer = extension.content(TAG.octetString);
        this.tnAuthList = parseTnAuthList(this.tnAuthListDer);
        return true;
      case EXTENSION.claimConstraints:
        this.claimConstraints = parseClaimConstraints(extension.content(TAG.octetString), 'plain');
        return true;
      case EXTENSION.enhancedClaimConstraints:
        this.claimConstraints = parseClaimConstraints(extension.content(TAG.octetString), 'enhanced');
        return true;
      default:
        return this.#readCommon(known, extension.enter(TAG.octetString));
    }
  }

  /** Those of RFC 5280. */
  #readCommon(known: number, value: DerReader): boolean {
    switch (known) {
      case EXTENSION.subjectKeyId:
        this.subjectKeyId = value.content(TAG.octetString);
        break;
      case EXTENSION.authorityKeyId:
        this.authorityKeyId = readAuthorityKeyId(value.enter(TAG.sequence));
        break;
      case EXTENSION.keyUsage:
        this.keyUsage = readKeyUsage(value);
        break;
      case EXTENSION.basicConstraints:
        this.basicConstraints = readBasicConstraints(value.enter(TAG.sequence));
        break;
      case EXTENSION.extendedKeyUsage:
        this.extendedKeyUsage = readExtendedKeyUsage(value.enter(TAG.sequence));
        break;
      case EXTENSION.authorityInformation:
        this.tnListUrls = parseTnListUrls(value.enter(TAG.sequence));
        break;
      default:
        return decidesNothing(known);
    }
    value.end();
    return true;
  }
}

/**
 * Every extension as it stands, in their order, for those who look at more than a path needs: the lint, inspection, and
 * extensions whose identifier is a matter of configuration.
 */
export function listExtensions({ extensionsDer }: Pick<CertificateExtensions, 'extensionsDer'>): Extension[] {
  return extensionsDer === undefined ? [] : readExtensionList(DerReader.over(extensionsDer));
}

/**
 * RFC 5280 Section 6.1.1: any policy is acceptable and none is required, so policies, their mapping and the ban on the policy
 * "any" decide nothing.
 */
function decidesNothing(known: number | undefined): boolean {
  return (
    known === EXTENSION.policies || known === EXTENSION.policyMappings || known === EXTENSION.inhibitAnyPolicy
  );
}

/** RFC 5280 Sections 4.2.1.10 and 4.2.1.11: both narrow what stands below, whether marked critical, as they must be, or not. */
function isConstraint(known: number | undefined): boolean {
  return known === EXTENSION.nameConstraints || known === EXTENSION.policyConstraints;
}

/** `SEQUENCE { keyIdentifier [0] IMPLICIT OCTET STRING OPTIONAL, ... }`; issuer and serial number are not used. */
function readAuthorityKeyId(inner: DerReader): Uint8Array | undefined {
  const keyId = inner.has(0x80) ? inner.content(0x80) : undefined;
  if (inner.has(0xa1)) inner.skip(0xa1);
  if (inner.has(0x82)) inner.skip(0x82);
  inner.end();
  return keyId;
}

/** Bit 0 is the highest of the first octet (RFC 5280 Section 4.2.1.3); at least one bit is set. */
function readKeyUsage(value: DerReader): KeyUsage {
  const { bits } = value.bitString();
  const first = bits[0] ?? 0;
  if (bits.length > 2 || (first | (bits[1] ?? 0)) === 0) throw refusal('not a key usage');
  return {
    digitalSignature: (first & 0x80) !== 0,
    certificateSigning: (first & 0x04) !== 0,
    crlSigning: (first & 0x02) !== 0,
  };
}

/** `SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER OPTIONAL }`, the latter with cA only. FALSE may be written out. */
function readBasicConstraints(inner: DerReader): BasicConstraints {
  const isCa = inner.has(TAG.boolean) && inner.boolean();
  const pathLength = inner.isDone ? undefined : inner.integer();
  inner.end();
  if (pathLength !== undefined && !isCa) throw refusal('path length without cA');
  return pathLength === undefined ? { isCa } : { isCa, pathLength };
}

/** `SEQUENCE SIZE (1..MAX) OF OBJECT IDENTIFIER` */
function readExtendedKeyUsage(inner: DerReader): string[] {
  const purposes: string[] = [];
  while (!inner.isDone) purposes.push(inner.oid());
  if (purposes.length === 0) throw refusal('empty extended key usage');
  return purposes;
}

function refusal(what: string): StirError {
  return new StirError('ERR_CERTIFICATE_FORMAT', `not a certificate for STIR: ${what}`);
}
