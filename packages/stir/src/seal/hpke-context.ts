// HPKE contexts (RFC 9180 Section 5.2): many messages under one encapsulation, each with the next sequence number. For
// streams only; a context lives and dies with its connection and is never written down or shared, since a sequence
// number used twice would break everything sealed under it.

import type { AgreementKey, Crypto } from '../crypto/crypto.ts';
import { StirError } from '../stir-error.ts';
import { keySchedule, type MessageKey, type SealInfo } from './hpke.ts';

export interface SealingContext {
  /** The encapsulated key, which the recipient needs first. */
  readonly enc: Uint8Array;
  /** Context.Seal (RFC 9180 Section 5.2). @throws StirError ERR_SEAL_INPUT once all sequence numbers were used */
  seal(aad: Uint8Array, plaintext: Uint8Array): Uint8Array;
}

export interface OpeningContext {
  /** Context.Open (RFC 9180 Section 5.2). `undefined` for all but the next message; what fails uses up no number. */
  open(aad: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined;
}

/**
 * SetupBaseS (RFC 9180 Section 5.1.1).
 * @param ephemeral a key pair never used before; left out, one is made
 * @throws StirError ERR_SEAL_INPUT where the recipient's key gives an all-zero secret
 */
export function createSealingContext(
  crypto: Crypto,
  recipient: Uint8Array,
  info: SealInfo,
  ephemeral: AgreementKey = crypto.generateAgreementKey(),
): SealingContext {
  const shared = ephemeral.agree(recipient);
  if (shared === undefined) throw new StirError('ERR_SEAL_INPUT', 'the recipient key is not usable');
  const message = keySchedule(crypto, shared, ephemeral.publicKey, recipient, info);
  let sequence = 0;
  return {
    enc: ephemeral.publicKey,
    seal(aad, plaintext) {
      const nonce = nonceAt(message, sequence);
      sequence++;
      return crypto.sealAes128Gcm(message.key, nonce, plaintext, aad);
    },
  };
}

/** SetupBaseR (RFC 9180 Section 5.1.1). `undefined` where the encapsulated key is of no use. */
export function createOpeningContext(
  crypto: Crypto,
  recipient: AgreementKey,
  info: SealInfo,
  enc: Uint8Array,
): OpeningContext | undefined {
  const shared = recipient.agree(enc);
  if (shared === undefined) return undefined;
  const message = keySchedule(crypto, shared, enc, recipient.publicKey, info);
  let sequence = 0;
  return {
    open(aad, ciphertext) {
      const plaintext = crypto.openAes128Gcm(message.key, nonceAt(message, sequence), ciphertext, aad);
      if (plaintext !== undefined) sequence++;
      return plaintext;
    },
  };
}

/** ComputeNonce (RFC 9180 Section 5.2): base_nonce XOR the sequence number. */
function nonceAt({ nonce }: MessageKey, sequence: number): Uint8Array {
  // The suite allows 2^96 - 1; what a number holds exactly is 2^53, and more than any connection carries.
  if (sequence >= Number.MAX_SAFE_INTEGER)
    throw new StirError('ERR_SEAL_INPUT', 'all sequence numbers were used');
  const next = nonce.slice();
  for (let at = next.length - 1, rest = sequence; rest > 0; at--, rest = Math.floor(rest / 256))
    next[at]! ^= rest % 256;
  return next;
}
