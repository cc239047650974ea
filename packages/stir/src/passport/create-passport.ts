// Making PASSporTs (RFC 8225 Sections 4, 5 and 9): a signer is prepared once for a key and its certificate's address,
// with the header segments encoded beforehand; per call only the payload is built and signed.

import { encodeBase64url, encodeUtf8 } from '../bytes/index.ts';
import type { SigningKey } from '../crypto/crypto.ts';
import { formatCanonicalJson, type JsonObject } from '../json/index.ts';
import { createJwsSigner, encodeX5c, type JwsSigner } from '../jws/index.ts';
import { isTelephoneNumber, type TelephoneNumber } from '../number/index.ts';
import { StirError } from '../stir-error.ts';
import { PASSPORT_EXTENSIONS, type PassportExtension, pptOf } from './extension.ts';
import { MAXIMUM_DESTINATIONS } from './parties.ts';
import { MAXIMUM_PASSPORT_LENGTH } from './passport.ts';
import { isAttestation, isOriginationId, type ShakenClaims } from './shaken.ts';
import { formatStatement, type PassportStatement, parseStatement } from './statement.ts';

export interface PassportSigner {
  readonly certificateUrl: string;
  /** A `shaken` PASSporT, full form (RFC 8588). @throws StirError ERR_PASSPORT_FORMAT for what no PASSporT can state */
  signShaken(call: PassportCall, claims: ShakenClaims): string;
  /**
   * A base PASSporT, full form. `id` becomes the `jti` claim (RFC 7519 Section 4.1.7): without it two calls in the
   * same second would have the same signed bytes, and the second would look like a replay of the first.
   */
  signBase(call: PassportCall, id: string): string;
  /**
   * A PASSporT of any type, full form: `parsePassport` gives the statement back. Only without `id` can a compact form
   * be made of it. @throws StirError ERR_PASSPORT_FORMAT for what no PASSporT can state
   */
  sign(statement: PassportStatement): string;
}

export interface PassportCall {
  readonly originator: TelephoneNumber;
  readonly destinations: readonly TelephoneNumber[];
  /** Seconds since 1970. */
  readonly issuedAt: number;
}

export interface PassportSignerOptions {
  /** DER certificates, signer first: put into every header as `x5c` (RFC 9060 Section 7), beside `x5u`. */
  readonly chain?: readonly Uint8Array[];
}

/** @param certificateUrl the `x5u` under which relying parties find the key's certificate chain */
export function createPassportSigner(
  key: SigningKey,
  certificateUrl: string,
  { chain }: PassportSignerOptions = {},
): PassportSigner {
  const signers = createSigners(key, certificateUrl, chain);
  const signBase = signers.get('base')!;
  const signShaken = signers.get('shaken')!;
  return {
    certificateUrl,
    // Members stand in canonical order; nothing in them needs escaping (RFC 8225 Section 9).
    signShaken(call, { attestation, originationId }) {
      requireSignable(call);
      if (!isAttestation(attestation) || !isOriginationId(originationId)) throw refusal();
      return signShaken(
        `{"attest":"${attestation}","dest":${dest(call)},"iat":${call.issuedAt},"orig":{"tn":"${call.originator}"},"origid":"${originationId}"}`,
      );
    },
    signBase(call, id) {
      requireSignable(call);
      return signBase(
        `{"dest":${dest(call)},"iat":${call.issuedAt},"jti":${JSON.stringify(id)},"orig":{"tn":"${call.originator}"}}`,
      );
    },
    sign(statement) {
      const claims = formatStatement(statement);
      parseStatement(statement.extension, claims);
      const token = signers.get(statement.extension)!(formatCanonicalJson(claims));
      if (token.length > MAXIMUM_PASSPORT_LENGTH) throw refusal();
      return token;
    },
  };
}

/** The header of a type in canonical form (RFC 8225 Sections 4 and 9). */
export function formatHeader(extension: PassportExtension, certificateUrl: string, x5c?: string[]): string {
  const ppt = pptOf(extension);
  const header: JsonObject = {
    alg: 'ES256',
    ...(ppt === undefined ? {} : { ppt }),
    typ: 'passport',
    ...(x5c === undefined ? {} : { x5c }),
    x5u: certificateUrl,
  };
  return encodeBase64url(encodeUtf8(formatCanonicalJson(header)));
}

function createSigners(
  key: SigningKey,
  certificateUrl: string,
  chain: readonly Uint8Array[] | undefined,
): ReadonlyMap<PassportExtension, JwsSigner> {
  const x5c = chain === undefined ? undefined : encodeX5c(chain);
  return new Map(
    PASSPORT_EXTENSIONS.map((extension) => [
      extension,
      createJwsSigner(formatHeader(extension, certificateUrl, x5c), key),
    ]),
  );
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
  if (!isSignable) throw refusal();
}

/** RFC 8225 Section 5.2.1: the numbers in lexicographic order. */
function dest({ destinations }: PassportCall): string {
  if (destinations.length === 1) return `{"tn":["${destinations[0]}"]}`;
  return `{"tn":${JSON.stringify([...destinations].sort())}}`;
}

function refusal(): StirError {
  return new StirError('ERR_PASSPORT_FORMAT', 'not a call that a PASSporT can state');
}
