// The client's half of issuing a token: Blind and Finalize of RSABSSA-SHA384-PSS-Deterministic (RFC 9474 Section 4)
// over a token's first 98 bytes (RFC 9578 Section 6.1 and 6.3). The issuer sees z and s' only; it cannot tell which
// token came of them (RFC 8816 Section 7.5, S-07).
//
//   m = EMSA-PSS-ENCODE(input)    z = m * r^e mod n    issuer: s' = z^d mod n    s = s' * r^-1 mod n

import {
  bytesToInteger,
  type Crypto,
  createIntegerBelow,
  encodeEmsaPss,
  type InvertibleInteger,
  integerToBytes,
  modularInverse,
  PSS_SALT_BYTES,
  type TokenVerifyingKey,
} from '../crypto/index.ts';
import { StirError } from '../stir-error.ts';
import { encodeTokenInput, type Token } from './token.ts';
import { encodeTokenChallenge, type TokenChallenge } from './token-challenge.ts';
import { tokenKeyId, truncateKeyId } from './token-key.ts';
import type { TokenRequest, TokenResponse } from './token-request.ts';

export interface BlindingParts {
  readonly crypto: Crypto;
  /** The issuer's key of the day. */
  readonly key: TokenVerifyingKey;
  readonly challenge: TokenChallenge;
}

export interface BlindedToken {
  readonly request: TokenRequest;
  /** The token, if the issuer signed what it was asked to; it is verified before it is given out. */
  finalize(response: TokenResponse): Token | undefined;
}

/** What makes a request unlinkable. Only tests of published vectors set it (RFC 9474 Section 7): not in `index.ts`. */
export interface BlindingRandomness {
  readonly nonce: Uint8Array;
  readonly salt: Uint8Array;
  readonly blind: InvertibleInteger;
}

const KEY_BYTES = 256;

/** @throws StirError ERR_TOKEN_BLINDING where the encoded message shares a factor with n: the key is broken */
export function blindToken(parts: BlindingParts): BlindedToken {
  const { crypto, key } = parts;
  return blindTokenWith(parts, {
    nonce: crypto.randomBytes(32),
    salt: crypto.randomBytes(PSS_SALT_BYTES),
    blind: createIntegerBelow(crypto.randomBytes)(bytesToInteger(key.modulus)),
  });
}

export function blindTokenWith(
  parts: BlindingParts,
  { nonce, salt, blind }: BlindingRandomness,
): BlindedToken {
  const { crypto, key, challenge } = parts;
  const n = bytesToInteger(key.modulus);
  const keyId = tokenKeyId(crypto, key);
  const input = { nonce, challengeDigest: crypto.sha256(encodeTokenChallenge(challenge)), keyId };
  const signed = encodeTokenInput(input);
  const m = bytesToInteger(encodeEmsaPss(crypto.sha384, signed, salt));
  if (modularInverse(m, n) === undefined)
    throw new StirError('ERR_TOKEN_BLINDING', 'message and modulus share a factor');
  const factor = bytesToInteger(key.raw(integerToBytes(blind.value, KEY_BYTES)));
  const blindedMessage = integerToBytes((m * factor) % n, KEY_BYTES);
  return {
    request: { truncatedKeyId: truncateKeyId(keyId), blindedMessage },
    finalize({ blindSignature }) {
      const z = bytesToInteger(blindSignature);
      if (blindSignature.length !== KEY_BYTES || z >= n) return undefined;
      const authenticator = integerToBytes((z * blind.inverse) % n, KEY_BYTES);
      return key.verify(signed, authenticator) ? { ...input, authenticator } : undefined;
    },
  };
}
