// What a Call Placement Service needs to know beside its store: which mailboxes exist.

import type { MailboxForm } from '@oobleck/stir/mailbox';

export interface MailboxRegistry {
  /**
   * The form of a mailbox that some credential in force stands for. Synchronous: it is asked on every request.
   * @param graceSeconds also of one that ended so long ago, default 0
   */
  mailbox(id: Uint8Array, graceSeconds?: number): MailboxForm | undefined;
}
