// Each blob is opened once (RFC 8816 Section 8.2, step 1): a mailbox shard is retrieved by many calls while a blob
// lies in it, and opening costs a Diffie-Hellman. What opened, or did not, is remembered by the blob's hash until no
// PASSporT in it can be fresh any more.

import { encodeBase64url } from '@oobleck/stir/bytes';
import type { Crypto } from '@oobleck/stir/crypto';
import type { MailboxAddress } from '@oobleck/stir/mailbox';
import { createPassportSealer, type Envelope } from '@oobleck/stir/seal';
import { createFading } from '../call/index.ts';
import type { OwnKey } from './key-holder.ts';

export interface OpenedBlobs {
  /** The envelope, or `undefined` where the blob was not sealed to this key for this address. */
  open(key: OwnKey, address: MailboxAddress, blob: Uint8Array): Envelope | undefined;
}

const KEEP_MS = 120_000;

/** @param maximum blobs remembered, default 16384 */
export function createOpenedBlobs(crypto: Crypto, now: () => number, maximum = 16_384): OpenedBlobs {
  const sealer = createPassportSealer(crypto);
  const seen = createFading<Opened>(maximum);
  return {
    open(key, address, blob) {
      const nowMs = now();
      const name = encodeBase64url(crypto.sha256(address, blob));
      const known = seen.get(name, nowMs);
      if (known !== undefined) return known.envelope;
      const envelope = sealer.open(key.agreement, address, blob);
      seen.set(name, { envelope }, nowMs + KEEP_MS, nowMs);
      return envelope;
    },
  };
}

interface Opened {
  readonly envelope: Envelope | undefined;
}
