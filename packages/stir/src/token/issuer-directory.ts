// The issuer directory (RFC 9578 Section 4): where to ask for tokens, and the keys that sign them, first one first.
//
//   {"issuer-request-uri": "/token-request",
//    "token-keys": [{"token-type": 2, "token-key": "<base64url, padded>", "not-before": 1686913811}]}

import { isJsonObject, type Json, parseJsonObject } from '../json/index.ts';
import { StirError } from '../stir-error.ts';
import { decodePadded, encodePadded } from './private-token.ts';
import { TOKEN_TYPE } from './token-challenge.ts';
import { readingToken } from './token-format.ts';

export interface IssuerDirectory {
  /** Absolute, or relative to the directory. */
  readonly requestUri: string;
  /** Keys of type 2; those of other types are left out. */
  readonly keys: readonly IssuerKey[];
}

export interface IssuerKey {
  /** SubjectPublicKeyInfo. */
  readonly spki: Uint8Array;
  /** Seconds since 1970; not to be used earlier. */
  readonly notBefore?: number;
}

export const ISSUER_DIRECTORY_PATH = '/.well-known/private-token-issuer-directory';
export const ISSUER_DIRECTORY_TYPE = 'application/private-token-issuer-directory';

const MAXIMUM_KEYS = 32;
const MAXIMUM_URI = 2048;

/** @throws StirError ERR_TOKEN_FORMAT */
export function parseIssuerDirectory(bytes: Uint8Array): IssuerDirectory {
  return readingToken(() => {
    const { 'issuer-request-uri': requestUri, 'token-keys': keys } = parseJsonObject(bytes);
    if (typeof requestUri !== 'string' || requestUri.length > MAXIMUM_URI) throw refusal();
    if (!Array.isArray(keys) || keys.length > MAXIMUM_KEYS) throw refusal();
    return { requestUri, keys: keys.map(readKey).filter((key) => key !== undefined) };
  });
}

export function formatIssuerDirectory({ requestUri, keys }: IssuerDirectory): string {
  return JSON.stringify({
    'issuer-request-uri': requestUri,
    'token-keys': keys.map(({ spki, notBefore }) => ({
      'token-type': TOKEN_TYPE,
      'token-key': encodePadded(spki),
      ...(notBefore !== undefined && { 'not-before': notBefore }),
    })),
  });
}

function readKey(entry: Json): IssuerKey | undefined {
  if (!isJsonObject(entry)) throw refusal();
  const { 'token-type': type, 'token-key': key, 'not-before': notBefore } = entry;
  if (type !== TOKEN_TYPE) return undefined;
  if (typeof key !== 'string') throw refusal();
  if (notBefore === undefined) return { spki: decodePadded(key) };
  if (typeof notBefore !== 'number' || !Number.isSafeInteger(notBefore)) throw refusal();
  return { spki: decodePadded(key), notBefore };
}

function refusal(): StirError {
  return new StirError('ERR_TOKEN_FORMAT', 'not an issuer directory');
}
