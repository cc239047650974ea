// The sealed stream: what a CPS sends to the owner of a mailbox who keeps a connection open (RFC 8816 Section 5.5, R-09). It
// begins with the encapsulated key; then come frames of one length at a constant pace, calls or no calls, all under one
// HPKE context that lives and dies with the connection.
//
//   enc || frame...; frame = ciphertext || tag, of the mailbox's replyBytes; plaintext as in sealed-reply.ts
//   info `STIR-OOB v1 sealed stream`; aad = mailboxId || FFFFFFFF, the address of no shard

import { encodeUtf8 } from '../bytes/index.ts';
import type { AgreementKey, Crypto } from '../crypto/crypto.ts';
import { encodeAddress } from '../mailbox/index.ts';
import { ENCAPSULATION_BYTES, prepareInfo } from './hpke.ts';
import { createOpeningContext, createSealingContext } from './hpke-context.ts';
import { encodeReply, parseReply, type Reply, replyRoom } from './sealed-reply.ts';

export interface SealedStream {
  /** The first bytes of the stream. */
  readonly enc: Uint8Array;
  /** The next frame. @throws StirError ERR_REPLY_FORMAT where the items do not fit (see `streamRoom`) */
  frame(reply: Reply): Uint8Array;
}

export interface StreamReader {
  /** What the next frame holds; `undefined` where it is not the next frame: the stream is of no use from there. */
  open(frame: Uint8Array): Reply | undefined;
}

export interface StreamSealer {
  /** @throws StirError ERR_SEAL_INPUT for an unusable key */
  begin(recipient: Uint8Array, mailboxId: Uint8Array, replyBytes: number): SealedStream;
  /** `undefined` where the encapsulated key is of no use. */
  read(recipient: AgreementKey, mailboxId: Uint8Array, enc: Uint8Array): StreamReader | undefined;
}

const ALL_SHARDS = 0xffffffff;
const INFO = encodeUtf8('STIR-OOB v1 sealed stream');

export function createStreamSealer(crypto: Crypto): StreamSealer {
  const info = prepareInfo(crypto, INFO);
  return {
    begin(recipient, mailboxId, replyBytes) {
      const context = createSealingContext(crypto, recipient, info);
      const aad = encodeAddress(mailboxId, ALL_SHARDS);
      return {
        enc: context.enc,
        frame: (reply) => context.seal(aad, encodeReply(reply, bytesOfReply(replyBytes))),
      };
    },
    read(recipient, mailboxId, enc) {
      const context = createOpeningContext(crypto, recipient, info, enc);
      const aad = encodeAddress(mailboxId, ALL_SHARDS);
      return (
        context && {
          open(frame) {
            const plaintext = context.open(aad, frame);
            return plaintext && replyOrNothing(plaintext);
          },
        }
      );
    },
  };
}

/** Bytes of plaintext that blobs may take in a frame, each `replyItemBytes`. */
export function streamRoom(replyBytes: number): number {
  return replyRoom(bytesOfReply(replyBytes));
}

/** A frame carries no encapsulated key, so it has room for what a reply that much longer would have. */
function bytesOfReply(frameBytes: number): number {
  return frameBytes + ENCAPSULATION_BYTES;
}

function replyOrNothing(plaintext: Uint8Array): Reply | undefined {
  try {
    return parseReply(plaintext);
  } catch {
    return undefined; // a CPS that seals nonsense is a CPS that does not stream
  }
}
