// Token of type 0x0002 (RFC 9577 Section 2.2, RFC 9578 Section 6.3). What is signed are its first 98 bytes.
//
//   struct { uint16 token_type = 2; uint8 nonce[32]; uint8 challenge_digest[32]; uint8 token_key_id[32];
//            uint8 authenticator[256]; } Token;

import { createByteWriter } from '../bytes/index.ts';
import { StirError } from '../stir-error.ts';
import { TOKEN_TYPE } from './token-challenge.ts';

/** What an authenticator covers. */
export interface TokenInput {
  /** 32 random bytes. */
  readonly nonce: Uint8Array;
  /** SHA-256 of the TokenChallenge. */
  readonly challengeDigest: Uint8Array;
  /** SHA-256 of the issuer key's SubjectPublicKeyInfo. */
  readonly keyId: Uint8Array;
}

export interface Token extends TokenInput {
  /** RSASSA-PSS signature, 256 bytes. */
  readonly authenticator: Uint8Array;
}

export const TOKEN_BYTES = 354;
/** How many bytes of a token are signed, from the first on. */
export const TOKEN_INPUT_BYTES = 98;

/** Whether these are the bytes of a token of this type; nothing is said of what they hold. */
export function isToken(bytes: Uint8Array): boolean {
  return bytes.length === TOKEN_BYTES && bytes[0] === 0 && bytes[1] === TOKEN_TYPE;
}

/** Looks at lengths and type only. The parts are views. @throws StirError ERR_TOKEN_FORMAT */
export function parseToken(bytes: Uint8Array): Token {
  if (!isToken(bytes)) throw new StirError('ERR_TOKEN_FORMAT', 'not a token of type 2 and 354 bytes');
  return {
    nonce: bytes.subarray(2, 34),
    challengeDigest: bytes.subarray(34, 66),
    keyId: bytes.subarray(66, TOKEN_INPUT_BYTES),
    authenticator: bytes.subarray(TOKEN_INPUT_BYTES),
  };
}

/** @throws StirError ERR_TOKEN_FORMAT where a part has another length */
export function encodeToken(token: Token): Uint8Array {
  return writeToken(token, new Uint8Array(TOKEN_BYTES));
}

/** The same over 354 bytes that are there. */
export function writeToken(
  { nonce, challengeDigest, keyId, authenticator }: Token,
  target: Uint8Array,
): Uint8Array {
  const isWhole = nonce.length === 32 && challengeDigest.length === 32 && keyId.length === 32;
  if (!isWhole || authenticator.length !== TOKEN_BYTES - TOKEN_INPUT_BYTES)
    throw new StirError('ERR_TOKEN_FORMAT', 'a part of a token has not the length it must have');
  target[0] = 0;
  target[1] = TOKEN_TYPE;
  target.set(nonce, 2);
  target.set(challengeDigest, 34);
  target.set(keyId, 66);
  target.set(authenticator, TOKEN_INPUT_BYTES);
  return target;
}

/** The 98 signed bytes. */
export function encodeTokenInput(input: TokenInput): Uint8Array {
  return writeInput(input).finish();
}

function writeInput({ nonce, challengeDigest, keyId }: TokenInput) {
  return createByteWriter(TOKEN_INPUT_BYTES)
    .uint16(TOKEN_TYPE)
    .bytes(nonce)
    .bytes(challengeDigest)
    .bytes(keyId);
}
