// Keeps a stream for every mailbox of this service at every CPS of it, as keys come and go, and what the streams bring.
// An enterprise call centre or a carrier verifies from there (RFC 8816 Section 5.5, R-09).

import { encodeBase64url } from '@oobleck/stir/bytes';
import { encodeAddress } from '@oobleck/stir/mailbox';
import { createFading } from '../call/index.ts';
import { type KeptStream, type KeptStreamParts, keepStream } from './kept-stream.ts';
import type { OwnKey } from './key-holder.ts';
import { createOpenedBlobs } from './opened-blobs.ts';
import { createStreamedCalls } from './streamed-calls.ts';
import type { StreamedMailboxes } from './streamed-mailboxes.ts';

export interface StreamKeeperParts extends KeptStreamParts {
  /** The keys that calls are sealed to now. */
  readonly keys: () => readonly OwnKey[];
}

export interface StreamKeeperOptions {
  /** Frames at each tick, default 1: 7 calls. */
  readonly cells?: number;
  /** Default 100. */
  readonly cadenceMs?: number;
  /** Envelopes kept, default 65536. */
  readonly rememberedEnvelopes?: number;
}

export interface StreamKeeper extends StreamedMailboxes {
  /** Opens streams for new keys and ends those of old ones; to be called now and then. */
  refresh(): void;
  /** Streams that are kept, and how many of them are open. */
  status(): { readonly kept: number; readonly open: number };
  close(): void;
}

export function createStreamKeeper(
  parts: StreamKeeperParts,
  options: StreamKeeperOptions = {},
): StreamKeeper {
  const { cells = 1, cadenceMs = 100 } = options;
  const calls = createStreamedCalls(parts.now, options.rememberedEnvelopes);
  const opened = createOpenedBlobs(parts.crypto, parts.now);
  const kept = new Map<string, KeptStream>();

  const receiverFor = (key: OwnKey) => {
    const mailbox = encodeBase64url(key.mailboxId);
    const seen = createSeen(parts.now);
    return (shard: number, blob: Uint8Array): void => {
      const address = encodeAddress(key.mailboxId, shard);
      if (!seen.isNew(encodeBase64url(parts.crypto.sha256(address, blob)))) return;
      const envelope = opened.open(key, address, blob);
      if (envelope !== undefined) calls.add(mailbox, envelope);
    };
  };
  return {
    cadenceMs,
    recall: calls.recall,
    watch: calls.watch,
    covers: (key) =>
      !calls.hasGap(encodeBase64url(key.mailboxId)) &&
      key.cps.every((cps) => kept.get(nameOf(key, cps))?.isWhole() === true),
    refresh() {
      const wanted = new Map(
        parts.keys().flatMap((key) => key.cps.map((cps) => [nameOf(key, cps), { key, cps }])),
      );
      for (const [name, stream] of kept) {
        if (wanted.has(name)) continue;
        stream.close();
        kept.delete(name);
      }
      for (const [name, one] of wanted)
        if (!kept.has(name))
          kept.set(name, keepStream(parts, { cells, cadenceMs }, one, receiverFor(one.key)));
    },
    status: () => ({ kept: kept.size, open: [...kept.values()].filter(({ isOpen }) => isOpen).length }),
    close() {
      for (const stream of kept.values()) stream.close();
      kept.clear();
    },
  };
}

function nameOf({ mailboxId }: OwnKey, cps: string): string {
  return `${encodeBase64url(mailboxId)} ${cps}`;
}

/** Blobs that came already, by a retrieval or from another CPS. */
function createSeen(now: () => number) {
  const seen = createFading<true>(MAXIMUM_SEEN);
  return {
    isNew(name: string): boolean {
      const nowMs = now();
      if (seen.get(name, nowMs) !== undefined) return false;
      seen.set(name, true, nowMs + SEEN_MS, nowMs);
      return true;
    },
  };
}

const MAXIMUM_SEEN = 65_536;
const SEEN_MS = 120_000;
