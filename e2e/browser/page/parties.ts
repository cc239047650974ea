// What the page is told about the lab: whose keys it holds, and where the services are.

import { decodeBase64url } from '@oobleck/stir/bytes';
import { type Certificate, parseCertificate, parsePem } from '@oobleck/stir/certificate';
import { createPortableCrypto, type SigningKey } from '@oobleck/stir/crypto';

export interface PartyFiles {
  readonly chainPem: string;
  readonly keyPem: string;
  readonly number: string;
}

/** As JSON, from the test to the page. */
export interface LabDescription {
  /** Bravo's public services: CPS, token issuer, key directory. */
  readonly origin: string;
  readonly anchorPem: string;
  readonly certificateUrl: string;
  readonly caller: PartyFiles;
  readonly called: PartyFiles;
}

export interface Party {
  readonly chain: readonly Certificate[];
  readonly key: SigningKey;
  readonly number: string;
}

export const crypto = createPortableCrypto();

export const nowSeconds = (): number => Math.floor(Date.now() / 1000);

export function readParty({ chainPem, keyPem, number }: PartyFiles): Party {
  return { chain: readCertificates(chainPem), key: crypto.importSigningKey(readPem(keyPem)), number };
}

export function readCertificates(pem: string): readonly Certificate[] {
  return parsePem(pem).map(parseCertificate);
}

/** PKCS #8 between its lines. */
function readPem(text: string): Uint8Array {
  const base64 = text.replaceAll(/-----[^-]+-----|\s/g, '');
  return decodeBase64url(base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''));
}
