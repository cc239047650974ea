// What waits for the next frames of a stream: the highest stake first, the oldest first among equals. It is bounded;
// beyond, one by chance among those of the lowest stake gives way, as in a mailbox shard, and the stream says "flooded".

import { replyItemBytes } from '@oobleck/stir/seal';
import type { StoredBlob } from './mailbox-store.ts';

export interface WaitingBlob {
  readonly shard: number;
  readonly blob: StoredBlob;
}

export interface StreamQueue {
  add(waiting: WaitingBlob): void;
  /** The next that fit into `room` bytes of a frame and have not expired. */
  take(room: number, nowMs: number): readonly WaitingBlob[];
  readonly isEmpty: boolean;
  /** Whether blobs gave way in the last minute. */
  isFlooded(nowMs: number): boolean;
}

const FLOODED_MS = 60_000;

/**
 * @param maximumBytes of the blobs that wait
 * @param random uniform in [0, 1): it decides which of equal blobs gives way, no secret
 */
export function createStreamQueue(maximumBytes: number, random: () => number = Math.random): StreamQueue {
  const byStake = new Map<number, WaitingBlob[]>();
  let bytes = 0;
  let floodedUntilMs = 0;
  const stakes = (): number[] => [...byStake.keys()].sort((a, b) => b - a);
  const remove = (stake: number, at: number): WaitingBlob => {
    const line = byStake.get(stake)!;
    const [gone] = line.splice(at, 1);
    bytes -= gone!.blob.bytes.length;
    if (line.length === 0) byStake.delete(stake);
    return gone!;
  };
  const giveWay = (nowMs: number): void => {
    const lowest = stakes().at(-1)!;
    remove(lowest, Math.floor(random() * byStake.get(lowest)!.length));
    floodedUntilMs = nowMs + FLOODED_MS;
  };
  return {
    get isEmpty() {
      return bytes === 0;
    },
    isFlooded: (nowMs) => floodedUntilMs > nowMs,
    add(waiting) {
      const { stake, depositedAtMs } = waiting.blob;
      const line = byStake.get(stake) ?? [];
      byStake.set(stake, line);
      line.push(waiting);
      bytes += waiting.blob.bytes.length;
      while (bytes > maximumBytes) giveWay(depositedAtMs);
    },
    take(room, nowMs) {
      const taken: WaitingBlob[] = [];
      let left = room;
      for (const stake of stakes()) {
        while (byStake.has(stake)) {
          const next = byStake.get(stake)![0]!;
          const isLive = next.blob.expiresAtMs > nowMs;
          if (isLive && replyItemBytes(next.blob.bytes.length) > left) return taken;
          remove(stake, 0);
          if (!isLive) continue;
          taken.push(next);
          left -= replyItemBytes(next.blob.bytes.length);
        }
      }
      return taken;
    },
  };
}
