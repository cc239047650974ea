import { describe, expect, it } from 'vitest';
import { chooseDropped, type StoredBlob } from '../../cps/index.ts';
import { blobOf, START_MS, testMailboxStore } from '../mailbox-store-contract.ts';
import { createMemoryMailboxStore } from './mailbox-store.ts';

testMailboxStore('memory', async () => {
  const store = createMemoryMailboxStore();
  return { store, other: store };
});

describe('sweeping', () => {
  const filled = () => {
    const store = createMemoryMailboxStore();
    for (let i = 0; i < 50; i++)
      store.add(`box/${i % 5}`, blobOf(`early ${i}`, { expiresAtMs: START_MS + 9_500 + i * 10 }));
    for (let i = 0; i < 50; i++)
      store.add(`box/${i % 5}`, blobOf(`late ${i}`, { expiresAtMs: START_MS + 20_000 }));
    return store;
  };

  it('forgets what is due, a slice at a time, and says when it is done', () => {
    const store = filled();
    expect(store.size).toBe(100);
    expect(store.sweep(START_MS + 9_000)).toBe(true);
    expect(store.size).toBe(100);
    expect(store.sweep(START_MS + 10_000, 20)).toBe(false);
    expect(store.size).toBe(80);
    expect(store.sweep(START_MS + 10_000, 31)).toBe(true);
    expect(store.size).toBe(50);
    expect(store.sweep(START_MS + 60_000, 49)).toBe(false);
    expect(store.sweep(START_MS + 60_000, 49)).toBe(true);
    expect(store.size).toBe(0);
    expect(store.sweep(START_MS + 70_000)).toBe(true);
  });

  it('never touches what still lives', () => {
    const store = filled();
    for (let second = 0; second < 20; second++) store.sweep(START_MS + second * 1_000);
    const lying = [0, 1, 2, 3, 4].flatMap((shard) => store.list(`box/${shard}`, START_MS + 19_999).blobs);
    expect(lying).toHaveLength(50);
  });

  it('an id that was swept may be added again, one that is only expired may not', () => {
    const store = createMemoryMailboxStore();
    const again = blobOf('a', { depositedAtMs: START_MS + 31_000, expiresAtMs: START_MS + 61_000 });
    store.add('box/0', blobOf('a'));
    store.add('box/0', again);
    expect(store.list('box/0', START_MS + 31_000).blobs).toEqual([]);
    store.sweep(START_MS + 31_000);
    store.add('box/0', again);
    expect(store.list('box/0', START_MS + 31_000).blobs).toEqual([again]);
  });

  it('a retraction of what was swept and added again takes the later one', () => {
    const store = createMemoryMailboxStore();
    store.add('box/0', blobOf('a', { retractHash: 'h' }));
    store.sweep(START_MS + 60_000);
    store.retract(['h']);
    store.add('box/0', blobOf('b', { retractHash: 'h', expiresAtMs: START_MS + 90_000 }));
    store.retract(['h']);
    expect(store.list('box/0', START_MS + 60_000).blobs).toEqual([]);
  });
});

describe('which blob gives way', () => {
  it('is any of the lowest stake, by chance', () => {
    const blobs = [2, 1, 3, 1].map((stake, i) => blobOf(String(i), { stake }));
    expect(chooseDropped(blobs, 0).id).toBe('1');
    expect(chooseDropped(blobs, 0.499).id).toBe('1');
    expect(chooseDropped(blobs, 0.5).id).toBe('3');
    expect(chooseDropped(blobs, 0.999).id).toBe('3');
  });
});

