// The header of a PASSporT (RFC 8225 Section 4): its type, and where its signer's certificate is. A signer's header is
// the same in all its PASSporTs, so headers that were read are kept a while: what is given for one again is what the
// strict reader gave the first time. Only headers that hold to every rule are kept, and none of what a call says.

import { encodeBase64urlText } from '../bytes/index.ts';
import type { JsonObject } from '../json/index.ts';
import { decodeJwsSegment, decodeX5c, parseJwsObject } from '../jws/index.ts';
import { StirError } from '../stir-error.ts';
import { MAXIMUM_URI } from '../uri/index.ts';
import { extensionOf, type PassportExtension } from './extension.ts';

export interface PassportHeader {
  readonly extension: PassportExtension;
  /** `x5u`. */
  readonly certificateUrl: string;
  /** DER certificates of `x5c`, signer first, where it is there. */
  readonly chain?: readonly Uint8Array[];
}

/** A URI that can stand between the angle brackets of `info` and ends no header field. */
const BRACKETABLE_URI = /^[a-z][a-z0-9+.-]*:[!#-;=?-~]+$/i;

/** However many strangers send: the oldest is given up for another, and costs its next PASSporT a microsecond. */
export const KEPT_HEADERS = 512;
/** Letters of a segment that is kept; those with certificates inside are longer. */
const KEPT_LETTERS = 1_024;
const kept = new Map<string, PassportHeader>();

/**
 * The first segment of a full form.
 * @throws StirError ERR_JWS_FORMAT, ERR_PASSPORT_FORMAT, ERR_PASSPORT_UNSUPPORTED
 */
export function readHeader(segment: string, maximumLetters: number): PassportHeader {
  return kept.get(segment) ?? readAnew(segment, maximumLetters);
}

function readAnew(segment: string, maximumLetters: number): PassportHeader {
  const text = decodeJwsSegment(segment);
  const header = parseHeader(parseJwsObject(text, maximumLetters));
  if (header.chain !== undefined || segment.length > KEPT_LETTERS) return header;
  if (kept.size >= KEPT_HEADERS) kept.delete(kept.keys().next().value!);
  // Encoded anew it is the same text, but no part of the token, which would be kept with it.
  kept.set(encodeBase64urlText(text), header);
  return header;
}

/**
 * RFC 8225 Sections 4.1, 4.2 and 4.3: `typ`, `alg` and `x5u`; `ppt` where an extension is meant; a `crit` header is
 * understood by nobody here.
 */
function parseHeader(header: JsonObject): PassportHeader {
  const { typ, alg, x5u, ppt, crit, x5c } = header;
  if (typ !== 'passport') throw refusal('typ is not passport');
  if (alg !== 'ES256') throw refusal('alg is not ES256');
  if (!isCertificateUrl(x5u)) throw refusal('x5u is not a URL');
  if (crit !== undefined) throw refusal('crit is not supported');
  const extension = extensionOf(ppt);
  if (extension === undefined) throw new StirError('ERR_PASSPORT_UNSUPPORTED', 'ppt is not supported');
  const read = { extension, certificateUrl: x5u };
  return x5c === undefined ? read : { ...read, chain: parseChain(header) };
}

function isCertificateUrl(x5u: unknown): x5u is string {
  return typeof x5u === 'string' && x5u.length <= MAXIMUM_URI && BRACKETABLE_URI.test(x5u);
}

function parseChain(header: JsonObject): readonly Uint8Array[] {
  try {
    return decodeX5c(header);
  } catch (cause) {
    throw new StirError('ERR_PASSPORT_FORMAT', 'x5c is not a list of certificates', { cause });
  }
}

function refusal(message: string): StirError {
  return new StirError('ERR_PASSPORT_FORMAT', message);
}
