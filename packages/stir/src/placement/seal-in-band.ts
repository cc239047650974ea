// PASSporTs of a call sealed for the INVITE itself (the Identity-Encrypted header field), a value for each key of the
// called number, each a seal of its own and never the bytes that lie at a CPS.

import type { AcceptedCredential } from '../credential/index.ts';
import type { Crypto } from '../crypto/crypto.ts';
import { formatIdentityEncrypted } from '../identity/index.ts';
import { encodeAddress, shardOf } from '../mailbox/index.ts';
import type { TelephoneNumber } from '../number/index.ts';
import { type Envelope, fittingEnvelope, type PassportSealer } from '../seal/index.ts';

/** An INVITE has to stay transportable: the keys of the narrowest authority come first. */
const MAXIMUM_VALUES = 4;

export interface InBandOrder {
  readonly envelope: Envelope;
  readonly called: TelephoneNumber;
  /** The keys of the called number (see `selectKeys`). */
  readonly keys: readonly AcceptedCredential[];
}

/**
 * Values of Identity-Encrypted header fields.
 * @param parts.sealer of `createInBandSealer`
 * @throws StirError ERR_ENVELOPE_FORMAT where the PASSporTs are more than the larger size holds
 */
export function sealInBand(
  { crypto, sealer }: { readonly crypto: Crypto; readonly sealer: PassportSealer },
  order: InBandOrder,
): readonly string[] {
  const envelope = fittingEnvelope(order.envelope);
  return order.keys.slice(0, MAXIMUM_VALUES).map(({ credential: { form }, mailboxId }) => {
    const address = encodeAddress(mailboxId, shardOf(crypto, mailboxId, form.shards, order.called));
    return formatIdentityEncrypted(sealer.seal(form.publicKey, address, envelope));
  });
}
