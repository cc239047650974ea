// Which blobs give way when a shard is full is chance alone: neither the first nor the last has the better of it, so that
// an attacker who floods cannot choose whom he drives out.

import { expect, it } from 'vitest';
import { blobOf, START_MS } from '../mailbox-store-contract.ts';
import { createMemoryMailboxStore } from './mailbox-store.ts';

const ROOM = 8;
const BLOBS = 24;
const ROUNDS = 1_500;

it('of blobs with the same stake each has the chance that drawing lots gives it', () => {
  const store = createMemoryMailboxStore({ maximumBlobsPerShard: ROOM });
  const survived = new Array<number>(BLOBS).fill(0);
  for (let round = 0; round < ROUNDS; round++) {
    const shard = `box/${round}`;
    for (let at = 0; at < BLOBS; at++) store.add(shard, blobOf(`${round} ${at}`));
    const { blobs } = store.list(shard, START_MS);
    expect(blobs).toHaveLength(ROOM);
    for (const { id } of blobs) survived[Number(id.split(' ')[1])]!++;
  }
  for (const [at, count] of survived.entries()) {
    // Each arrival beyond the room drops one of ROOM + 1.
    const draws = BLOBS - Math.max(at, ROOM);
    const chance = (ROOM / (ROOM + 1)) ** draws;
    const deviation = Math.sqrt(ROUNDS * chance * (1 - chance));
    expect(Math.abs(count - ROUNDS * chance), `blob ${at}`).toBeLessThan(5 * deviation);
  }
});
