// The entries of a CRL (RFC 5280 Section 5.3). The certificateIssuer extension of an entry holds for it and for those after it, until
// the next (Section 5.3.3); before the first, entries belong to the issuer of the CRL. The date and the reason decide nothing: what is
// listed is revoked, on hold or for good.
//
//   certificateIssuer ::= GeneralNames      directoryName [4] Name

import { encodeHex } from '../bytes/index.ts';
import { type DerReader, formatOid, nameKey, TAG } from '../der/index.ts';
import { StirError } from '../stir-error.ts';

/** Keys of the names of issuers, by serial number in hexadecimal: hardly ever two, and for nearly all questions none. */
export interface RevokedSerials {
  readonly issuersOf: ReadonlyMap<string, readonly string[]>;
  readonly size: number;
}

const MAXIMUM_SERIAL_OCTETS = 21;
const MAXIMUM_ISSUERS = 10_000;
/** 2.5.29.29, 2.5.29.21, 2.5.29.24: the last octet. */
const CERTIFICATE_ISSUER = 29;
const REASON_CODE = 21;
const INVALIDITY_DATE = 24;
const DIRECTORY_NAME = 0xa4;

/** @throws StirError ERR_CRL_FORMAT, ERR_DER_FORMAT, ERR_CERTIFICATE_FORMAT */
export function readEntries(list: DerReader, crlIssuer: Uint8Array): RevokedSerials {
  const issuersOf = new Map<string, readonly string[]>();
  const singles = new Map<string, readonly string[]>();
  let current = only(crlIssuer, singles);
  let size = 0;
  for (; !list.isDone; size++) {
    const entry = list.enter(TAG.sequence);
    const serial = entry.integerBytes();
    if (serial.length > MAXIMUM_SERIAL_OCTETS) throw refusal('serial number too long');
    entry.skip(entry.has(TAG.utcTime) ? TAG.utcTime : TAG.generalizedTime);
    const issuer = entry.isDone ? undefined : readIssuer(entry.enter(TAG.sequence));
    entry.end();
    if (issuer !== undefined) current = only(issuer, singles);
    const key = encodeHex(serial);
    const known = issuersOf.get(key);
    issuersOf.set(key, known === undefined ? current : [...new Set([...known, ...current])]);
  }
  return { issuersOf, size };
}

/** One list for each issuer, shared by its entries. */
function only(issuer: Uint8Array, singles: Map<string, readonly string[]>): readonly string[] {
  const key = nameKey(issuer);
  const single = singles.get(key) ?? [key];
  if (singles.set(key, single).size > MAXIMUM_ISSUERS) throw refusal('too many issuers');
  return single;
}

/** RFC 5280 Section 5.3: a list with a critical entry extension that is not understood is not used. */
function readIssuer(extensions: DerReader): Uint8Array | undefined {
  let issuer: Uint8Array | undefined;
  while (!extensions.isDone) {
    const extension = extensions.enter(TAG.sequence);
    const oid = extension.oidBytes();
    const isCritical = extension.has(TAG.boolean) && extension.boolean();
    const known = oid.length === 3 && oid[0] === 0x55 && oid[1] === 0x1d ? oid[2] : undefined;
    if (known === CERTIFICATE_ISSUER) issuer = readDirectoryName(extension.enter(TAG.octetString));
    else if (isCritical && known !== REASON_CODE && known !== INVALIDITY_DATE)
      throw refusal(`critical entry extension ${formatOid(oid)}`);
    else extension.skip(TAG.octetString);
    extension.end();
  }
  return issuer;
}

/** The first name of a directory; a list whose entries belong to something else cannot be matched, and is not used. */
function readDirectoryName(value: DerReader): Uint8Array {
  const names = value.enter(TAG.sequence);
  value.end();
  while (!names.isDone) {
    if (names.has(DIRECTORY_NAME)) return names.enter(DIRECTORY_NAME).element(TAG.sequence);
    names.skip(names.tag());
  }
  throw refusal('entry of an issuer without a name');
}

function refusal(what: string): StirError {
  return new StirError('ERR_CRL_FORMAT', `not a CRL: ${what}`);
}
