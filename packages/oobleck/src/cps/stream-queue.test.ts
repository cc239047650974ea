import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StoredBlob } from './index.ts';
import { createStreamQueue } from './stream-queue.ts';

const NOW_MS = 1_800_000_000_000;
const ROOM = 3 * 2_058;

function blobOf(id: string, stake = 0, more: Partial<StoredBlob> = {}): StoredBlob {
  const bytes = new Uint8Array(2_048);
  const times = { depositedAtMs: NOW_MS, expiresAtMs: NOW_MS + 30_000 };
  return { id, bytes, hash: bytes.subarray(0, 32), ...times, stake, retractHash: '', ...more };
}
const waiting = (id: string, stake = 0, more: Partial<StoredBlob> = {}) => ({
  shard: 4,
  blob: blobOf(id, stake, more),
});
const ids = (taken: readonly { blob: StoredBlob }[]) => taken.map(({ blob }) => blob.id);

describe('what waits for a stream', () => {
  it('goes out once, the highest stake first, the oldest first among equals, as many as fit', () => {
    const queue = createStreamQueue(100_000);
    for (const [id, stake] of [
      ['a', 0],
      ['b', 2],
      ['c', 0],
      ['d', 2],
      ['e', 1],
    ] as const)
      queue.add(waiting(id, stake));
    expect(ids(queue.take(ROOM, NOW_MS))).toEqual(['b', 'd', 'e']);
    expect(queue.isEmpty).toBe(false);
    expect(ids(queue.take(ROOM, NOW_MS))).toEqual(['a', 'c']);
    expect(queue.isEmpty).toBe(true);
    expect(queue.take(ROOM, NOW_MS)).toEqual([]);
  });

  it('a blob that does not fit begins the next frame, and nothing overtakes it', () => {
    const queue = createStreamQueue(100_000);
    queue.add(waiting('small'));
    queue.add(waiting('large', 0, { bytes: new Uint8Array(8_192) }));
    queue.add(waiting('after'));
    expect(ids(queue.take(9_000, NOW_MS))).toEqual(['small']);
    expect(ids(queue.take(9_000, NOW_MS))).toEqual(['large']);
    expect(ids(queue.take(9_000, NOW_MS))).toEqual(['after']);
  });

  it('leaves out what expired while it waited', () => {
    const queue = createStreamQueue(100_000);
    queue.add(waiting('short', 0, { expiresAtMs: NOW_MS + 10_000 }));
    queue.add(waiting('long'));
    expect(ids(queue.take(ROOM, NOW_MS + 10_000))).toEqual(['long']);
    expect(queue.isEmpty).toBe(true);
  });

  it('is bounded: of those with the lowest stake one gives way, and for a minute it says so', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { minLength: 1, maxLength: 60 }), fc.nat(999), (stakes, seed) => {
        const queue = createStreamQueue(10 * 2_048, () => seed / 1_000);
        for (const [i, stake] of stakes.entries()) queue.add(waiting(String(i), stake));
        expect(queue.isFlooded(NOW_MS)).toBe(stakes.length > 10);
        expect(queue.isFlooded(NOW_MS + 60_000)).toBe(false);
        const left = queue.take(1e6, NOW_MS).map(({ blob }) => blob.stake);
        expect(left).toEqual([...stakes].sort((a, b) => b - a).slice(0, 10));
      }),
    );
  });
});
