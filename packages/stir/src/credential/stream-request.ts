// What opens a stream at a CPS (RFC 8816 Section 5.5): a JWT by the signer of a credential of the mailbox, so that only
// the owner makes a CPS send without end. Here is the form only, `typ` first, so that no other kind of token stands in
// for it; whether the chain is trusted, the time near and the id new is for the CPS to say.
//
//   {"alg":"ES256","typ":"oob-stream+jwt","x5c":[...]}
//   {"iss":"<base64url mailboxId>","aud":"cps.example","iat":1700000000,"jti":"..."}

import { encodeBase64url } from '../bytes/index.ts';
import type { Certificate } from '../certificate/index.ts';
import type { SigningKey } from '../crypto/crypto.ts';
import { type CompactJws, formatX5c, parseCompactJws, parseX5c, signCompactJws } from '../jws/index.ts';
import { parseMailboxId } from '../mailbox/index.ts';
import { StirError } from '../stir-error.ts';

export interface StreamRequest {
  readonly mailboxId: Uint8Array;
  /** Authority of the CPS: host, and port unless it is 443. */
  readonly audience: string;
  /** Seconds since 1970. */
  readonly issuedAt: number;
  /** Unlike any other of this signer, 16 to 64 characters. */
  readonly id: string;
}

export interface ReceivedStreamRequest extends StreamRequest {
  /** Not yet verified. */
  readonly jws: CompactJws;
  /** Not yet validated; signer first. */
  readonly chain: readonly Certificate[];
}

export const STREAM_REQUEST_TYPE = 'oob-stream+jwt';
const MAXIMUM_LENGTH = 14_336;

export function formatStreamRequest(
  { mailboxId, audience, issuedAt, id }: StreamRequest,
  key: SigningKey,
  chain: readonly Certificate[],
): string {
  const header = { alg: 'ES256', typ: STREAM_REQUEST_TYPE, x5c: formatX5c(chain) };
  const payload = { iss: encodeBase64url(mailboxId), aud: audience, iat: issuedAt, jti: id };
  return signCompactJws(JSON.stringify(header), JSON.stringify(payload), key);
}

/** @throws StirError ERR_STREAM_REQUEST_FORMAT */
export function parseStreamRequest(text: string): ReceivedStreamRequest {
  try {
    const jws = parseCompactJws(text, MAXIMUM_LENGTH);
    if (jws.header.typ !== STREAM_REQUEST_TYPE || jws.header.alg !== 'ES256' || 'crit' in jws.header)
      throw refusal();
    return { ...readClaims(jws), jws, chain: parseX5c(jws.header) };
  } catch (cause) {
    if (!(cause instanceof StirError)) throw cause;
    throw cause.code === 'ERR_STREAM_REQUEST_FORMAT' ? cause : refusal(cause);
  }
}

function readClaims({ payload: { iss, aud, iat, jti } }: CompactJws): StreamRequest {
  if (typeof iss !== 'string' || typeof aud !== 'string') throw refusal();
  if (typeof iat !== 'number' || !Number.isSafeInteger(iat)) throw refusal();
  if (typeof jti !== 'string' || !/^[\x21-\x7e]{16,64}$/.test(jti)) throw refusal();
  return { mailboxId: parseMailboxId(iss), audience: aud, issuedAt: iat, id: jti };
}

function refusal(cause?: unknown): StirError {
  return new StirError('ERR_STREAM_REQUEST_FORMAT', 'not a request for a stream', { cause });
}
