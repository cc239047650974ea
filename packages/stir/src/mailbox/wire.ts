// Names and numbers that a depositor, a retriever and a CPS must write alike: media types, header fields, lifetimes,
// the retraction proof. The HTTP faces on both sides take them from here.

import { decodeBase64url, encodeUtf8 } from '../bytes/index.ts';
import type { Crypto } from '../crypto/crypto.ts';
import { StirError } from '../stir-error.ts';

export const SEALED_PASSPORT_TYPE = 'application/vnd.stir-oob.sealed-passport';
export const SEALED_REPLY_TYPE = 'application/vnd.stir-oob.sealed-reply';
export const SEALED_STREAM_TYPE = 'application/vnd.stir-oob.sealed-stream';
/** Of several deposits in one request, and of the statuses that answer it. */
export const DEPOSITS_TYPE = 'application/vnd.stir-oob.deposits';
export const KEY_CREDENTIAL_MEDIA_TYPE = 'application/jose';

/** Header field names, lower case. */
export const LIFETIME_HEADER = 'passport-lifetime';
export const RETRACT_HEADER = 'passport-retract';
export const STAKE_HEADER = 'passport-stake';

/** Seconds a blob may lie (RFC 8816 Section 7.5, S-10: no longer than a PASSporT is fresh). */
export const LIFETIMES = [10, 20, 30, 60] as const;
export type Lifetime = (typeof LIFETIMES)[number];
export const DEFAULT_LIFETIME: Lifetime = 30;

export const RETRACT_SECRET_BYTES = 32;
export const MAXIMUM_RETRACTIONS = 64;
/** Further tokens that one deposit may carry. */
export const MAXIMUM_STAKE = 7;
export const MAXIMUM_BLOBS_PER_SHARD = 256;

/** Frames of a stream at each tick. */
export const STREAM_CELLS = { minimum: 1, maximum: 64 } as const;
/** Milliseconds between two ticks. */
export const STREAM_CADENCE_MS = { minimum: 100, maximum: 5_000 } as const;

const RETRACT_LABEL = encodeUtf8('STIR-OOB v1 retract');

/** What a depositor commits to; the secret stays with it until it retracts. */
export function retractHash(crypto: Crypto, secret: Uint8Array): Uint8Array {
  return crypto.sha256(RETRACT_LABEL, secret);
}

/** @throws StirError ERR_MAILBOX_FORMAT for a lifetime that is not offered */
export function parseLifetime(text: string | undefined): Lifetime {
  if (text === undefined) return DEFAULT_LIFETIME;
  const lifetime = LIFETIMES.find((seconds) => String(seconds) === text);
  if (lifetime === undefined)
    throw new StirError('ERR_MAILBOX_FORMAT', 'Passport-Lifetime is not 10, 20, 30 or 60');
  return lifetime;
}

/** @throws StirError ERR_MAILBOX_FORMAT unless it is base64url of 32 bytes */
export function parseRetractHash(text: string | undefined): Uint8Array {
  if (text?.length !== 43) throw new StirError('ERR_MAILBOX_FORMAT', 'Passport-Retract is not a hash');
  try {
    return decodeBase64url(text);
  } catch (cause) {
    throw new StirError('ERR_MAILBOX_FORMAT', 'Passport-Retract is not a hash', { cause });
  }
}
