// Key directory (RFC 8816 Section 11): keeps key credentials that prove themselves, and hands the same list to
// everybody. The CPS of the same operator reads it too, since a mailbox exists while a credential stands for it.
// A directory can withhold a credential; it can neither change nor add one.

import type { Certificate, NumberMap } from '@oobleck/stir/certificate';
import {
  type CredentialRefusal,
  isWithdrawal,
  judgeKeyCredential,
  parseKeyCredential,
} from '@oobleck/stir/credential';
import type { Crypto } from '@oobleck/stir/crypto';
import type { MailboxForm } from '@oobleck/stir/mailbox';
import { type CredentialIndexOptions, createCredentialIndex, slotOf } from './credential-index.ts';
import { createPace } from './pace.ts';

/** Port: where credentials outlast the process. */
export interface CredentialStore {
  /** Everything saved, in no order. */
  all(): Promise<readonly string[]> | readonly string[];
  /** Durable when it resolves; the slot's previous credential is replaced. */
  save(slot: string, credential: string): Promise<void> | void;
  /** Idempotent. */
  remove(slot: string): Promise<void> | void;
  /**
   * Tells of slots that change from now on, through whichever process; `undefined` for one that was removed. Its own
   * changes may be told too. Left out by a store that no other process shares.
   * @returns what looks for changes, where the store does not tell of them by itself; synchronous and cheap
   */
  follow?(
    receive: (slot: string, credential: string | undefined) => void,
  ): Promise<() => void> | (() => void);
}

/** The issuers whose tokens a CPS accepts, with the keys clients compare (RFC 9578 Section 4). */
export interface IssuerAdvertisement {
  /** Origin of the CPS. */
  readonly cps: string;
  readonly issuers: readonly { readonly name: string; readonly keys: readonly string[] }[];
}

export interface KeyDirectoryParts {
  readonly crypto: Crypto;
  /** Seconds since 1970. */
  readonly now: () => number;
  readonly anchors: () => readonly Certificate[];
  /** Whether an authority took a certificate back; without it none is. */
  readonly isRevoked?: ((certificate: Certificate) => boolean) | undefined;
  readonly numberMap?: NumberMap | undefined;
  readonly store: CredentialStore;
  /** What is known now of the issuers of each CPS. */
  readonly issuers: () => readonly IssuerAdvertisement[];
}

export interface KeyDirectoryOptions extends CredentialIndexOptions {
  /** Lines of one mirror answer, default 1000. */
  readonly mirrorLines?: number;
  /** Bytes of the credentials of one mirror or prefix answer, default 1 MiB. */
  readonly answerBytes?: number;
  /** Origin of the CPS that asks for mailboxes here: it opens those of credentials that name it. Default: any. */
  readonly cps?: string;
  /** Take credentials that name that CPS only: nobody mirrors the others from here. Default false. */
  readonly isCpsOnly?: boolean;
}

export type RegisterRefusal = CredentialRefusal | 'other-cps' | 'too-many-keys';

export type RegisterOutcome =
  | { readonly outcome: 'new' | 'same' | 'older' | 'full' }
  | { readonly outcome: 'refused'; readonly reason: RegisterRefusal };

/** What stands around a credential in a line. */
const LINE_BYTES = 48;

/** A line of the mirror: a credential, or the issuers of a CPS. */
export type MirrorLine =
  | { readonly cursor: number; readonly jws: string }
  | ({ readonly cursor: number } & IssuerAdvertisement);

export interface KeyDirectory {
  /** @throws StirError ERR_CREDENTIAL_FORMAT where the text is no credential */
  register(text: string): Promise<RegisterOutcome>;
  /** What changed after `cursor`, in order; 0 for everything. Issuer lines come with every answer. */
  changesSince(cursor: number): readonly MirrorLine[];
  /** Grows with every change of the credentials. */
  readonly version: number;
  /** What is known now of the issuers of each CPS. */
  issuers(): readonly IssuerAdvertisement[];
  /** Credentials in force that name a number with this prefix and 4 more digits; the shortest, where they are too many. */
  withPrefix(prefix: string): readonly string[];
  /** @param graceSeconds see `CredentialIndex` */
  mailbox(id: Uint8Array, graceSeconds?: number): MailboxForm | undefined;
  /** The form of a mailbox by a credential in force of this signer (see `signerId`). */
  holder(id: Uint8Array, signer: string): { readonly form: MailboxForm } | undefined;
  /** Reads the store; to be called once before anything else. */
  open(): Promise<void>;
  /** Takes in what other processes that share the store have changed; to be called now and then. */
  follow(): void;
  /** Forgets what has ended, and keys whose certificates were revoked since. */
  sweep(): Promise<void>;
}

