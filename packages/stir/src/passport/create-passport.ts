// Making PASSporTs (RFC 8225 Sections 4, 5 and 9): a signer is prepared once for a key and its certificate's address,
// with the header segments encoded beforehand; per call only the payload is built and signed.

import { encodeBase64url, encodeUtf8 } from '../bytes/index.ts';
import type { SigningKey } from '../crypto/crypto.ts';
import { formatCanonicalJson, type JsonObject } from '../json/index.ts';
import { signEncoded } from '../jws/index.ts';
import type { TelephoneNumber } from '../number/index.ts';
import type { ShakenClaims } from './shaken.ts';

export interface PassportSigner {
  readonly certificateUrl: string;
  /** A `shaken` PASSporT, full form (RFC 8588). */
  signShaken(call: PassportCall, claims: ShakenClaims): string;
  /**
   * A base PASSporT, full form. `id` becomes the `jti` claim (RFC 7519 Section 4.1.7): without it two calls in the
   * same second would have the same signed bytes, and the second would look like a replay of the first.
   */
  signBase(call: PassportCall, id: string): string;
}

export interface PassportCall {
  readonly originator: TelephoneNumber;
  readonly destinations: readonly TelephoneNumber[];
  /** Seconds since 1970. */
  readonly issuedAt: number;
}

/** @param certificateUrl the `x5u` under which relying parties find the key's certificate chain */
export function createPassportSigner(key: SigningKey, certificateUrl: string): PassportSigner {
  const header = { alg: 'ES256', typ: 'passport', x5u: certificateUrl };
  const baseHeader = encodeHeader(header);
  const shakenHeader = encodeHeader({ ...header, ppt: 'shaken' });
  return {
    certificateUrl,
    // Members stand in canonical order; nothing in them needs escaping (RFC 8225 Section 9).
    signShaken: (call, { attestation, originationId }) =>
      signEncoded(
        shakenHeader,
        `{"attest":"${attestation}","dest":${dest(call)},"iat":${call.issuedAt},"orig":{"tn":"${call.originator}"},"origid":"${originationId}"}`,
        key,
      ),
    signBase: (call, id) =>
      signEncoded(
        baseHeader,
        `{"dest":${dest(call)},"iat":${call.issuedAt},"jti":${JSON.stringify(id)},"orig":{"tn":"${call.originator}"}}`,
        key,
      ),
  };
}

/** RFC 8225 Section 5.2.1: the numbers in lexicographic order. */
function dest({ destinations }: PassportCall): string {
  if (destinations.length === 1) return `{"tn":["${destinations[0]}"]}`;
  return `{"tn":${JSON.stringify([...destinations].sort())}}`;
}

function encodeHeader(header: JsonObject): string {
  return encodeBase64url(encodeUtf8(formatCanonicalJson(header)));
}
