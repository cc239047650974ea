// A process that floods a shard which others flood too: 400 blobs of its own, a few in each transaction, and how many lie
// there after each of them.
//
// Arguments: the folder of the store, a name.

import { once } from 'node:events';
import { openLmdbFolder } from '../src/store/lmdb/lmdb-folder.ts';
import { createLmdbMailboxStore } from '../src/store/lmdb/mailbox-store.ts';

const [path, name] = process.argv.slice(2);
const NOW = 1_800_000_000_000;
const folder = openLmdbFolder(path!);
const store = createLmdbMailboxStore(folder.live);
const add = async (id: string): Promise<void> =>
  store.add('box/0', {
    id,
    bytes: new Uint8Array(2_048),
    hash: new Uint8Array(32),
    depositedAtMs: NOW,
    expiresAtMs: NOW + 30_000,
    stake: 0,
    retractHash: `retract ${id}`,
  });
process.send!('here');
await once(process, 'message');
let most = 0;
for (let from = 0; from < 400; from += 4) {
  await Promise.all(Array.from({ length: 4 }, (_, i) => add(`${name} ${from + i}`)));
  const { blobs } = await store.list('box/0', NOW);
  most = Math.max(most, blobs.length);
}
process.send!(most);
await folder.close();
process.disconnect?.();
