// Nobody writes to a file of LMDB while somebody opens it. Opening reads which transaction is the newest and writes that down for
// all processes without a lock (LMDB's ITS#9496, which the library `lmdb` still has): a transaction that another process
// commits in between is lost, though it was told to be written. So both take the write lock of an empty file beside it. That file
// holds nothing, so opening it loses nothing; and a lock of LMDB is free again when its holder dies.

import { open } from 'lmdb';

export interface WriteGate {
  /** Does the work, at once, while no other process does any at the same gate. Not within itself. */
  pass<T>(work: () => T): T;
  close(): Promise<void>;
}

const MIB = 2 ** 20;

/** @param path of the empty file */
export function openWriteGate(path: string): WriteGate {
  const root = open({ path, noSubdir: true, maxReaders: 1_024, mapSize: MIB, maxDbs: 1, noSync: true });
  return {
    pass: (work) => root.transactionSync(work),
    close: () => root.close(),
  };
}
