// Key directory (RFC 8816 Section 11): keeps key credentials that prove themselves, and hands the same list to
// everybody. The CPS of the same operator reads it too, since a mailbox exists while a credential stands for it.
// A directory can withhold a credential; it can neither change nor add one.

import type { Certificate, NumberMap } from '@oobleck/stir/certificate';
import {
  type AcceptedCredential,
  type CredentialRefusal,
  judgeKeyCredential,
  parseKeyCredential,
} from '@oobleck/stir/credential';
import type { Crypto } from '@oobleck/stir/crypto';
import type { MailboxForm } from '@oobleck/stir/mailbox';
import type { TnEntry } from '@oobleck/stir/number';
import { createCredentialIndex, slotOf, type UpsertOutcome } from './credential-index.ts';

/** Port: where credentials outlast the process. */
export interface CredentialStore {
  /** Everything saved, in no order. */
  all(): Promise<readonly string[]> | readonly string[];
  /** Durable when it resolves; the slot's previous credential is replaced. */
  save(slot: string, credential: string): Promise<void> | void;
  /** Idempotent. */
  remove(slot: string): Promise<void> | void;
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
  readonly numberMap?: NumberMap | undefined;
  readonly store: CredentialStore;
  /** What is known now of the issuers of each CPS. */
  readonly issuers: () => readonly IssuerAdvertisement[];
}

export interface KeyDirectoryOptions {
  /** Lines of one mirror answer, default 1000. */
  readonly mirrorLines?: number;
}

export type RegisterOutcome =
  | { readonly outcome: UpsertOutcome }
  | { readonly outcome: 'refused'; readonly reason: CredentialRefusal };

/** A line of the mirror: a credential, or the issuers of a CPS. */
export type MirrorLine =
  | { readonly cursor: number; readonly jws: string }
  | ({ readonly cursor: number } & IssuerAdvertisement);

export interface KeyDirectory {
  /** @throws StirError ERR_CREDENTIAL_FORMAT where the text is no credential */
  register(text: string): Promise<RegisterOutcome>;
  /** What changed after `cursor`, in order; 0 for everything. Issuer lines come with every answer. */
  changesSince(cursor: number): readonly MirrorLine[];
  /** Credentials in force that name a number with this prefix and 4 more digits. */
  withPrefix(prefix: string): readonly string[];
  /** @param graceSeconds see `CredentialIndex` */
  mailbox(id: Uint8Array, graceSeconds?: number): MailboxForm | undefined;
  /** Reads the store; to be called once before anything else. */
  open(): Promise<void>;
  /** Forgets what has ended. */
  sweep(): Promise<void>;
}

export function createKeyDirectory(
  parts: KeyDirectoryParts,
  options: KeyDirectoryOptions = {},
): KeyDirectory {
  const index = createCredentialIndex();
  const changes = createChangeLog(parts.now());
  const mirrorLines = options.mirrorLines ?? 1_000;
  const unsaved = new Set<string>();

  const accept = (text: string): RegisterOutcome & { readonly slot?: string } => {
    const { crypto, numberMap } = parts;
    const judgement = judgeKeyCredential(
      { crypto, numberMap, anchors: parts.anchors() },
      parseKeyCredential(text),
      parts.now(),
    );
    if (!judgement.accepted) return { outcome: 'refused', reason: judgement.reason };
    const outcome = index.upsert(judgement.value);
    const slot = slotOf(judgement.value);
    if (outcome === 'new') changes.record(slot, text);
    return { outcome, slot };
  };

  return {
    async register(text) {
      const { slot, ...result } = accept(text);
      if (result.outcome === 'new') unsaved.add(slot!);
      // A credential that could not be saved is saved when it is registered again.
      if (slot !== undefined && result.outcome !== 'older' && unsaved.has(slot)) {
        await parts.store.save(slot, text);
        unsaved.delete(slot);
      }
      return result;
    },
    changesSince(cursor) {
      const credentials = changes.since(cursor, mirrorLines);
      const last = credentials.at(-1)?.cursor ?? changes.cursor;
      return [...credentials, ...parts.issuers().map((one) => ({ cursor: last, ...one }))];
    },
    withPrefix: (prefix) =>
      index
        .inForce(parts.now())
        .filter(({ entries }) => entries.some((entry) => touchesPrefix(entry, prefix)))
        .map(({ credential }: AcceptedCredential) => credential.text),
    mailbox: (id, graceSeconds) => index.mailbox(id, parts.now(), graceSeconds),
    async open() {
      for (const text of await parts.store.all()) accept(text);
    },
    async sweep() {
      for (const slot of index.expire(parts.now())) {
        changes.forget(slot);
        await parts.store.remove(slot);
      }
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
  return {
    get cursor() {
      return cursor;
    },
    record(slot: string, jws: string): void {
      bySlot.delete(slot); // a Map keeps insertion order: what changed last stands last
      bySlot.set(slot, { cursor: ++cursor, jws });
    },
    forget: (slot: string): boolean => bySlot.delete(slot),
    since(after: number, maximum: number) {
      const lines = [];
      for (const line of bySlot.values()) {
        if (line.cursor > after) lines.push(line);
        if (lines.length === maximum) break;
      }
      return lines;
    },
  };
}

/** Whether the entry names one of the 10,000 numbers with this prefix. */
function touchesPrefix(entry: TnEntry, prefix: string): boolean {
  if (entry.kind === 'spc') return false;
  if (entry.kind === 'one')
    return entry.number.length === prefix.length + 4 && entry.number.startsWith(prefix);
  const first = Number(`${prefix}0000`);
  const start = Number(entry.start);
  return entry.start.length === prefix.length + 4 && start <= first + 9_999 && start + entry.count > first;
}