describe('room', () => {
  const large = (id: string) => blobOf(id, { bytes: new Uint8Array(8_192).map((_, i) => i % 251) });

  it('a blob of any length comes back as it was, also where slots were used before', () => {
    const store = createMemoryMailboxStore();
    const lengths = [0, 1, 2_047, 2_048, 2_049, 8_191, 8_192, 65_535];
    for (let round = 0; round < 3; round++) {
      const blobs = lengths.map((length) =>
        blobOf(`${round} ${length}`, { bytes: new Uint8Array(length).fill(length + round) }),
      );
      for (const blob of blobs) store.add(`box/${round}`, blob);
      const lying = store
        .list(`box/${round}`, START_MS)
        .blobs.toSorted((a, b) => lengths.indexOf(a.bytes.length) - lengths.indexOf(b.bytes.length));
      expect(lying).toEqual(blobs);
      store.retract(blobs.slice(0, -1).map(({ retractHash }) => retractHash));
    }
    expect(() => store.add('box/0', blobOf('x', { bytes: new Uint8Array(65_536) }))).toThrow(RangeError);
    expect(store.size).toBe(3 * lengths.length);
  });

  it('names of mailboxes, ids and hashes as the service writes them come back the same', () => {
    const store = createMemoryMailboxStore();
    const name = (fill: number) => Buffer.alloc(32, fill).toString('base64url');
    const blob = blobOf(name(1), { retractHash: name(2), bytes: new Uint8Array(2_048).fill(7) });
    for (const shard of [0, 1, 4_294_967_294]) store.add(`${name(3)}/${shard}`, blob);
    expect(store.list(`${name(3)}/1`, START_MS).blobs).toEqual([blob]);
    for (const other of [`${name(3)}/01`, `${name(3)}/2`, name(3), `${name(4)}/1`])
      expect(store.list(other, START_MS).blobs).toEqual([]);
    store.retract([name(2)]);
    expect(store.list(`${name(3)}/1`, START_MS).blobs).toEqual([]);
    expect(store.list(`${name(3)}/4294967294`, START_MS).blobs).toEqual([]);
  });

  it('is told, bounded and used again: what does not fit is not stored', () => {
    const store = createMemoryMailboxStore({ maximumBytes: 1_000_000 });
    let added = 0;
    const fill = () => {
      for (;;) {
        store.add(`box/${added}`, large(`blob ${added}`));
        added++;
      }
    };
    expect(fill).toThrow('full');
    expect(store.size).toBe(added);
    expect(store.list(`box/${added}`, START_MS).blobs).toEqual([]);
    expect(store.usedBytes / store.maximumBytes).toBeGreaterThan(0.98);
    expect(store.usedBytes).toBeLessThanOrEqual(store.maximumBytes);
    expect(() => store.add('box/0', large('blob 0'))).not.toThrow();
    const before = added;
    store.retract(['retract blob 3', 'retract blob 4']);
    expect(fill).toThrow('full');
    expect(added - before).toBeGreaterThanOrEqual(1);
    store.sweep(START_MS + 60_000);
    expect(store.usedBytes).toBeLessThan(600_000);
  });
});

describe('beside a store of maps', () => {
  it('does the same through 20,000 steps', () => {
    const chance = createChance(7);
    const store = createMemoryMailboxStore({ maximumBlobsPerShard: 1_000 });
    const model = new Map<string, { shard: string; blob: StoredBlob; isLive: boolean }>();
    const shards = ['box/0', 'box/1', `${'A'.repeat(43)}/7`, 'x'];
    const live = (shard: string, now: number) =>
      [...model.values()]
        .filter((one) => one.isLive && one.shard === shard && one.blob.expiresAtMs > now)
        .map(({ blob }) => blob.id);
    let now = START_MS;
    for (let step = 0; step < 20_000; step++) {
      const shard = shards[chance() % shards.length]!;
      const id = `id ${chance() % 500}`;
      switch (chance() % 8) {
        case 0:
          now += chance() % 400;
          for (const [key, { blob }] of model)
            if (Math.ceil(blob.expiresAtMs / 1000) <= Math.floor(now / 1000)) model.delete(key);
          while (!store.sweep(now, 7));
          break;
        case 1: {
          const hash = `retract ${chance() % 50}`;
          for (const one of model.values()) if (one.blob.retractHash === hash) one.isLive = false;
          store.retract([hash]);
          break;
        }
        default: {
          const blob = blobOf(id, {
            depositedAtMs: now,
            expiresAtMs: now + (chance() % 10_000),
            retractHash: `retract ${chance() % 50}`,
          });
          if (!model.has(`${shard} ${id}`)) model.set(`${shard} ${id}`, { shard, blob, isLive: true });
          store.add(shard, blob);
        }
      }
      if (step % 16 === 0)
        expect(
          store
            .list(shard, now)
            .blobs.map((blob) => blob.id)
            .sort(),
        ).toEqual(live(shard, now).sort());
    }
    expect(store.size).toBe(model.size);
  });
});

/** Numbers without a pattern, the same every time. */
function createChance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) >>> 0;
  };
}
