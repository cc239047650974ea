// Live deposits in memory, for one process. Expiry by a wheel of one-second slots, emptied in slices so that a burst
// of expiring deposits never holds up a call; what has expired is invisible at once, emptied or not.

import { MAXIMUM_BLOBS_PER_SHARD } from '@oobleck/stir/mailbox';
import {
  chooseDropped,
  createMailboxWatchers,
  type MailboxStore,
  type ShardContents,
  type StoredBlob,
} from '../../cps/index.ts';

export interface MemoryMailboxStoreOptions {
  /** Live blobs in one shard, default 256. */
  readonly maximumBlobsPerShard?: number;
  /** Uniform in [0, 1), default Math.random: it decides which of equal blobs gives way, no secret. */
  readonly random?: () => number;
}

export interface MemoryMailboxStore extends MailboxStore {
  list(shard: string, nowMs: number): ShardContents;
  /**
   * Forgets what has expired, at most `maximum` records a call.
   * @returns whether everything due is gone
   */
  sweep(nowMs: number, maximum?: number): boolean;
  /** Records kept, expired ones not yet swept included. */
  readonly size: number;
}

interface Shard {
  readonly live: Map<string, StoredBlob>;
  /** Ids that may not be added again, live ones included. */
  readonly seen: Set<string>;
  floodedUntilMs: number;
}

interface Due {
  readonly shard: string;
  readonly blob: Pick<StoredBlob, 'id' | 'retractHash'>;
}

const FLOODED_MS = 60_000;
const SLICE = 1_000;

export function createMemoryMailboxStore(options: MemoryMailboxStoreOptions = {}): MemoryMailboxStore {
  const maximumBlobs = options.maximumBlobsPerShard ?? MAXIMUM_BLOBS_PER_SHARD;
  const random = options.random ?? Math.random;
  const shards = new Map<string, Shard>();
  const byRetractHash = new Map<string, Set<Due>>();
  const watchers = createMailboxWatchers();
  const wheel = createWheel();

  const forget = (due: Due): void => {
    const { shard, blob } = due;
    const sameHash = byRetractHash.get(blob.retractHash);
    if (sameHash?.delete(due) && sameHash.size === 0) byRetractHash.delete(blob.retractHash);
    const contents = shards.get(shard);
    if (contents === undefined) return;
    contents.live.delete(blob.id);
    contents.seen.delete(blob.id);
    if (contents.seen.size === 0) shards.delete(shard);
  };

  return {
    add(name, blob) {
      const shard = shards.get(name) ?? { live: new Map(), seen: new Set(), floodedUntilMs: 0 };
      if (shard.seen.has(blob.id)) return;
      shards.set(name, shard);
      shard.seen.add(blob.id);
      shard.live.set(blob.id, blob);
      const due = { shard: name, blob: { id: blob.id, retractHash: blob.retractHash } };
      byRetractHash.set(blob.retractHash, (byRetractHash.get(blob.retractHash) ?? new Set()).add(due));
      wheel.add(Math.ceil(blob.expiresAtMs / 1000), due);
      if (shard.live.size > maximumBlobs) makeRoom(shard, blob.depositedAtMs, maximumBlobs, random());
      watchers.tell(name, blob);
    },
    list(name, nowMs) {
      const shard = shards.get(name);
      if (shard === undefined) return { blobs: [], isFlooded: false };
      const blobs = [...shard.live.values()].filter(({ expiresAtMs }) => expiresAtMs > nowMs);
      return { blobs, isFlooded: shard.floodedUntilMs > nowMs };
    },
    retract(hashes) {
      for (const hash of hashes)
        for (const due of byRetractHash.get(hash) ?? []) shards.get(due.shard)?.live.delete(due.blob.id);
    },
    watch: watchers.watch,
    sweep: (nowMs, maximum = SLICE) => wheel.take(Math.floor(nowMs / 1000), maximum, forget),
    get size() {
      return wheel.size;
    },
  };
}

function makeRoom(shard: Shard, nowMs: number, maximumBlobs: number, random: number): void {
  for (const { id, expiresAtMs } of shard.live.values()) if (expiresAtMs <= nowMs) shard.live.delete(id);
  if (shard.live.size <= maximumBlobs) return;
  shard.live.delete(chooseDropped([...shard.live.values()], random).id);
  shard.floodedUntilMs = nowMs + FLOODED_MS;
}

/** Things due at whole seconds. */
function createWheel() {
  const slots = new Map<number, Due[]>();
  let next = Number.POSITIVE_INFINITY;
  let size = 0;
  return {
    get size() {
      return size;
    },
    add(second: number, due: Due): void {
      const slot = slots.get(second);
      if (slot === undefined) slots.set(second, [due]);
      else slot.push(due);
      next = Math.min(next, second);
      size++;
    },
    /** Hands over what is due up to `second`, at most `maximum` of it. @returns whether nothing due is left */
    take(second: number, maximum: number, receive: (due: Due) => void): boolean {
      let left = maximum;
      while (size > 0 && next <= second) {
        const slot = slots.get(next) ?? [];
        while (slot.length > 0 && left-- > 0) {
          receive(slot.pop()!);
          size--;
        }
        if (slot.length > 0) return false;
        slots.delete(next);
        next = slots.size === 0 ? Number.POSITIVE_INFINITY : Math.min(...slots.keys());
      }
      return true;
    },
  };
}
