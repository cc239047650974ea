// The sealed PASSporT: an envelope sealed to the called party's key and bound to the mailbox it lies in
// (RFC 8816 Sections 6.1 and 8.1): no other key opens it (S-03), nor does the CPS (S-06). It has no header and no key
// identifier: to everybody else it is random bytes of one of two lengths.

import { encodeUtf8 } from '../bytes/index.ts';
import type { AgreementKey, Crypto } from '../crypto/crypto.ts';
import type { MailboxAddress } from '../mailbox/index.ts';
import { type Envelope, encodeEnvelope, envelopeBytes, fitsEnvelope, parseEnvelope } from './envelope.ts';
import { ENCAPSULATION_BYTES, openBase, prepareInfo, sealBase, TAG_BYTES } from './hpke.ts';

/** Lengths of `enc || ciphertext || tag`; the smaller wherever the envelope fits. */
export const BLOB_BYTES: readonly [number, number] = [2_048, 8_192];

const OVERHEAD = ENCAPSULATION_BYTES + TAG_BYTES;
const INFO = encodeUtf8('STIR-OOB v1 sealed PASSporT');

/** Seals and opens envelopes; prepared once per crypto. */
export interface PassportSealer {
  /**
   * @param recipient HPKE public key, 32 bytes
   * @throws StirError ERR_ENVELOPE_FORMAT where the envelope is over 8144 bytes, ERR_SEAL_INPUT for an unusable key
   */
  seal(recipient: Uint8Array, address: MailboxAddress, envelope: Envelope): Uint8Array;
  /** The envelope, or `undefined` for what was not sealed to this key for this address, or holds no envelope. */
  open(recipient: AgreementKey, address: MailboxAddress, blob: Uint8Array): Envelope | undefined;
}

export function createPassportSealer(crypto: Crypto): PassportSealer {
  return createEnvelopeSealer(crypto, INFO);
}

/** The same under another label: what is sealed for one use is nothing to the other. */
export function createEnvelopeSealer(crypto: Crypto, label: Uint8Array): PassportSealer {
  const info = prepareInfo(crypto, label);
  return {
    seal(recipient, address, envelope) {
      const size = envelopeBytes(envelope) + OVERHEAD <= BLOB_BYTES[0] ? BLOB_BYTES[0] : BLOB_BYTES[1];
      return sealBase(crypto, recipient, info, address, encodeEnvelope(envelope, size - OVERHEAD));
    },
    open(recipient, address, blob) {
      if (!isBlobLength(blob.length)) return undefined;
      const plaintext = openBase(crypto, recipient, info, address, blob);
      return plaintext && envelopeOrNothing(plaintext);
    },
  };
}

export function isBlobLength(length: number): boolean {
  return BLOB_BYTES.includes(length);
}

/**
 * The envelope as it is best sealed: the smaller length counts for more than the chain, which the receiver can fetch
 * from a listed repository; where the PASSporTs alone need the larger length, the chain goes along if it fits.
 */
export function fittingEnvelope(envelope: Envelope): Envelope {
  const bare = { passports: envelope.passports };
  const room = (envelopeBytes(bare) + OVERHEAD <= BLOB_BYTES[0] ? BLOB_BYTES[0] : BLOB_BYTES[1]) - OVERHEAD;
  return fitsEnvelope(envelope, room) ? envelope : bare;
}

/** Whether the envelope can be sealed at all. */
export function isSealable(envelope: Envelope): boolean {
  return fitsEnvelope(envelope, BLOB_BYTES[1] - OVERHEAD);
}

function envelopeOrNothing(plaintext: Uint8Array): Envelope | undefined {
  try {
    return parseEnvelope(plaintext);
  } catch {
    return undefined; // whoever sealed it wrote nonsense: no more than a blob that does not open
  }
}
