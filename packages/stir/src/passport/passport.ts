// PASSporT: the signed statement of who calls whom and when (RFC 8225), as a value. Full form only (compact forms are
// expanded first); strict, because what is forgiven here could be read in two ways elsewhere. Whether it may be
// believed is decided in verdict/.

import type { JsonObject } from '../json/index.ts';
import { type CompactJws, decodeX5c, parseCompactJws } from '../jws/index.ts';
import { StirError } from '../stir-error.ts';
import { MAXIMUM_URI } from '../uri/index.ts';
import { extensionOf, type PassportExtension } from './extension.ts';
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
/** A URI that can stand between the angle brackets of `info` and ends no header field. */
const BRACKETABLE_URI = /^[a-z][a-z0-9+.-]*:[!#-;=?-~]+$/i;

/**
 * Full-form text to a PASSporT. The signature is not checked.
 * @throws StirError ERR_PASSPORT_FORMAT for what RFC 8225 or the extension does not allow, ERR_PASSPORT_UNSUPPORTED for
 * a `ppt` that is not supported, which MUST fail (RFC 8225 Section 8.1)
 */
export function parsePassport(token: string): Passport {
  const { header, payload, signingInput, signature } = parseJws(token);
  const extension = parseHeader(header);
  const passport = {
    ...parseStatement(extension, payload),
    token,
    certificateUrl: header.x5u as string,
    claims: payload,
    signingInput,
    signature,
  };
  return header.x5c === undefined ? passport : { ...passport, chain: parseChain(header) };
}

function parseJws(token: string): CompactJws {
  try {
    return parseCompactJws(token, MAXIMUM_PASSPORT_LENGTH);
  } catch (cause) {
    throw new StirError('ERR_PASSPORT_FORMAT', 'PASSporT is not a full-form JWS', { cause });
  }
}

/**
 * RFC 8225 Sections 4.1, 4.2 and 4.3: `typ`, `alg` and `x5u`; `ppt` where an extension is meant; a `crit` header is
 * understood by nobody here.
 */
function parseHeader({ typ, alg, x5u, ppt, crit }: JsonObject): PassportExtension {
  if (typ !== 'passport') throw refusal('typ is not passport');
  if (alg !== 'ES256') throw refusal('alg is not ES256');
  if (!isCertificateUrl(x5u)) throw refusal('x5u is not a URL');
  if (crit !== undefined) throw refusal('crit is not supported');
  const extension = extensionOf(ppt);
  if (extension === undefined) throw new StirError('ERR_PASSPORT_UNSUPPORTED', 'ppt is not supported');
  return extension;
}

function isCertificateUrl(x5u: unknown): boolean {
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
