// The `msg` extension (RFC 9475): who sends a message to whom, and optionally a digest of its whole MIME body.

import type { Crypto } from '../crypto/crypto.ts';
import type { JsonObject } from '../json/index.ts';
import {
  formatIntegrityDigest,
  type IntegrityDigest,
  isIntact,
  parseIntegrityDigest,
} from './integrity-digest.ts';

export interface MessageClaims {
  /** `msgi`; absent where the body is not protected. */
  readonly body?: IntegrityDigest;
}

/** Only for `msg`: in PASSporTs of other types `msgi` MUST be ignored (RFC 9475 Section 3.2). @throws StirError ERR_PASSPORT_FORMAT */
export function parseMsgClaims({ msgi }: JsonObject): MessageClaims {
  return msgi === undefined ? {} : { body: parseIntegrityDigest(msgi) };
}

export function formatMsgClaims({ body }: MessageClaims): JsonObject {
  return body === undefined ? {} : { msgi: formatIntegrityDigest(body) };
}

/** `undefined` where the PASSporT says nothing of the body. @param content the whole MIME body, as it was sent */
export function isBodyIntact(
  crypto: Crypto,
  { body }: MessageClaims,
  content: Uint8Array,
): boolean | undefined {
  return body === undefined ? undefined : isIntact(crypto, body, content);
}
