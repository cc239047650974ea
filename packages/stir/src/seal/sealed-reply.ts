// The sealed reply: what a CPS answers to every retrieval (RFC 8816 Section 6.2, R-01), of one length whatever the mailbox
// holds, sealed afresh each time to the mailbox's own key: random bytes to everybody else. Only the
// holder of the key learns whether a call is in progress.
//
//   uint8 version = 1 || uint8 flags || uint16 count || count x (uint32 shard || uint32 ageMs || uint16 length || blob)
//   || zeros; flags bit 0: a later page holds blobs; bit 1: the shard is flooded.

import { concatBytes, createByteReader, encodeUtf8, isAllZero } from '../bytes/index.ts';
import type { AgreementKey, Crypto } from '../crypto/crypto.ts';
import type { MailboxAddress } from '../mailbox/index.ts';
import { StirError } from '../stir-error.ts';
import { ENCAPSULATION_BYTES, openBase, prepareInfo, sealBase, TAG_BYTES } from './hpke.ts';
import { isBlobLength } from './sealed-passport.ts';

export interface ReplyItem {
  readonly shard: number;
  readonly ageMs: number;
  readonly blob: Uint8Array;
}

export interface Reply {
  readonly hasLaterPage: boolean;
  readonly isFlooded: boolean;
  readonly items: readonly ReplyItem[];
}

/** What a reply answers: bound into it, so that no reply stands in for another. */
export interface ReplyQuestion {
  readonly address: MailboxAddress;
  /** 16 random bytes of the asker, which prove that the reply was made for this question. */
  readonly nonce: Uint8Array;
  readonly page: number;
}

export interface ReplySealer {
  /** @param ephemeral made ahead, never used twice */
  seal(
    recipient: Uint8Array,
    question: ReplyQuestion,
    reply: Uint8Array,
    ephemeral?: AgreementKey,
  ): Uint8Array;
  /** `undefined` for what this question's mailbox key did not get from a CPS. */
  open(recipient: AgreementKey, question: ReplyQuestion, sealed: Uint8Array): Reply | undefined;
}

export const NONCE_BYTES = 16;
const VERSION = 1;
const HEAD_BYTES = 4;
const ITEM_HEAD_BYTES = 10;
const FLAG_LATER = 1;
const FLAG_FLOODED = 2;
const INFO = encodeUtf8('STIR-OOB v1 sealed reply');

export function createReplySealer(crypto: Crypto): ReplySealer {
  const info = prepareInfo(crypto, INFO);
  return {
    seal: (recipient, question, reply, ephemeral) =>
      sealBase(crypto, recipient, info, aadOf(question), reply, ephemeral),
    open(recipient, question, sealed) {
      const plaintext = openBase(crypto, recipient, info, aadOf(question), sealed);
      if (plaintext === undefined) return undefined;
      try {
        return parseReply(plaintext);
      } catch {
        return undefined; // a CPS that seals nonsense is a CPS that did not answer
      }
    },
  };
}

/** Bytes of plaintext that a reply of `replyBytes` carries. */
export function replyPlaintextBytes(replyBytes: number): number {
  return replyBytes - ENCAPSULATION_BYTES - TAG_BYTES;
}

/** Bytes of plaintext that a blob of `blobBytes` takes. */
export function replyItemBytes(blobBytes: number): number {
  return ITEM_HEAD_BYTES + blobBytes;
}

/** Bytes of plaintext that blobs may take in a reply of `replyBytes`. */
export function replyRoom(replyBytes: number): number {
  return replyPlaintextBytes(replyBytes) - HEAD_BYTES;
}

/**
 * The plaintext, padded to what a reply of `replyBytes` carries.
 * @param into written over where given; else new memory
 * @throws StirError ERR_REPLY_FORMAT where it does not fit
 */
export function encodeReply(
  reply: Reply,
  replyBytes: number,
  into: Uint8Array = new Uint8Array(replyPlaintextBytes(replyBytes)),
): Uint8Array {
  const used = reply.items.reduce((sum, { blob }) => sum + replyItemBytes(blob.length), HEAD_BYTES);
  if (used > into.length || into.length !== replyPlaintextBytes(replyBytes))
    throw new StirError('ERR_REPLY_FORMAT', 'reply does not fit');
  const view = new DataView(into.buffer, into.byteOffset, into.length);
  view.setUint8(0, VERSION);
  view.setUint8(1, (reply.hasLaterPage ? FLAG_LATER : 0) | (reply.isFlooded ? FLAG_FLOODED : 0));
  view.setUint16(2, reply.items.length);
  let at = HEAD_BYTES;
  for (const { shard, ageMs, blob } of reply.items) {
    view.setUint32(at, shard);
    view.setUint32(at + 4, ageMs);
    view.setUint16(at + 8, blob.length);
    into.set(blob, at + ITEM_HEAD_BYTES);
    at += replyItemBytes(blob.length);
  }
  return into.fill(0, at);
}

/** @throws StirError ERR_REPLY_FORMAT or ERR_BYTES_FORMAT */
export function parseReply(plaintext: Uint8Array): Reply {
  const reader = createByteReader(plaintext);
  if (reader.uint8() !== VERSION) throw new StirError('ERR_REPLY_FORMAT', 'unknown reply version');
  const flags = reader.uint8();
  const count = reader.uint16();
  const items: ReplyItem[] = [];
  for (let item = 0; item < count; item++) {
    const shard = reader.uint32();
    const ageMs = reader.uint32();
    const length = reader.uint16();
    if (!isBlobLength(length)) throw new StirError('ERR_REPLY_FORMAT', 'a blob of no known length');
    items.push({ shard, ageMs, blob: reader.bytes(length) });
  }
  if (!isAllZero(reader.rest())) throw new StirError('ERR_REPLY_FORMAT', 'padding is not zero');
  return { hasLaterPage: (flags & FLAG_LATER) !== 0, isFlooded: (flags & FLAG_FLOODED) !== 0, items };
}

/** aad = address || n || uint16 page. */
function aadOf({ address, nonce, page }: ReplyQuestion): Uint8Array {
  return concatBytes(address, nonce, Uint8Array.of(page >>> 8, page & 0xff));
}
