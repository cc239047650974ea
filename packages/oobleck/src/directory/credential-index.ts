// Key credentials by mailbox and by number, with the rule of which replaces which. Directory, CPS and the mirror of a
// client keep the same index, so they agree on what is in force.

import { encodeBase64url } from '@oobleck/stir/bytes';
import {
  type AcceptedCredential,
  isWithdrawal,
  KEY_KEPT_SECONDS,
  selectKeys,
  WITHDRAWAL_SECONDS,
} from '@oobleck/stir/credential';
import type { MailboxForm } from '@oobleck/stir/mailbox';
import type { Spc, TelephoneNumber } from '@oobleck/stir/number';
import { createNumberLookup } from './number-lookup.ts';

export type UpsertOutcome =
  | 'new'
  /** The very same bytes are there already. */
  | 'same'
  /** One of the same signer and key, issued later (or at the same time, with other words), is there. */
  | 'older';

export interface CredentialIndex {
  upsert(accepted: AcceptedCredential): UpsertOutcome;
  /**
   * The form of a mailbox that a credential in force stands for.
   * @param graceSeconds also of one that ended so long ago, at most `KEY_KEPT_SECONDS`; default 0
   */
  mailbox(id: Uint8Array, at: number, graceSeconds?: number): MailboxForm | undefined;
  /** The keys a call to `called` is sealed to (see `selectKeys`). */
  keysFor(called: TelephoneNumber, owner: Spc | undefined, at: number): readonly AcceptedCredential[];
  /** Everything in force at `at`. */
  inForce(at: number): readonly AcceptedCredential[];
  /** Forgets what has ended, mailboxes `KEY_KEPT_SECONDS` later. @returns the slots forgotten */
  expire(at: number): readonly string[];
}

/** Names what replaces what: one signer and one key. */
export function slotOf({ signer, credential }: AcceptedCredential): string {
  return `${signer}.${encodeBase64url(credential.form.publicKey)}`;
}

export function createCredentialIndex(): CredentialIndex {
  const slots = new Map<string, AcceptedCredential>();
  const byMailbox = new Map<string, Set<AcceptedCredential>>();
  const byNumber = createNumberLookup<AcceptedCredential>();

  /** Those whose mailbox outlives them. */
  const ended = new Set<AcceptedCredential>();

  const remove = (slot: string): AcceptedCredential | undefined => {
    const gone = slots.get(slot);
    if (gone === undefined) return undefined;
    slots.delete(slot);
    byNumber.remove(gone.entries, gone);
    return gone;
  };
  const closeMailbox = (gone: AcceptedCredential): void => {
    const name = encodeBase64url(gone.mailboxId);
    const holders = byMailbox.get(name);
    holders?.delete(gone);
    if (holders?.size === 0) byMailbox.delete(name);
  };

  return {
    upsert(accepted) {
      const slot = slotOf(accepted);
      const present = slots.get(slot)?.credential;
      if (present?.text === accepted.credential.text) return 'same';
      if (present !== undefined && present.issuedAt >= accepted.credential.issuedAt) return 'older';
      const replaced = remove(slot);
      if (replaced !== undefined) closeMailbox(replaced);
      slots.set(slot, accepted);
      if (isWithdrawal(accepted.credential)) return 'new';
      byNumber.add(accepted.entries, accepted);
      const name = encodeBase64url(accepted.mailboxId);
      byMailbox.set(name, (byMailbox.get(name) ?? new Set()).add(accepted));
      return 'new';
    },
    mailbox(id, at, graceSeconds = 0) {
      for (const holder of byMailbox.get(encodeBase64url(id)) ?? [])
        if (isInForce(holder, at - graceSeconds)) return holder.credential.form;
      return undefined;
    },
    keysFor(called, owner, at) {
      const found = byNumber.find(called, owner).filter((one) => isInForce(one, at));
      return selectKeys(found, called, owner);
    },
    inForce: (at) => [...slots.values()].filter((one) => isInForce(one, at)),
    expire(at) {
      const due = [...slots].filter(([, one]) => endOf(one) <= at).map(([slot]) => slot);
      for (const slot of due) ended.add(remove(slot)!);
      for (const one of ended)
        if (endOf(one) + KEY_KEPT_SECONDS <= at && ended.delete(one)) closeMailbox(one);
      return due;
    },
  };
}

function isInForce({ credential }: AcceptedCredential, at: number): boolean {
  return !isWithdrawal(credential) && at < credential.expiresAt;
}

function endOf({ credential }: AcceptedCredential): number {
  return isWithdrawal(credential) ? credential.issuedAt + WITHDRAWAL_SECONDS : credential.expiresAt;
}
