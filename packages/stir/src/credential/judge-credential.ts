// Whether a key credential may be believed, by the one set of rules that directory, CPS and client share: signature,
// chain, time, then entry by entry what its signer has authority for (RFC 8816 Section 11, RFC 8226 Section 9).

import {
  acceptedEntries,
  type Certificate,
  type NumberMap,
  signerId,
  spcOwnsBy,
  validatePath,
  verifyingKeyOf,
} from '../certificate/index.ts';
import type { Crypto } from '../crypto/crypto.ts';
import { type MailboxForm, mailboxId, NUMBERS_PER_SHARD } from '../mailbox/index.ts';
import { countNumbers, type TnEntry } from '../number/index.ts';
import { isWithdrawal, type KeyCredential } from './key-credential.ts';

/** How far clocks may differ, seconds. */
const CLOCK_SKEW_SECONDS = 60;
/** A withdrawal counts until 7 days after it was issued. */
export const WITHDRAWAL_SECONDS = 7 * 86_400;

export interface JudgeParts {
  readonly crypto: Crypto;
  readonly anchors: readonly Certificate[];
  /** The checker's own number-to-SPC map, where it has one. */
  readonly numberMap?: NumberMap | undefined;
  /** Whether an authority took a certificate back; without it none is. */
  readonly isRevoked?: ((certificate: Certificate) => boolean) | undefined;
}

/** A credential that holds, with what of it counts. */
export interface AcceptedCredential {
  readonly credential: KeyCredential;
  readonly mailboxId: Uint8Array;
  /** The entries its signer has authority for; the others are ignored. */
  readonly entries: readonly TnEntry[];
  /** Names the signer: same TNAuthList, same subject. */
  readonly signer: string;
}

export type CredentialRefusal =
  | 'not-yet-valid'
  | 'expired'
  | 'bad-signature'
  | 'untrusted-chain'
  | 'claim-constraints'
  | 'no-authority'
  | 'too-many-shards'
  | 'unusable-key';

export type CredentialJudgement =
  | { readonly accepted: true; readonly value: AcceptedCredential }
  | { readonly accepted: false; readonly reason: CredentialRefusal };

/** @param at seconds since 1970 */
export function judgeKeyCredential(
  parts: JudgeParts,
  credential: KeyCredential,
  at: number,
): CredentialJudgement {
  const { crypto } = parts;
  const leaf = credential.chain[0]!;
  const reason = timeRefusal(credential, at) ?? signatureRefusal(parts, credential, at);
  if (reason !== undefined) return refused(reason);
  const entries = acceptedEntries({ certificate: leaf, entries: credential.entries, map: parts.numberMap });
  if (entries.length === 0) return refused('no-authority');
  if (!isShardingFair(credential.form, entries)) return refused('too-many-shards');
  // A trial encapsulation: a key of small order would make every seal readable.
  if (crypto.generateAgreementKey().agree(credential.form.publicKey) === undefined)
    return refused('unusable-key');
  const id = mailboxId(crypto, credential.form);
  return { accepted: true, value: { credential, mailboxId: id, entries, signer: signerId(leaf, crypto) } };
}

/** Withdrawals are exempt from the time check for as long as they are mirrored. */
function timeRefusal(credential: KeyCredential, at: number): CredentialRefusal | undefined {
  const end = isWithdrawal(credential) ? credential.issuedAt + WITHDRAWAL_SECONDS : credential.expiresAt;
  if (credential.issuedAt > at + CLOCK_SKEW_SECONDS) return 'not-yet-valid';
  return at >= end ? 'expired' : undefined;
}

function signatureRefusal(
  parts: JudgeParts,
  credential: KeyCredential,
  at: number,
): CredentialRefusal | undefined {
  const { crypto, anchors, isRevoked } = parts;
  const { chain, jws } = credential;
  const path = validatePath({ chain, anchors, at, crypto, spcOwns: spcOwnsBy(parts.numberMap), isRevoked });
  if (!path.valid) return 'untrusted-chain';
  if (chain[0]!.hasClaimConstraints) return 'claim-constraints';
  const key = verifyingKeyOf(chain[0]!, crypto);
  const isSigned = key?.algorithm === 'ES256' && key.verify(jws.signingInput, jws.signature);
  return isSigned ? undefined : 'bad-signature';
}

/** With shards > 1 at least 1000 numbers share one, so that a shard does not point at a subscriber. */
function isShardingFair({ shards }: MailboxForm, entries: readonly TnEntry[]): boolean {
  if (shards === 1 || entries.some(({ kind }) => kind === 'spc')) return true;
  return countNumbers(entries) >= shards * NUMBERS_PER_SHARD;
}

function refused(reason: CredentialRefusal): CredentialJudgement {
  return { accepted: false, reason };
}
