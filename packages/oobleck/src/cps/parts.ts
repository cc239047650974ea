// What a Call Placement Service needs to know beside its store: which mailboxes exist, and whose they are.

import type { MailboxForm } from '@oobleck/stir/mailbox';

export interface MailboxRegistry {
  /**
   * The form of a mailbox that some credential in force stands for. Synchronous: it is asked on every request.
   * @param graceSeconds also of one that ended so long ago, default 0
   */
  mailbox(id: Uint8Array, graceSeconds?: number): MailboxForm | undefined;
}

/** Who may have a stream of a mailbox: the signer of a credential that stands for it. */
export interface MailboxHolder {
  readonly form: MailboxForm;
}

export interface MailboxHolders {
  /**
   * What a credential in force now makes of a signer; `undefined` where none does. One whose registration was answered,
   * through whichever process of a machine, is a holder.
   */
  holder(id: Uint8Array, signer: string): MailboxHolder | undefined;
}
