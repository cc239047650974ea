// The store at a size that a machine for tests bears: what a live deposit takes, and that expiry is work in slices. The
// whole size is `npm run bench:live`.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import type { StoredBlob } from '../../cps/index.ts';
import { START_MS } from '../mailbox-store-contract.ts';
import { spentTokenOf } from '../spent-tokens-contract.ts';
import { createMemoryMailboxStore } from './mailbox-store.ts';
import { createMemorySpentTokens } from './spent-tokens.ts';

const DEPOSITS = 200_000;
const BUDGET_BYTES = 2_560;
const SECONDS = 60;

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const word = Buffer.alloc(32);
/** 32 bytes like no others; tables hash their keys, so nothing is gained by making them look random. */
function nameOf(kind: number, at: number): string {
  word.writeUInt32LE(kind, 0);
  word.writeUInt32LE(at, 4);
  return word.toString('base64url');
}

function heapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

it('holds live deposits and their spent tokens in 2.5 KiB each, and gives it back in slices', () => {
  const store = createMemoryMailboxStore();
  const spent = createMemorySpentTokens(() => START_MS / 1000);
  const before = heapBytes();
  const bytes = new Uint8Array(2_048);
  const hash = new Uint8Array(32);
  const shardOf = (at: number): string => `${nameOf(1, at % 4)}/${at % 65_536}`;
  const deposit = (at: number): StoredBlob => ({
    id: nameOf(2, at),
    bytes: bytes.fill(at),
    hash,
    depositedAtMs: START_MS,
    expiresAtMs: START_MS + 1_000 + (at % SECONDS) * 1_000,
    stake: 0,
    retractHash: nameOf(3, at),
  });
  for (let at = 0; at < DEPOSITS; at++) {
    spent.spend([spentTokenOf(nameOf(4, at), START_MS / 1000 + 86_400)], nameOf(2, at));
    store.add(shardOf(at), deposit(at));
  }
  expect([store.size, spent.size]).toEqual([DEPOSITS, DEPOSITS]);
  expect((store.usedBytes + spent.usedBytes) / DEPOSITS).toBeLessThan(BUDGET_BYTES);
  // What is set aside and not yet used is less than one slab; nothing of a deposit lies in the heap.
  expect(store.slabBytes - DEPOSITS * 2_048).toBeLessThan(DEPOSITS * 4 + 40_000_000);
  expect((heapBytes() - before) / DEPOSITS).toBeLessThan(8);

  let slices = 0;
  for (let second = 1; second <= SECONDS; second++) {
    for (let isDone = false; !isDone; slices++) {
      const size = store.size;
      isDone = store.sweep(START_MS + second * 1_000);
      expect(size - store.size).toBeLessThanOrEqual(500);
      if (!isDone) expect(size - store.size).toBe(500);
    }
  }
  expect(slices).toBeGreaterThanOrEqual(DEPOSITS / 500);
  expect([store.size, store.list(shardOf(0), START_MS).blobs]).toEqual([0, []]);
  for (let before = store.slabBytes; before > 40_000_000; before = store.slabBytes) {
    store.sweep(START_MS + SECONDS * 1_000);
    expect(before - store.slabBytes).toBeGreaterThan(0);
    expect(before - store.slabBytes).toBeLessThan(40_000_000);
  }
  expect(store.usedBytes).toBeLessThan(1_000_000);
}, 120_000);
