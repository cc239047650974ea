// The called side's encryption keys: made here, published as key credentials, changed well before they end, erased
// two minutes after. Whoever gets hold of a key reads what was sealed to it, so none lives longer than a week.

import { createByteReader, encodeBase64url } from '@oobleck/stir/bytes';
import type { Certificate } from '@oobleck/stir/certificate';
import {
  formatStreamRequest,
  KEY_KEPT_SECONDS,
  type KeyCredentialClaims,
  MAXIMUM_CREDENTIAL_SECONDS,
  signKeyCredential,
} from '@oobleck/stir/credential';
import type { AgreementKey, Crypto, SigningKey } from '@oobleck/stir/crypto';
import { encodeAddress, type MailboxForm, mailboxId } from '@oobleck/stir/mailbox';
import {
  createNumberCover,
  type NumberCover,
  type TelephoneNumber,
  type TnEntry,
} from '@oobleck/stir/number';
import { SUITE_X25519 } from '@oobleck/stir/seal';
import type { OwnAddress, OwnKeys } from './parts.ts';

/** A key that calls may be sealed to now. */
export interface OwnKey {
  readonly agreement: AgreementKey;
  readonly mailboxId: Uint8Array;
  readonly form: MailboxForm;
  /** Origins of the CPSs that keep the mailbox. */
  readonly cps: readonly string[];
  readonly pages: number;
  readonly expiresAt: number;
}

