// Sealed for in-band use: the envelope travels in the INVITE, in an Identity-Encrypted header field, where SIP survives and
// nobody on the way is to read the PASSporT. Same keys, same sizes and same address as at a CPS, under a label of its
// own: what lies at a CPS does not open here, nor the other way round.

import { encodeUtf8 } from '../bytes/index.ts';
import type { AgreementKey, Crypto } from '../crypto/crypto.ts';
import type { MailboxAddress } from '../mailbox/index.ts';
import type { Envelope } from './envelope.ts';
import { createEnvelopeSealer, type PassportSealer } from './sealed-passport.ts';

const INFO = encodeUtf8('STIR-OOB v1 sealed in band');

export function createInBandSealer(crypto: Crypto): PassportSealer {
  return createEnvelopeSealer(crypto, INFO);
}

/** A key of the called side with the address of one number called. */
export interface InBandLock {
  readonly agreement: AgreementKey;
  readonly address: MailboxAddress;
}

/**
 * The first envelope that opens, or `undefined`: a call has one, sealed once for each key of the called number. Neither
 * value nor key says which belongs to which, so all are tried; the caller bounds both.
 */
export function openInBand(
  sealer: PassportSealer,
  locks: readonly InBandLock[],
  sealed: readonly Uint8Array[],
): Envelope | undefined {
  for (const value of sealed)
    for (const { agreement, address } of locks) {
      const envelope = sealer.open(agreement, address, value);
      if (envelope !== undefined && envelope.passports.length > 0) return envelope;
    }
  return undefined;
}
