// The last steps of an authentication service (RFC 8816 Section 8.1, steps 3 and 4): one sealed copy of a call's
// PASSporTs for each key of the called number, each with its own retraction secret. Sending them is somebody else's.

import type { AcceptedCredential } from '../credential/index.ts';
import type { Crypto } from '../crypto/crypto.ts';
import {
  encodeAddress,
  type Lifetime,
  type MailboxAddress,
  RETRACT_SECRET_BYTES,
  retractHash,
  shardOf,
} from '../mailbox/index.ts';
import type { TelephoneNumber } from '../number/index.ts';
import { type Envelope, fittingEnvelope, type PassportSealer } from '../seal/index.ts';

export interface Deposit {
  readonly address: MailboxAddress;
  /** Origins of the CPSs to try, in order. */
  readonly cps: readonly string[];
  readonly blob: Uint8Array;
  /** Known to the depositor only; whoever shows it takes the blob back. */
  readonly retractSecret: Uint8Array;
  readonly retractHash: Uint8Array;
  readonly lifetimeSeconds: Lifetime;
  /** Tokens beyond the first that the owner of the mailbox asks for. */
  readonly stake: number;
}

export interface DepositParts {
  readonly crypto: Crypto;
  readonly sealer: PassportSealer;
}

export interface DepositOrder {
  readonly envelope: Envelope;
  readonly called: TelephoneNumber;
  /** The keys of the called number (see `selectKeys`). */
  readonly keys: readonly AcceptedCredential[];
  readonly lifetimeSeconds: Lifetime;
}

/** One deposit for each key, under a seal of its own (S-03). */
export function sealDeposits({ crypto, sealer }: DepositParts, order: DepositOrder): Deposit[] {
  const envelope = fittingEnvelope(order.envelope);
  return order.keys.map(({ credential, mailboxId }) => {
    const { form, cps, stake } = credential;
    const address = encodeAddress(mailboxId, shardOf(crypto, mailboxId, form.shards, order.called));
    const retractSecret = crypto.randomBytes(RETRACT_SECRET_BYTES);
    return {
      address,
      cps,
      blob: sealer.seal(form.publicKey, address, envelope),
      retractSecret,
      retractHash: retractHash(crypto, retractSecret),
      lifetimeSeconds: order.lifetimeSeconds,
      stake,
    };
  });
}

/**
 * Cover traffic (RFC 8816 Section 7.4, S-12): an empty envelope, really sealed, like any deposit to whoever cannot open it.
 */
export function sealCover(parts: DepositParts, order: Omit<DepositOrder, 'envelope'>): Deposit[] {
  return sealDeposits(parts, { ...order, envelope: { passports: [] } });
}
