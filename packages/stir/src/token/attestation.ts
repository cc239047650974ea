// The attestation that a client shows to an issuer: a JWT of its STIR credential over one request. The issuer counts by
// it and learns nothing else. Whether the chain is trusted, the audience right, the time near and the id new is for the
// issuer to say; here is the form only, `typ` first, so that no other kind of token stands in for it.
//
//   {"alg":"ES256","typ":"oob-attestation+jwt","x5c":[...]}
//   {"aud":"issuer.example","digest":"<base64url SHA-256 of the body>","iat":1700000000,"jti":"..."}

import { decodeBase64url, encodeBase64url } from '../bytes/index.ts';
import type { Certificate } from '../certificate/index.ts';
import type { SigningKey } from '../crypto/crypto.ts';
import { type CompactJws, formatX5c, parseCompactJws, parseX5c, signCompactJws } from '../jws/index.ts';
import { StirError } from '../stir-error.ts';

export interface Attestation {
  /** The issuer's name. */
  readonly audience: string;
  /** Seconds since 1970. */
  readonly issuedAt: number;
  /** Unlike any other of this signer, 16 to 64 characters. */
  readonly id: string;
  /** SHA-256 of the request body. */
  readonly digest: Uint8Array;
}

export interface ReceivedAttestation extends Attestation {
  /** Not yet verified. */
  readonly jws: CompactJws;
  /** Not yet validated; signer first. */
  readonly chain: readonly Certificate[];
}

export const ATTESTATION_TYPE = 'oob-attestation+jwt';
const MAXIMUM_LENGTH = 16_384;

export function formatAttestation(
  attestation: Attestation,
  key: SigningKey,
  chain: readonly Certificate[],
): string {
  const { audience, digest, issuedAt, id } = attestation;
  const header = { alg: 'ES256', typ: ATTESTATION_TYPE, x5c: formatX5c(chain) };
  const payload = { aud: audience, digest: encodeBase64url(digest), iat: issuedAt, jti: id };
  return signCompactJws(JSON.stringify(header), JSON.stringify(payload), key);
}

/** @throws StirError ERR_ATTESTATION_FORMAT */
export function parseAttestation(text: string): ReceivedAttestation {
  try {
    const jws = parseCompactJws(text, MAXIMUM_LENGTH);
    if (jws.header.typ !== ATTESTATION_TYPE || jws.header.alg !== 'ES256' || 'crit' in jws.header)
      throw refusal();
    return { ...readClaims(jws), jws, chain: parseX5c(jws.header) };
  } catch (cause) {
    if (!(cause instanceof StirError)) throw cause;
    throw cause.code === 'ERR_ATTESTATION_FORMAT' ? cause : refusal(cause);
  }
}

function readClaims({ payload }: CompactJws): Attestation {
  const { aud, digest, iat, jti } = payload;
  if (typeof aud !== 'string' || typeof digest !== 'string' || digest.length !== 43) throw refusal();
  if (typeof iat !== 'number' || !Number.isSafeInteger(iat)) throw refusal();
  if (typeof jti !== 'string' || !/^[\x21-\x7e]{16,64}$/.test(jti)) throw refusal();
  return { audience: aud, issuedAt: iat, id: jti, digest: decodeBase64url(digest) };
}

function refusal(cause?: unknown): StirError {
  return new StirError('ERR_ATTESTATION_FORMAT', 'not an attestation', { cause });
}
