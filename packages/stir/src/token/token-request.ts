// TokenRequest and TokenResponse of type 0x0002 (RFC 9578 Sections 6.1 and 6.2).
//
//   struct { uint16 token_type = 2; uint8 truncated_token_key_id; uint8 blinded_msg[256]; } TokenRequest;
//   struct { uint8 blind_sig[256]; } TokenResponse;

import { createByteReader, createByteWriter } from '../bytes/index.ts';
import { StirError } from '../stir-error.ts';
import { TOKEN_TYPE } from './token-challenge.ts';

export interface TokenRequest {
  /** Last byte of the key id. */
  readonly truncatedKeyId: number;
  /** 256 bytes. */
  readonly blindedMessage: Uint8Array;
}

export interface TokenResponse {
  /** 256 bytes. */
  readonly blindSignature: Uint8Array;
}

export const TOKEN_REQUEST_TYPE = 'application/private-token-request';
export const TOKEN_RESPONSE_TYPE = 'application/private-token-response';
export const TOKEN_REQUEST_BYTES = 259;
export const TOKEN_RESPONSE_BYTES = 256;

/** @throws StirError ERR_TOKEN_FORMAT */
export function parseTokenRequest(bytes: Uint8Array): TokenRequest {
  const reader = createByteReader(bytes);
  if (bytes.length !== TOKEN_REQUEST_BYTES || reader.uint16() !== TOKEN_TYPE)
    throw new StirError('ERR_TOKEN_FORMAT', 'not a token request of type 2 and 259 bytes');
  return { truncatedKeyId: reader.uint8(), blindedMessage: reader.rest() };
}

export function encodeTokenRequest({ truncatedKeyId, blindedMessage }: TokenRequest): Uint8Array {
  return createByteWriter(TOKEN_REQUEST_BYTES)
    .uint16(TOKEN_TYPE)
    .uint8(truncatedKeyId)
    .bytes(blindedMessage)
    .finish();
}

/** @throws StirError ERR_TOKEN_FORMAT */
export function parseTokenResponse(bytes: Uint8Array): TokenResponse {
  if (bytes.length !== TOKEN_RESPONSE_BYTES)
    throw new StirError('ERR_TOKEN_FORMAT', 'not a token response of 256 bytes');
  return { blindSignature: bytes };
}

export function encodeTokenResponse({ blindSignature }: TokenResponse): Uint8Array {
  return blindSignature.slice();
}
