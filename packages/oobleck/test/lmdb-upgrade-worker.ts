// A process that opens a store when it is told to, with a step that may be taken once only and takes a while.
//
// Arguments: the folder of the store.

import { once } from 'node:events';
import { openLmdbFolder } from '../src/store/lmdb/lmdb-folder.ts';
import { tableOf } from '../src/store/lmdb/lmdb-table.ts';

const [path] = process.argv.slice(2);
const KEY = Buffer.from('slot');
process.send!('here');
await once(process, 'message');
const folder = openLmdbFolder(path!, {
  steps: {
    durable: [
      (root) => {
        const table = tableOf(root, 'credentials');
        const before = table.get(KEY)!;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
        void table.put(KEY, Buffer.concat([before, Buffer.from(', upgraded')]));
        return undefined;
      },
    ],
  },
});
process.send!(folder.durable.table('credentials').get(KEY)!.toString());
await folder.close();
process.disconnect?.();
