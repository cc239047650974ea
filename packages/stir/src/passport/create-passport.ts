// Making PASSporTs (RFC 8225 Sections 4, 5 and 9): a signer is prepared once for a key and its certificate's address,
// with the header segments encoded beforehand; per call only the payload is built and signed.

import { encodeBase64url, encodeUtf8 } from '../bytes/index.ts';
import type { SigningKey } from '../crypto/crypto.ts';
import { formatCanonicalJson, type JsonObject } from '../json/index.ts';
import { signEncoded } from '../jws/index.ts';
import { isTelephoneNumber, type TelephoneNumber } from '../number/index.ts';
import { StirError } from '../stir-error.ts';
import { MAXIMUM_DESTINATIONS } from './passport.ts';
import { parseShakenClaims, type ShakenClaims } from './shaken.ts';

export interface PassportSigner {
  readonly certificateUrl: string;
  /** A `shaken` PASSporT, full form (RFC 8588). @throws StirError ERR_PASSPORT_FORMAT for what no PASSporT can state */
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
    signShaken(call, { attestation, originationId }) {
      requireSignable(call);
      parseShakenClaims({ attest: attestation, origid: originationId });
      return signEncoded(
        shakenHeader,
        `{"attest":"${attestation}","dest":${dest(call)},"iat":${call.issuedAt},"orig":{"tn":"${call.originator}"},"origid":"${originationId}"}`,
        key,
      );
    },
    signBase(call, id) {
      requireSignable(call);
      return signEncoded(
        baseHeader,
        `{"dest":${dest(call)},"iat":${call.issuedAt},"jti":${JSON.stringify(id)},"orig":{"tn":"${call.originator}"}}`,
        key,
      );
    },
  };
}

/** What is put into text unescaped is looked at once more: nobody signs a PASSporT that no strict parser reads. */
function requireSignable({ originator, destinations, issuedAt }: PassportCall): void {
  const isSignable =
    Number.isSafeInteger(issuedAt) &&
    issuedAt >= 0 &&
    destinations.length > 0 &&
    destinations.length <= MAXIMUM_DESTINATIONS &&
    isTelephoneNumber(originator) &&
    destinations.every(isTelephoneNumber);
  if (!isSignable) throw new StirError('ERR_PASSPORT_FORMAT', 'not a call that a PASSporT can state');
}

/** RFC 8225 Section 5.2.1: the numbers in lexicographic order. */
function dest({ destinations }: PassportCall): string {
  if (destinations.length === 1) return `{"tn":["${destinations[0]}"]}`;
  return `{"tn":${JSON.stringify([...destinations].sort())}}`;
}

function encodeHeader(header: JsonObject): string {
  return encodeBase64url(encodeUtf8(formatCanonicalJson(header)));
}
