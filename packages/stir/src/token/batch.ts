// Many token requests in one message, and their answers in the same order (generic format of the batched-tokens draft,
// see batch-draft.ts). The token type stands once in each item, as in the draft's published vectors.
//
//   request:  varint length || n x TokenRequest
//   response: varint length || n x (0x00 | 0x01 || uint16 token_type || TokenResponse)

import { type ByteReader, concatBytes, createByteReader, createByteWriter } from '../bytes/index.ts';
import { StirError } from '../stir-error.ts';
import { TOKEN_TYPE } from './token-challenge.ts';
import { readingToken } from './token-format.ts';
import {
  encodeTokenRequest,
  parseTokenRequest,
  parseTokenResponse,
  TOKEN_REQUEST_BYTES,
  TOKEN_RESPONSE_BYTES,
  type TokenRequest,
  type TokenResponse,
} from './token-request.ts';
import { encodeVarint, readVarint } from './varint.ts';

/** Requests accepted in one message; what an oblivious relay's size class holds. */
export const MAXIMUM_BATCH = 32;

/** 1 to 32 requests of type 2. @throws StirError ERR_TOKEN_FORMAT */
export function parseBatchRequest(bytes: Uint8Array): readonly TokenRequest[] {
  return readingToken(() =>
    readItems(bytes, (reader) => parseTokenRequest(reader.bytes(TOKEN_REQUEST_BYTES))),
  );
}

export function encodeBatchRequest(requests: readonly TokenRequest[]): Uint8Array {
  return withLength(requests.map(encodeTokenRequest));
}

/** An element is `undefined` where the issuer refused that token. @throws StirError ERR_TOKEN_FORMAT */
export function parseBatchResponse(bytes: Uint8Array): readonly (TokenResponse | undefined)[] {
  return readingToken(() =>
    readItems(bytes, (reader) => {
      const present = reader.uint8();
      if (present === 0) return undefined;
      if (present !== 1 || reader.uint16() !== TOKEN_TYPE) throw refusal();
      return parseTokenResponse(reader.bytes(TOKEN_RESPONSE_BYTES));
    }),
  );
}

export function encodeBatchResponse(responses: readonly (TokenResponse | undefined)[]): Uint8Array {
  return withLength(responses.map(encodeOptional));
}

function encodeOptional(response: TokenResponse | undefined): Uint8Array {
  if (response === undefined) return Uint8Array.of(0);
  return createByteWriter(3 + TOKEN_RESPONSE_BYTES)
    .uint8(1)
    .uint16(TOKEN_TYPE)
    .bytes(response.blindSignature)
    .finish();
}

function readItems<T>(bytes: Uint8Array, readItem: (reader: ByteReader) => T): T[] {
  const outer = createByteReader(bytes);
  const reader = createByteReader(outer.bytes(readVarint(outer)));
  outer.end();
  const items: T[] = [];
  while (reader.remaining > 0) {
    if (items.length === MAXIMUM_BATCH) throw refusal();
    items.push(readItem(reader));
  }
  if (items.length === 0) throw refusal();
  return items;
}

function withLength(items: readonly Uint8Array[]): Uint8Array {
  const body = concatBytes(...items);
  return concatBytes(encodeVarint(body.length), body);
}

function refusal(): StirError {
  return new StirError('ERR_TOKEN_FORMAT', 'not a batch of 1 to 32 messages of type 2');
}
