// A table of an LMDB file: keys and values are bytes, as every store of the folder writes them.

import type { Database, RootDatabase } from 'lmdb';

export type Table = Database<Buffer, Buffer>;

/** Opens it, and creates it where there is none. */
export function tableOf(root: RootDatabase, name: string): Table {
  return root.openDB({ name, keyEncoding: 'binary', encoding: 'binary' });
}

/** Of LMDB's own statistics. */
export interface Statistics {
  readonly entryCount: number;
  readonly pageSize: number;
  readonly lastPageNumber: number;
}

/** Records of a table, which LMDB knows without looking. */
export function countOf(table: Table): number {
  return (table.getStats() as Statistics).entryCount;
}
