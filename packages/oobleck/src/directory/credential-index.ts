// Key credentials by mailbox and by number, with the rule of which replaces which and how many there may be. Directory,
// CPS and the mirror of a client keep the same index, so they agree on what is in force.

import { encodeBase64url } from '@oobleck/stir/bytes';
import type { Certificate } from '@oobleck/stir/certificate';
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
import type { Pace } from './pace.ts';

export type UpsertOutcome =
  | 'new'
  /** The very same bytes are there already. */
  | 'same'
  /** One of the same signer and key, issued later (or at the same time, with other words), is there. */
  | 'older'
  /** The signer has as many as it may, all issued later. */
  | 'too-many-keys'
  /** There is no room for more of anybody's. */
  | 'full';

export interface Upsert {
  readonly outcome: UpsertOutcome;
  /** The slot of the signer's oldest, which gave way. */
  readonly gone?: string | undefined;
}

export interface CredentialIndexOptions {
  /** Live keys of one signer; beyond, the oldest-issued gives way. Default 8. */
  readonly keysPerSigner?: number;
  /** Credentials and withdrawals of everybody, default 20,000. */
  readonly maximumCredentials?: number;
  /** Of all their texts together, default 64 MiB. */
  readonly maximumBytes?: number;
}

/** Whether a certificate of a chain has been revoked. */
export type IsRevoked = (certificate: Certificate) => boolean;

export interface CredentialIndex {
  upsert(accepted: AcceptedCredential): Upsert;
  /**
   * The form of a mailbox that a credential in force stands for, at the CPS with that origin where one is given.
   * @param graceSeconds also of one that ended so long ago, at most `KEY_KEPT_SECONDS`; default 0
   */
  mailbox(id: Uint8Array, at: number, cps?: string, graceSeconds?: number): MailboxForm | undefined;
  /** The credentials in force that stand for a mailbox, at the CPS with that origin where one is given. */
  holdersOf(id: Uint8Array, at: number, cps?: string): readonly AcceptedCredential[];
  /** The keys a call to `called` is sealed to (see `selectKeys`). */
  keysFor(called: TelephoneNumber, owner: Spc | undefined, at: number): readonly AcceptedCredential[];
  /** In force at `at`, over a number of this prefix and 4 more digits. */
  withPrefix(prefix: string, at: number): readonly AcceptedCredential[];
  /** Everything in force at `at`. */
  inForce(at: number): readonly AcceptedCredential[];
  /**
   * Forgets what has ended, and keys whose certificates were revoked since they came. A withdrawal stays: it takes
   * something back whoever signed it. @returns the slots forgotten
   */
  expire(at: number, pace: Pace, isRevoked?: IsRevoked): Promise<readonly string[]>;
}

/** A withdrawal is not a key, and is to be remembered; but not without bound. */
const WITHDRAWALS_PER_SIGNER = 64;

/** Names what replaces what: one signer and one key. */
export function slotOf({ signer, credential }: AcceptedCredential): string {
  return `${signer}.${encodeBase64url(credential.form.publicKey)}`;
}

