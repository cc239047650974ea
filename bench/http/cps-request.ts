// Requests to a CPS as a bare client sends them: the header fields and sizes of protocol and client, made by hand.

import { concatBytes, encodeBase64url } from '@oobleck/stir/bytes';
import {
  DEPOSITS_TYPE,
  encodeAddress,
  LIFETIME_HEADER,
  RETRACT_HEADER,
  SEALED_PASSPORT_TYPE,
  SEALED_REPLY_TYPE,
} from '@oobleck/stir/mailbox';
import { BLOB_BYTES, NONCE_BYTES } from '@oobleck/stir/seal';
import { encodeToken, formatPrivateToken, type Token } from '@oobleck/stir/token';
import { crypto } from '../carrier.ts';
import type { BareRequest } from './http-client.ts';

export const REPLY_BYTES = 16_384;

export function depositRequest(mailboxId: Uint8Array, shard: number, token: Token): BareRequest {
  return {
    headers: {
      ':method': 'POST',
      ':path': pathOf(mailboxId, shard),
      'content-type': SEALED_PASSPORT_TYPE,
      authorization: formatPrivateToken(token),
      [LIFETIME_HEADER]: '30',
      [RETRACT_HEADER]: encodeBase64url(crypto.randomBytes(32)),
      'content-length': String(BLOB_BYTES[0]),
    },
    body: crypto.randomBytes(BLOB_BYTES[0]),
  };
}

/** The shortest there is: the mailbox holds what a few thousand deposits a second leave in it, and no shard fills up. */
const LIFETIME_SECONDS = 10;

export function batchRequest(
  mailboxId: Uint8Array,
  items: readonly { readonly shard: number; readonly token: Token }[],
): BareRequest {
  const body = concatBytes(
    Uint8Array.of(items.length),
    ...items.map(({ shard, token }) => batchItem(mailboxId, shard, token)),
  );
  const headers = {
    ':method': 'POST',
    ':path': '/deposits',
    'content-type': DEPOSITS_TYPE,
    'content-length': String(body.length),
  };
  return { headers, body };
}

/** address || retractHash || uint8 lifetime || uint8 t || token || uint16 length || blob */
function batchItem(mailboxId: Uint8Array, shard: number, token: Token): Uint8Array {
  const [length] = BLOB_BYTES;
  return concatBytes(
    encodeAddress(mailboxId, shard),
    crypto.randomBytes(32),
    Uint8Array.of(LIFETIME_SECONDS, 1),
    encodeToken(token),
    Uint8Array.of(length >>> 8, length & 0xff),
    crypto.randomBytes(length),
  );
}

export function retrieveRequest(mailboxId: Uint8Array, shard: number): BareRequest {
  const nonce = encodeBase64url(crypto.randomBytes(NONCE_BYTES));
  const path = `${pathOf(mailboxId, shard)}?page=0&n=${nonce}`;
  return { headers: { ':method': 'GET', ':path': path, accept: SEALED_REPLY_TYPE } };
}

/** The shape of a token, for a server that does not look at it. */
export function randomToken(): Token {
  const [nonce, challengeDigest, keyId] = [32, 32, 32].map((length) => crypto.randomBytes(length));
  return {
    nonce: nonce!,
    challengeDigest: challengeDigest!,
    keyId: keyId!,
    authenticator: crypto.randomBytes(256),
  };
}

function pathOf(mailboxId: Uint8Array, shard: number): string {
  return `/mailboxes/${encodeBase64url(mailboxId)}/${shard}/passports`;
}
