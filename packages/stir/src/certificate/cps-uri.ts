// The extension that names the Call Placement Services of a certificate's holder (draft-sliwa-stir-pps-ext-00, before it
// draft-sliwa-stir-cert-cps-ext-01): V-07. Its identifier is not assigned yet, so it is a matter of configuration.
//
//   PPSURIs ::= SEQUENCE SIZE (1..MAX) OF IA5String      absolute https URIs, each the root of an API

import { decodeAscii } from '../bytes/index.ts';
import { DerReader, TAG } from '../der/index.ts';
import { StirError } from '../stir-error.ts';
import type { Certificate } from './certificate.ts';
import { listExtensions } from './extensions.ts';

const MAXIMUM_URIS = 16;
const MAXIMUM_LENGTH = 2048;
const HTTPS = /^https:\/\/[A-Za-z0-9.\-[\]:]+(?:\/[!-"$-~]*)?$/i;

/**
 * The URIs in the certificate, `undefined` where it does not have the extension.
 * @param oid dotted identifier of the extension
 * @throws StirError ERR_CERTIFICATE_FORMAT, ERR_DER_FORMAT or ERR_BYTES_FORMAT: such a certificate is to be treated as invalid
 */
export function cpsUrisOf(certificate: Certificate, oid: string): string[] | undefined {
  if (!certificate.otherExtensions.includes(oid)) return undefined;
  const extension = listExtensions(certificate).find((one) => one.oid === oid)!;
  if (certificate.basicConstraints?.isCa === true) throw refusal('CPS URIs of an authority');
  const list = DerReader.only(extension.value, TAG.sequence);
  const uris: string[] = [];
  while (!list.isDone) {
    if (uris.length === MAXIMUM_URIS) throw refusal('too many CPS URIs');
    uris.push(readUri(list));
  }
  if (uris.length === 0) throw refusal('empty list of CPS URIs');
  return uris;
}

/** Whether the extension is there and not as it must be: one value that is not https spoils the certificate. */
export function hasBadCpsUri(certificate: Certificate, oid: string): boolean {
  try {
    cpsUrisOf(certificate, oid);
    return false;
  } catch (error) {
    if (error instanceof StirError) return true;
    throw error;
  }
}

function readUri(list: DerReader): string {
  const octets = list.content(TAG.ia5String);
  const uri = octets.length > MAXIMUM_LENGTH ? '' : decodeAscii(octets);
  if (!HTTPS.test(uri)) throw refusal('CPS URI that is not https');
  return uri;
}

function refusal(what: string): StirError {
  return new StirError('ERR_CERTIFICATE_FORMAT', `not a certificate for STIR: ${what}`);
}