export function createKeyDirectory(
  parts: KeyDirectoryParts,
  options: KeyDirectoryOptions = {},
): KeyDirectory {
  const index = createCredentialIndex(options);
  const changes = createChangeLog(parts.now());
  const { mirrorLines = 1_000, answerBytes = 1_048_576, cps, isCpsOnly = false } = options;
  const unsaved = new Set<string>();
  let catchUp = (): void => undefined;

  const forget = async (slot: string): Promise<void> => {
    changes.forget(slot);
    unsaved.delete(slot);
    await parts.store.remove(slot);
  };
  const accept = (text: string): RegisterOutcome & { readonly slot?: string; readonly gone?: string } => {
    const { crypto, numberMap } = parts;
    const judgement = judgeKeyCredential(
      { crypto, numberMap, anchors: parts.anchors(), isRevoked: parts.isRevoked },
      parseKeyCredential(text),
      parts.now(),
    );
    if (!judgement.accepted) return { outcome: 'refused', reason: judgement.reason };
    const { credential } = judgement.value;
    // Whoever moved to another CPS still withdraws at the one before.
    if (isCpsOnly && !credential.cps.includes(cps ?? '') && !isWithdrawal(credential))
      return { outcome: 'refused', reason: 'other-cps' };
    const { outcome, gone } = index.upsert(judgement.value);
    if (outcome === 'too-many-keys') return { outcome: 'refused', reason: outcome };
    if (outcome === 'full') return { outcome };
    const slot = slotOf(judgement.value);
    if (outcome === 'new') changes.record(slot, text);
    return { outcome, slot, ...(gone === undefined ? {} : { gone }) };
  };

  const holderOf = (id: Uint8Array, signer: string): { readonly form: MailboxForm } | undefined =>
    index.holdersOf(id, parts.now(), cps).find((one) => one.signer === signer)?.credential;

  /** What another process took, judged here again; what it forgot ends here by its own time, or was replaced. */
  const follow = (_slot: string, text: string | undefined): void => {
    if (text !== undefined) accept(text);
  };
  return {
    async register(text) {
      catchUp();
      const { slot, gone, ...result } = accept(text);
      if (gone !== undefined) await forget(gone);
      if (result.outcome === 'new') unsaved.add(slot!);
      // A credential that could not be saved is saved when it is registered again.
      if (slot !== undefined && result.outcome !== 'older' && unsaved.has(slot)) {
        await parts.store.save(slot, text);
        unsaved.delete(slot);
      }
      return result;
    },
    changesSince(cursor) {
      const credentials = changes.since(cursor, mirrorLines, answerBytes);
      const last = credentials.at(-1)?.cursor ?? changes.cursor;
      return [...credentials, ...parts.issuers().map((one) => ({ cursor: last, ...one }))];
    },
    get version() {
      return changes.version;
    },
    issuers: () => parts.issuers(),
    withPrefix: (prefix) =>
      shortest(
        index.withPrefix(prefix, parts.now()).map(({ credential }) => credential.text),
        answerBytes,
      ),
    mailbox(id, graceSeconds) {
      const known = index.mailbox(id, parts.now(), cps, graceSeconds);
      if (known !== undefined) return known;
      catchUp(); // it may have been registered through another process just now
      return index.mailbox(id, parts.now(), cps, graceSeconds);
    },
    holder(id, signer) {
      const known = holderOf(id, signer);
      if (known !== undefined) return known;
      catchUp(); // as above
      return holderOf(id, signer);
    },
    follow: () => catchUp(),
    async open() {
      catchUp = (await parts.store.follow?.(follow)) ?? catchUp;
      const pace = createPace();
      for (const text of await parts.store.all()) {
        const { gone } = accept(text);
        if (gone !== undefined) await forget(gone);
        await pace();
      }
    },
    async sweep() {
      catchUp(); // what another process renewed has not ended
      for (const slot of await index.expire(parts.now(), createPace(), parts.isRevoked)) await forget(slot);
    },
  };
}

/**
 * The latest text of each slot in the order of change. Cursors only grow, across restarts too: they begin at the time
 * of the start in microseconds.
 */
function createChangeLog(startedAt: number) {
  const bySlot = new Map<string, { readonly cursor: number; readonly jws: string }>();
  let cursor = Math.floor(startedAt * 1_000_000);
  let version = 0;
  return {
    get cursor() {
      return cursor;
    },
    get version() {
      return version;
    },
    record(slot: string, jws: string): void {
      bySlot.delete(slot); // a Map keeps insertion order: what changed last stands last
      bySlot.set(slot, { cursor: ++cursor, jws });
      version++;
    },
    forget(slot: string): void {
      bySlot.delete(slot);
      version++;
    },
    /** At least one, where there is one. */
    since(after: number, maximum: number, maximumBytes: number) {
      const lines = [];
      let bytes = 0;
      for (const line of bySlot.values()) {
        if (line.cursor <= after) continue;
        bytes += line.jws.length + LINE_BYTES;
        if (lines.length === maximum || (lines.length > 0 && bytes > maximumBytes)) break;
        lines.push(line);
      }
      return lines;
    },
  };
}

/** As many as have room; the shortest first, so that what somebody blew up crowds out nobody else's. */
function shortest(texts: readonly string[], maximumBytes: number): readonly string[] {
  let bytes = 0;
  const fits = ({ length }: string): boolean => {
    bytes += length + LINE_BYTES;
    return bytes <= maximumBytes;
  };
  return [...texts].sort((a, b) => a.length - b.length).filter(fits);
}
