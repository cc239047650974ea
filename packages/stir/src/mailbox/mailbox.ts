// Mailboxes of the sealed profile: a place at a CPS, indexed by the called party's public key. The identifier commits
// to every parameter of the mailbox's form, so two parties agree on all of them or name two mailboxes.

import {
  concatBytes,
  createByteReader,
  createByteWriter,
  decodeBase64url,
  encodeUtf8,
} from '../bytes/index.ts';
import type { Crypto } from '../crypto/crypto.ts';
import { isDiallable, type TelephoneNumber } from '../number/index.ts';
import { StirError } from '../stir-error.ts';

/** The HPKE suite of a key: KEM, KDF and AEAD by their RFC 9180 Section 7 identifiers. */
export interface SealSuite {
  readonly kem: number;
  readonly kdf: number;
  readonly aead: number;
}

/** What a mailbox is made of; the same everywhere, published in the key credential. */
export interface MailboxForm {
  readonly suite: SealSuite;
  /** HPKE public key of the called party. */
  readonly publicKey: Uint8Array;
  /** A power of two, 1 to 65536. */
  readonly shards: number;
  /** Length of every reply, 16384 or 65536 bytes. */
  readonly replyBytes: number;
}

/** mailboxId (32 bytes) || uint32 shard. */
export type MailboxAddress = Uint8Array;

export const MAILBOX_ID_BYTES = 32;
export const ADDRESS_BYTES = MAILBOX_ID_BYTES + 4;
export const REPLY_BYTES: readonly number[] = [16_384, 65_536];
export const MAXIMUM_SHARDS = 65_536;
/** With more than one shard a shard stands for at least so many numbers. */
export const NUMBERS_PER_SHARD = 1_000;

const MAILBOX_LABEL = encodeUtf8('STIR-OOB v1 mailbox');
const SHARD_LABEL = encodeUtf8('STIR-OOB v1 shard');

/**
 * SHA-256(label || uint16 kem || uint16 kdf || uint16 aead || uint16 length(pub) || pub || uint32 shards ||
 * uint32 replyBytes).
 */
export function mailboxId(crypto: Crypto, form: MailboxForm): Uint8Array {
  const { suite, publicKey, shards, replyBytes } = form;
  const head = createByteWriter(8)
    .uint16(suite.kem)
    .uint16(suite.kdf)
    .uint16(suite.aead)
    .uint16(publicKey.length);
  const tail = createByteWriter(8).uint32(shards).uint32(replyBytes);
  return crypto.sha256(MAILBOX_LABEL, head.finish(), publicKey, tail.finish());
}

/**
 * Which numbers are asked for together:
 * uint32(first 4 bytes of SHA-256(label || mailboxId || called number)) mod shards.
 */
export function shardOf(crypto: Crypto, id: Uint8Array, shards: number, called: TelephoneNumber): number {
  if (!isDiallable(called)) throw new StirError('ERR_MAILBOX_FORMAT', 'a service code has no mailbox');
  return createByteReader(crypto.sha256(SHARD_LABEL, id, encodeUtf8(called))).uint32() % shards;
}

export function encodeAddress(id: Uint8Array, shard: number): MailboxAddress {
  return concatBytes(id, createByteWriter(4).uint32(shard).finish());
}

/** Where calls to a number are left: {@link mailboxId} and {@link shardOf} in one. */
export function addressOf(crypto: Crypto, form: MailboxForm, called: TelephoneNumber): MailboxAddress {
  const id = mailboxId(crypto, form);
  return encodeAddress(id, shardOf(crypto, id, form.shards, called));
}

/** The two halves of an address. @throws StirError ERR_BYTES_FORMAT unless it has 36 bytes */
export function splitAddress(address: MailboxAddress): { id: Uint8Array; shard: number } {
  const reader = createByteReader(address);
  const id = reader.bytes(MAILBOX_ID_BYTES);
  const shard = reader.uint32();
  reader.end();
  return { id, shard };
}

/** The id of a URL segment. @throws StirError ERR_MAILBOX_FORMAT */
export function parseMailboxId(text: string): Uint8Array {
  if (text.length === 43) {
    try {
      return decodeBase64url(text);
    } catch (cause) {
      throw new StirError('ERR_MAILBOX_FORMAT', 'not a mailbox identifier', { cause });
    }
  }
  throw new StirError('ERR_MAILBOX_FORMAT', 'not a mailbox identifier');
}

export function isShardCount(value: unknown): value is number {
  return Number.isInteger(value) && isPowerOfTwo(value as number) && (value as number) <= MAXIMUM_SHARDS;
}

function isPowerOfTwo(value: number): boolean {
  return value >= 1 && (value & (value - 1)) === 0;
}