/** A key as it is stored: everything needed to go on after a restart. */
export interface StoredKey {
  /** The 32 secret bytes. */
  readonly secret: Uint8Array;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** Port: where keys outlast the process. Holds secrets. */
export interface KeyStore {
  load(): Promise<readonly StoredKey[]> | readonly StoredKey[];
  /** Durable when it resolves; replaces everything saved before. */
  save(keys: readonly StoredKey[]): Promise<void> | void;
}

export interface KeyHolderParts {
  readonly crypto: Crypto;
  /** Seconds since 1970. */
  readonly now: () => number;
  /** Signs the credentials; read at every renewal, so that a changed certificate is used. */
  readonly identity: () => { readonly key: SigningKey; readonly chain: readonly Certificate[] };
  readonly store: KeyStore;
  /** Registers a credential with one directory or CPS. Rejects where it was not taken. */
  readonly register: (origin: string, credential: string) => Promise<void>;
}

export interface KeyHolderOptions {
  /** The numbers that are served. */
  readonly entries: readonly TnEntry[];
  readonly cps: readonly string[];
  readonly directories: readonly string[];
  /** A power of two; default 1. */
  readonly shards?: number;
  /** 16384 (default) or 65536. */
  readonly replyBytes?: number;
  /** Default 1. */
  readonly pages?: number;
  /** Default 0. */
  readonly stake?: number;
  /** Default true. */
  readonly only?: boolean;
  /** How long a key is published, default one day, at most 7 days. */
  readonly keyLifetimeSeconds?: number;
  /** How long before a key ends its successor is published, default 600. */
  readonly overlapSeconds?: number;
  /** For service provider codes among the entries: whether the code serves the number. */
  readonly servesBySpc?: (number: TelephoneNumber) => boolean;
}

export interface Registration {
  readonly origin: string;
  readonly registered: boolean;
}

export interface KeyHolder extends Pick<OwnKeys, 'randomAddress'> {
  /** Keys whose mailbox a call to `number` may lie in, the newest first. */
  keysFor(number: TelephoneNumber): readonly OwnKey[];
  /** Keys that calls are sealed to now. */
  published(): readonly OwnKey[];
  /** What opens a stream of the key's mailbox. @param audience authority of the CPS */
  streamRequest(key: OwnKey, audience: string): string;
  /**
   * Loads, makes and erases keys as the time demands, then registers what is in force everywhere. One renewal at a
   * time: whoever asks meanwhile gets the same answer.
   */
  renew(): Promise<readonly Registration[]>;
}

interface HeldKey {
  readonly own: OwnKey;
  readonly stored: StoredKey;
}

export function createKeyHolder(parts: KeyHolderParts, options: KeyHolderOptions): KeyHolder {
  const lifetime = Math.min(options.keyLifetimeSeconds ?? 86_400, MAXIMUM_CREDENTIAL_SECONDS);
  const overlap = Math.min(options.overlapSeconds ?? 600, lifetime / 2);
  const served = createNumberCover(options.entries);
  let stored: readonly StoredKey[] | undefined;
  let keys: readonly HeldKey[] = [];
  const signed = new WeakMap<readonly Certificate[], Map<string, string>>();

  let renewal: Promise<readonly Registration[]> | undefined;

  const roll = async (): Promise<void> => {
    const now = parts.now();
    const kept = (stored ?? (await parts.store.load())).filter(
      ({ expiresAt }) => expiresAt + KEY_KEPT_SECONDS > now,
    );
    const isCovered = kept.some(({ issuedAt, expiresAt }) => issuedAt <= now && expiresAt - overlap > now);
    const next = isCovered ? kept : [...kept, makeStoredKey(parts.crypto, now, lifetime)];
    if (stored === undefined || next.length !== stored.length || !isCovered) await parts.store.save(next);
    stored = next;
    keys = next.map((one) => ({ stored: one, own: prepare(parts.crypto, one, options) }));
  };

  return {
    keysFor(number) {
      if (!servesNumber(served, options, number)) return [];
      return keys
        .map(({ own }) => own)
        .filter(({ expiresAt }) => expiresAt + KEY_KEPT_SECONDS > parts.now())
        .reverse();
    },
    published: () => keys.map(({ own }) => own).filter(({ expiresAt }) => expiresAt > parts.now()),
    streamRequest({ mailboxId }, audience) {
      const { key, chain } = parts.identity();
      const id = encodeBase64url(parts.crypto.randomBytes(16));
      return formatStreamRequest({ mailboxId, audience, issuedAt: parts.now(), id }, key, chain);
    },
    randomAddress: () => randomAddressOf(parts.crypto, keys.at(-1)?.own),
    renew() {
      renewal ??= roll()
        .then(() => registerAll(parts, options, publish(parts, keys, options, signed)))
        .finally(() => {
          renewal = undefined;
        });
      return renewal;
    },
  };
}

function registerAll(
  { register }: KeyHolderParts,
  { directories, cps }: KeyHolderOptions,
  credentials: readonly string[],
): Promise<readonly Registration[]> {
  return Promise.all(
    [...new Set([...directories, ...cps])].map(async (origin) => {
      const results = await Promise.allSettled(credentials.map((text) => register(origin, text)));
      return { origin, registered: results.every(({ status }) => status === 'fulfilled') };
    }),
  );
}

function makeStoredKey(crypto: Crypto, now: number, lifetime: number): StoredKey {
  return { secret: crypto.generateAgreementKey().exportSecret(), issuedAt: now, expiresAt: now + lifetime };
}

function prepare(crypto: Crypto, { secret, expiresAt }: StoredKey, options: KeyHolderOptions): OwnKey {
  const agreement = crypto.importAgreementKey(secret);
  const form: MailboxForm = {
    suite: SUITE_X25519,
    publicKey: agreement.publicKey,
    shards: options.shards ?? 1,
    replyBytes: options.replyBytes ?? 16_384,
  };
  const { cps } = options;
  return { agreement, form, mailboxId: mailboxId(crypto, form), cps, pages: options.pages ?? 1, expiresAt };
}

/**
 * The credentials of the keys in force, newest last, each signed once for a certificate chain: what is registered again
 * is the same text, and taken as such. Of one signer's keys callers use the one issued last, so only the newest key
 * is ever issued anew.
 */
function publish(
  { now, identity }: KeyHolderParts,
  keys: readonly HeldKey[],
  options: KeyHolderOptions,
  signed: WeakMap<readonly Certificate[], Map<string, string>>,
): readonly string[] {
  const { key, chain } = identity();
  const texts = signed.get(chain) ?? new Map<string, string>();
  signed.set(chain, texts);
  return keys
    .filter(({ stored }) => stored.expiresAt > now())
    .map(({ own, stored }) => {
      const name = encodeBase64url(own.mailboxId);
      const issuedAt = stored === keys.at(-1)!.stored ? now() : stored.issuedAt;
      const text = texts.get(name) ?? signKeyCredential(claimsOf(own, issuedAt, options), chain, key);
      texts.set(name, text);
      return text;
    });
}

function claimsOf(
  { form, expiresAt }: OwnKey,
  issuedAt: number,
  options: KeyHolderOptions,
): KeyCredentialClaims {
  return {
    issuedAt,
    expiresAt,
    entries: options.entries,
    form,
    cps: options.cps,
    pages: options.pages ?? 1,
    stake: options.stake ?? 0,
    only: options.only ?? true,
  };
}

/** Only numbers this key serves are asked for. */
function servesNumber(served: NumberCover, options: KeyHolderOptions, number: TelephoneNumber): boolean {
  if (served.coversNumber(number)) return true;
  return served.spcs.size > 0 && options.servesBySpc?.(number) === true;
}

function randomAddressOf(crypto: Crypto, key: OwnKey | undefined): OwnAddress | undefined {
  if (key === undefined) return undefined;
  const shard = createByteReader(crypto.randomBytes(4)).uint32() % key.form.shards;
  return { key, address: encodeAddress(key.mailboxId, shard) };
}
