// A process that shares a store with others: tries to spend 500 tokens that its neighbour tries too, adds 100 blobs of
// its own, and tells which tokens it got.
//
// Arguments: the folder of the store, a name.

import type { StoredBlob } from '../src/cps/index.ts';
import { openLmdbFolder } from '../src/store/lmdb/lmdb-folder.ts';
import { createLmdbMailboxStore } from '../src/store/lmdb/mailbox-store.ts';
import { createLmdbSpentTokens } from '../src/store/lmdb/spent-tokens.ts';

const [path, name] = process.argv.slice(2);
const folder = openLmdbFolder(path!);
const spent = createLmdbSpentTokens(folder.durable, () => 1_800_000_000);
const store = createLmdbMailboxStore(folder.live);
const won: string[] = [];
const blobOf = (id: string): StoredBlob => ({
  id,
  bytes: new Uint8Array(2_048),
  hash: new Uint8Array(32),
  depositedAtMs: 1_800_000_000_000,
  expiresAtMs: 1_800_000_030_000,
  stake: 0,
  retractHash: `retract ${id}`,
});
const spend = async (i: number): Promise<void> => {
  const token = {
    keyId: 'key',
    nonce: new Uint8Array(32).fill(i, 0, 1).fill(i >> 8, 1),
    acceptUntil: 1_800_000_100,
  };
  const { state } = await spent.spend([token], name!);
  if (state === 'new') won.push(`token ${i}`);
};
for (let from = 0; from < 500; from += 50)
  await Promise.all(Array.from({ length: 50 }, (_, i) => spend(from + i)));
await Promise.all(Array.from({ length: 100 }, (_, i) => store.add('box/0', blobOf(`${name} ${i}`))));
process.send!(won);
await folder.close();
process.disconnect?.();
