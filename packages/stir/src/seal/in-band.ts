// Sealed for in-band use: the envelope travels in the INVITE, in an Identity-Encrypted header field, where SIP survives and
// nobody on the way is to read the PASSporT. Same keys, same sizes and same address as at a CPS, under a label of its
// own: what lies at a CPS does not open here, nor the other way round.

import { encodeUtf8, equalBytes } from '../bytes/index.ts';
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
 * Every envelope that opens and differs from those before, in order: the call's own comes once for each key of the called
 * number, and anybody can seal another to a published key. Neither value nor key says which belongs to which, so all are
 * tried; the caller bounds both.
 */
export function openInBand(
  sealer: PassportSealer,
  locks: readonly InBandLock[],
  sealed: readonly Uint8Array[],
): readonly Envelope[] {
  const opened: Envelope[] = [];
  for (const value of sealed) {
    const envelope = openWithAny(sealer, locks, value);
    if (envelope === undefined || opened.some((known) => isSame(known, envelope))) continue;
    opened.push(envelope);
  }
  return opened;
}

/** Cover holds nothing, and counts as nothing. */
function openWithAny(
  sealer: PassportSealer,
  locks: readonly InBandLock[],
  value: Uint8Array,
): Envelope | undefined {
  for (const { agreement, address } of locks) {
    const envelope = sealer.open(agreement, address, value);
    if (envelope !== undefined) return envelope.passports.length > 0 ? envelope : undefined;
  }
  return undefined;
}

function isSame(one: Envelope, other: Envelope): boolean {
  const [chain, otherChain] = [one.chain ?? [], other.chain ?? []];
  return (
    one.passports.length === other.passports.length &&
    one.passports.every((passport, at) => passport === other.passports[at]) &&
    chain.length === otherChain.length &&
    chain.every((der, at) => equalBytes(der, otherChain[at]!))
  );
}
