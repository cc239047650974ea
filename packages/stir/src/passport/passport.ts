// PASSporT: the signed statement of who calls whom and when (RFC 8225), as a value. Full form only (compact forms are
// expanded first); strict, because what is forgiven here could be read in two ways elsewhere. Whether it may be
// believed is decided in verdict/.

import { encodeUtf8 } from '../bytes/index.ts';
import type { JsonObject } from '../json/index.ts';
import { decodeJwsSegment, type JwsSegments, parseJwsObject, splitCompactJws } from '../jws/index.ts';
import { StirError } from '../stir-error.ts';
import { parseExactShaken } from './exact-shaken.ts';
import { type PassportHeader, readHeader } from './passport-header.ts';
import { type PassportStatement, parseStatement } from './statement.ts';

export interface Passport extends PassportStatement {
  /** The token itself, full form. */
  readonly token: string;
  /** Where the signer's certificate is (`x5u`). */
  readonly certificateUrl: string;
  /** DER certificates of `x5c`, signer first, where the header has it (RFC 9060 Section 7). */
  readonly chain?: readonly Uint8Array[];
  readonly claims: JsonObject;
  readonly signingInput: Uint8Array;
  /** r || s, 64 bytes. */
  readonly signature: Uint8Array;
}

export const MAXIMUM_PASSPORT_LENGTH = 16_384;

/**
 * Full-form text to a PASSporT. The signature is not checked.
 * @throws StirError ERR_PASSPORT_FORMAT for what RFC 8225 or the extension does not allow, ERR_PASSPORT_UNSUPPORTED for
 * a `ppt` that is not supported, which MUST fail (RFC 8225 Section 8.1)
 */
export function parsePassport(token: string): Passport {
  const { header, payload, signed, signature } = reading(splitToken, token);
  const { statement, claims, read } = readSegments(header, payload);
  const { certificateUrl, chain } = read;
  const signingInput = encodeUtf8(signed);
  const passport = { ...statement, token, certificateUrl, claims, signingInput, signature };
  return chain === undefined ? passport : { ...passport, chain };
}

/** What a PASSporT says, by the rules of `parsePassport`, for whoever leaves its signature to others. @throws as `parsePassport` */
export function parsePassportStatement(token: string): PassportStatement {
  const { header, payload } = reading(splitToken, token);
  return readSegments(header, payload).statement;
}

interface ReadSegments {
  readonly read: PassportHeader;
  readonly statement: PassportStatement;
  readonly claims: JsonObject;
}

/** A malformed payload is named before an unsupported type. */
function readSegments(header: string, payload: string): ReadSegments {
  const text = reading(decodeJwsSegment, payload);
  const exact = parseExactShaken(text);
  const claims = exact === undefined ? reading(parseClaims, text) : exact.claims;
  const read = reading(readPassportHeader, header);
  const { extension } = read;
  const isExact = exact !== undefined && extension === 'shaken';
  return { read, statement: isExact ? exact.statement : parseStatement(extension, claims), claims };
}

function splitToken(token: string): JwsSegments {
  return splitCompactJws(token, MAXIMUM_PASSPORT_LENGTH);
}

function parseClaims(text: string): JsonObject {
  return parseJwsObject(text, MAXIMUM_PASSPORT_LENGTH);
}

function readPassportHeader(segment: string): PassportHeader {
  return readHeader(segment, MAXIMUM_PASSPORT_LENGTH);
}

function reading<T>(read: (text: string) => T, text: string): T {
  try {
    return read(text);
  } catch (cause) {
    if (!(cause instanceof StirError) || cause.code !== 'ERR_JWS_FORMAT') throw cause;
    throw new StirError('ERR_PASSPORT_FORMAT', 'PASSporT is not a full-form JWS', { cause });
  }
}
