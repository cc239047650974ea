// The accepting side, in a CPS (RFC 9577 Section 2.2.1): whether a token is one of ours and of today. Synchronous, over
// keys prepared when the list of issuers changes; whether it was spent is asked afterwards. The challenge is never
// taken from the client: its digest is known per issuer beforehand.

import { StirError } from '@oobleck/stir';
import { encodeBase64url, equalBytes } from '@oobleck/stir/bytes';
import type { Crypto, TokenVerifyingKey } from '@oobleck/stir/crypto';
import {
  encodeTokenChallenge,
  isToken,
  storageChallenge,
  TOKEN_BYTES,
  TOKEN_INPUT_BYTES,
  type Token,
  tokenKeyId,
  writeToken,
} from '@oobleck/stir/token';
import type { PublishedKey } from './issuer.ts';
import { GRACE_SECONDS } from './utc-day.ts';

export interface AcceptedIssuer {
  /** host[:port]. */
  readonly name: string;
  readonly keys: readonly PublishedKey[];
}

export interface AcceptedToken {
  /** Name of the issuer. */
  readonly issuer: string;
  /** Of the issuer's key, in base64url: for the record of spent tokens, as is the nonce. */
  readonly keyId: string;
  /** A copy. */
  readonly nonce: Uint8Array;
  /** Unix seconds: end of the key's day and ten minutes. */
  readonly acceptUntil: number;
}

export interface TokenVerifier {
  /** `undefined` for whatever is malformed, for another CPS, of another day, of an unknown key, or not signed. */
  verifyToken(token: Token | Uint8Array): AcceptedToken | undefined;
  /** Replaces the issuers; keys already prepared stay so, malformed ones are left out. @throws StirError for a malformed name */
  replaceIssuers(issuers: readonly AcceptedIssuer[]): void;
}

/** Where a token's parts begin. */
const NONCE_AT = 2;
const CHALLENGE_AT = 34;
const KEY_ID_AT = 66;

/** A token that comes as a value; judged before anything else runs. */
const written = new Uint8Array(TOKEN_BYTES);

interface PreparedKey {
  /** base64url of the key id. */
  readonly id: string;
  readonly issuer: string;
  readonly key: TokenVerifyingKey;
  readonly challengeDigest: Uint8Array;
  readonly notBefore: number;
  readonly acceptUntil: number;
}

export interface TokenVerifierParts {
  readonly crypto: Crypto;
  /** Unix seconds. */
  now(): number;
}

export function createTokenVerifier(
  parts: TokenVerifierParts,
  options: { readonly cpsAuthority: string; readonly issuers: readonly AcceptedIssuer[] },
): TokenVerifier {
  let prepared = prepareKeys(parts.crypto, options.cpsAuthority, options.issuers, new Map());
  return {
    verifyToken(input) {
      const token = input instanceof Uint8Array ? input : writeToken(input, written);
      if (!isToken(token)) return undefined;
      const known = prepared.get(encodeBase64url(token.subarray(KEY_ID_AT, TOKEN_INPUT_BYTES)));
      if (known === undefined || !equalBytes(token.subarray(CHALLENGE_AT, KEY_ID_AT), known.challengeDigest))
        return undefined;
      const now = parts.now();
      if (now < known.notBefore || now >= known.acceptUntil) return undefined;
      if (!known.key.verify(token.subarray(0, TOKEN_INPUT_BYTES), token.subarray(TOKEN_INPUT_BYTES)))
        return undefined;
      const nonce = token.slice(NONCE_AT, CHALLENGE_AT);
      return { issuer: known.issuer, keyId: known.id, nonce, acceptUntil: known.acceptUntil };
    },
    replaceIssuers(issuers) {
      prepared = prepareKeys(parts.crypto, options.cpsAuthority, issuers, prepared);
    },
  };
}

function prepareKeys(
  crypto: Crypto,
  cpsAuthority: string,
  issuers: readonly AcceptedIssuer[],
  before: ReadonlyMap<string, PreparedKey>,
): ReadonlyMap<string, PreparedKey> {
  const prepared = new Map<string, PreparedKey>();
  for (const { name, keys } of issuers) {
    const challengeDigest = crypto.sha256(encodeTokenChallenge(storageChallenge(name, cpsAuthority)));
    for (const { spki, notBefore, notAfter } of keys) {
      const id = encodeBase64url(tokenKeyId(crypto, { spki }));
      const key = before.get(id)?.key ?? importKey(crypto, spki);
      // One issuer's malformed key must not keep the tokens of all others out.
      if (key === undefined) continue;
      prepared.set(id, {
        id,
        issuer: name,
        key,
        challengeDigest,
        notBefore,
        acceptUntil: notAfter + GRACE_SECONDS,
      });
    }
  }
  return prepared;
}

function importKey(crypto: Crypto, spki: Uint8Array): TokenVerifyingKey | undefined {
  try {
    return crypto.importTokenVerifyingKey(spki);
  } catch (error) {
    if (error instanceof StirError) return undefined;
    throw error;
  }
}
