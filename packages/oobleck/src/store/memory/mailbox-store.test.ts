import { describe, expect, it } from 'vitest';
import { chooseDropped } from '../../cps/index.ts';
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
