// Streams of a Call Placement Service: the owner of a mailbox keeps a connection open and is sent the same number of
// frames at every tick, calls or no calls, so that whoever watches learns nothing (RFC 8816 Sections 5.5 and 7.4, R-09).
// Here is what a stream holds and how many there may be; when its ticks come is the face's business.

import { encodeBase64url } from '@oobleck/stir/bytes';
import type { Crypto } from '@oobleck/stir/crypto';
import { createStreamSealer, type Reply, type SealedStream, streamRoom } from '@oobleck/stir/seal';
import type { MailboxStore } from './mailbox-store.ts';
import type { Owner, StreamDoor, StreamRefusal } from './stream-admission.ts';
import { createStreamQueue, type StreamQueue } from './stream-queue.ts';

export interface MailboxStreamsParts {
  readonly crypto: Crypto;
  readonly store: Pick<MailboxStore, 'watch'>;
  readonly door: StreamDoor;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export interface MailboxStreamsOptions {
  /** Of one signer and mailbox, default 2: one may take the place of another. */
  readonly perMailbox?: number;
  /** Sent by all streams together, default 32 MiB. */
  readonly bytesPerSecond?: number;
  /** Sent by all streams of one signer, default 8 MiB. */
  readonly bytesPerSecondOfSigner?: number;
  /** Blobs that wait in one stream, default 4 MiB; beyond, those of the lowest stake give way. */
  readonly waitingBytes?: number;
}

export interface StreamOrder {
  readonly mailboxId: Uint8Array;
  /** The JWT (see `formatStreamRequest`). */
  readonly request: string;
  /** Frames at each tick. */
  readonly cells: number;
  readonly cadenceMs: number;
}

export interface MailboxStream {
  /** The first bytes. */
  readonly enc: Uint8Array;
  /** What is sent at the next tick: `cells` frames, of one length whatever they hold. */
  frames(): Uint8Array;
  readonly bytesPerTick: number;
  /** Whether whoever opened it still holds the mailbox. */
  isHeld(): boolean;
  /** Idempotent. */
  end(): void;
}

export type StreamOutcome =
  | { readonly outcome: 'open'; readonly stream: MailboxStream }
  | { readonly outcome: 'refused'; readonly reason: StreamRefusal }
  /** The signer has as many streams of this mailbox, or as many bytes, as one may have. */
  | { readonly outcome: 'too-many' }
  /** All streams together send as much as they may. */
  | { readonly outcome: 'busy' };

export interface MailboxStreams {
  open(order: StreamOrder): StreamOutcome;
  /** Streams that are open now. */
  readonly size: number;
}

export function createMailboxStreams(
  parts: MailboxStreamsParts,
  options: MailboxStreamsOptions = {},
): MailboxStreams {
  const { perMailbox = 2, bytesPerSecond = 32 << 20, bytesPerSecondOfSigner = 8 << 20 } = options;
  const sealer = createStreamSealer(parts.crypto);
  const open = new Set<OpenStream>();
  const rateOf = (streams: readonly OpenStream[]): number => streams.reduce((sum, { rate }) => sum + rate, 0);
  return {
    get size() {
      return open.size;
    },
    open(order) {
      const admission = parts.door.admit(order.request, order.mailboxId);
      if (!admission.admitted) return { outcome: 'refused', reason: admission.reason };
      const { owner } = admission;
      const mailbox = encodeBase64url(owner.mailboxId);
      const rate = (order.cells * owner.form.replyBytes * 1000) / order.cadenceMs;
      const own = [...open].filter(({ signer }) => signer === owner.signer);
      if (own.filter((one) => one.mailbox === mailbox).length >= perMailbox) return { outcome: 'too-many' };
      if (rateOf(own) + rate > bytesPerSecondOfSigner) return { outcome: 'too-many' };
      if (rateOf([...open]) + rate > bytesPerSecond) return { outcome: 'busy' };
      const counted: OpenStream = { signer: owner.signer, mailbox, rate };
      const sealed = sealer.begin(owner.form.publicKey, owner.mailboxId, owner.form.replyBytes);
      open.add(counted);
      const onEnd = (): void => void open.delete(counted);
      const queue = createStreamQueue(options.waitingBytes ?? 4 << 20);
      return { outcome: 'open', stream: streamOf(parts, { owner, order, mailbox, sealed, queue, onEnd }) };
    },
  };
}

interface OpenStream {
  readonly signer: string;
  readonly mailbox: string;
  /** Bytes per second. */
  readonly rate: number;
}

interface StreamState {
  readonly owner: Owner;
  readonly order: StreamOrder;
  /** base64url. */
  readonly mailbox: string;
  readonly sealed: SealedStream;
  readonly queue: StreamQueue;
  readonly onEnd: () => void;
}

function streamOf(
  { store, door, now }: MailboxStreamsParts,
  { owner, order, mailbox, sealed, queue, onEnd }: StreamState,
): MailboxStream {
  const { shards, replyBytes } = owner.form;
  const unwatch = store.watch(mailbox, (shard, blob) => {
    if (shard < shards) queue.add({ shard, blob });
  });
  return {
    enc: sealed.enc,
    bytesPerTick: order.cells * replyBytes,
    frames() {
      const bytes = new Uint8Array(order.cells * replyBytes);
      for (let cell = 0; cell < order.cells; cell++)
        bytes.set(sealed.frame(nextReply(queue, replyBytes, now())), cell * replyBytes);
      return bytes;
    },
    isHeld: () => door.isStillOwner(owner),
    end() {
      unwatch();
      onEnd();
    },
  };
}

function nextReply(queue: StreamQueue, replyBytes: number, nowMs: number): Reply {
  const items = queue.take(streamRoom(replyBytes), nowMs).map(({ shard, blob }) => ({
    shard,
    ageMs: Math.max(0, nowMs - blob.depositedAtMs),
    blob: blob.bytes,
  }));
  return { hasLaterPage: !queue.isEmpty, isFlooded: queue.isFlooded(nowMs), items };
}
