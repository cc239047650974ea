// A process that opens a store and closes it again, over and over, while others write. Tells how often when it is told to stop.
//
// Argument: the folder of the store.

import { openLmdbFolder } from '../src/store/lmdb/lmdb-folder.ts';

let isStopped = false;
process.once('message', () => {
  isStopped = true;
});
let opened = 0;
while (!isStopped) {
  const folder = openLmdbFolder(process.argv[2]!);
  opened++;
  if (opened === 1) process.send!('begun');
  await folder.close();
  await new Promise(setImmediate);
}
process.send!(opened);
process.disconnect?.();