export function createCredentialIndex(options: CredentialIndexOptions = {}): CredentialIndex {
  const { keysPerSigner = 8, maximumCredentials = 20_000, maximumBytes = 64 * 1024 * 1024 } = options;
  const slots = new Map<string, AcceptedCredential>();
  const bySigner = createGroups<string>();
  const byMailbox = createGroups<AcceptedCredential>();
  const byNumber = createNumberLookup<AcceptedCredential>();
  let bytes = 0;

  const remove = (slot: string): void => {
    const gone = slots.get(slot);
    if (gone === undefined) return;
    slots.delete(slot);
    bytes -= gone.credential.text.length;
    bySigner.delete(gone.signer, slot);
    byNumber.remove(gone);
    byMailbox.delete(encodeBase64url(gone.mailboxId), gone);
  };
  const insert = (slot: string, accepted: AcceptedCredential): void => {
    slots.set(slot, accepted);
    bytes += accepted.credential.text.length;
    bySigner.add(accepted.signer, slot);
    if (isWithdrawal(accepted.credential)) return;
    byNumber.add(accepted.entries, accepted);
    byMailbox.add(encodeBase64url(accepted.mailboxId), accepted);
  };
  /** The signer's oldest of the same sort, where this one is one too many; it may be this one itself. */
  const oneTooMany = (slot: string, accepted: AcceptedCredential): string | undefined => {
    const isEnding = isWithdrawal(accepted.credential);
    const rivals = [...bySigner.of(accepted.signer)].filter(
      (one) => one !== slot && isWithdrawal(slots.get(one)!.credential) === isEnding,
    );
    if (rivals.length < (isEnding ? WITHDRAWALS_PER_SIGNER : keysPerSigner)) return undefined;
    const issuedAt = (one: string): number => (slots.get(one) ?? accepted).credential.issuedAt;
    return [slot, ...rivals].reduce((a, b) => (issuedAt(b) < issuedAt(a) ? b : a));
  };
  const hasRoom = (replaced: readonly (string | undefined)[], accepted: AcceptedCredential): boolean => {
    const going = replaced.flatMap((slot) => slots.get(slot ?? '') ?? []);
    const freed = going.reduce((sum, { credential }) => sum + credential.text.length, 0);
    if (slots.size - going.length >= maximumCredentials) return false;
    return bytes - freed + accepted.credential.text.length <= maximumBytes;
  };

  return {
    upsert(accepted) {
      const slot = slotOf(accepted);
      const present = slots.get(slot)?.credential;
      if (present?.text === accepted.credential.text) return { outcome: 'same' };
      if (present !== undefined && present.issuedAt >= accepted.credential.issuedAt)
        return { outcome: 'older' };
      const gone = oneTooMany(slot, accepted);
      if (gone === slot) return { outcome: 'too-many-keys' };
      if (!hasRoom([slot, gone], accepted)) return { outcome: 'full' };
      remove(slot);
      if (gone !== undefined) remove(gone);
      insert(slot, accepted);
      return { outcome: 'new', gone };
    },
    mailbox(id, at, cps, graceSeconds = 0) {
      for (const holder of byMailbox.of(encodeBase64url(id)))
        if (
          isInForce(holder, at - graceSeconds) &&
          (cps === undefined || holder.credential.cps.includes(cps))
        )
          return holder.credential.form;
      return undefined;
    },
    holdersOf: (id, at, cps) =>
      [...byMailbox.of(encodeBase64url(id))].filter(
        (one) => isInForce(one, at) && (cps === undefined || one.credential.cps.includes(cps)),
      ),
    keysFor(called, owner, at) {
      const found = byNumber.find(called, owner).filter((one) => isInForce(one, at));
      return selectKeys(found, called, owner);
    },
    withPrefix: (prefix, at) => byNumber.findPrefix(prefix).filter((one) => isInForce(one, at)),
    inForce: (at) => [...slots.values()].filter((one) => isInForce(one, at)),
    async expire(at, pace, isRevoked) {
      const ended: string[] = [];
      for (const [slot, one] of slots) {
        await pace();
        const isOver = keptUntil(one) <= at || (isRevoked !== undefined && isTakenBack(one, isRevoked));
        if (!isOver || slots.get(slot) !== one) continue;
        remove(slot);
        ended.push(slot);
      }
      return ended;
    },
  };
}

/** Sets by name; an empty one is not kept. */
function createGroups<T>() {
  const groups = new Map<string, Set<T>>();
  return {
    of: (name: string): ReadonlySet<T> => groups.get(name) ?? new Set(),
    add: (name: string, value: T) => void groups.set(name, (groups.get(name) ?? new Set()).add(value)),
    delete(name: string, value: T): void {
      groups.get(name)?.delete(value);
      if (groups.get(name)?.size === 0) groups.delete(name);
    },
  };
}

function isTakenBack({ credential }: AcceptedCredential, isRevoked: IsRevoked): boolean {
  return !isWithdrawal(credential) && credential.chain.some(isRevoked);
}

function isInForce({ credential }: AcceptedCredential, at: number): boolean {
  return !isWithdrawal(credential) && at < credential.expiresAt;
}

/** A mailbox can be read for a while after its credential ended. */
function keptUntil({ credential }: AcceptedCredential): number {
  return isWithdrawal(credential)
    ? credential.issuedAt + WITHDRAWAL_SECONDS
    : credential.expiresAt + KEY_KEPT_SECONDS;
}
