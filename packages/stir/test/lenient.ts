// Published PASSporTs that the strict parser refuses still have good signatures: what they say, without its rules.

import { decodeBase64url, decodeUtf8 } from '../src/bytes/index.ts';
import { type JsonObject, parseJsonObject } from '../src/json/index.ts';

export interface LenientPassport {
  readonly header: JsonObject;
  readonly claims: JsonObject;
  /** As text, for comparing bytes. */
  readonly payload: string;
}

export function decodeLeniently(token: string): LenientPassport {
  const [header, payload] = token.split('.').map((segment) => decodeBase64url(segment));
  return {
    header: parseJsonObject(header!),
    claims: parseJsonObject(payload!),
    payload: decodeUtf8(payload!),
  };
}
