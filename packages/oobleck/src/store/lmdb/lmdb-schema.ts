// The version of the schema of one LMDB file. All steps and the version they lead to are one transaction, on the lock
// that all processes share: what fails halfway, or dies, leaves the file as it was, and of two processes that start at
// once the second finds the work done.

import type { RootDatabase } from 'lmdb';
import { currentVersion, SchemaError, stepsLeft } from '../schema-version.ts';
import { type Table, tableOf } from './lmdb-table.ts';

/** Reads and writes tables of the file (`tableOf`) at once: what it would do after it has returned is not part of the upgrade. */
export type LmdbStep = (root: RootDatabase) => undefined;

const VERSION_KEY = Buffer.from('schema');

/** @throws SchemaError where a step fails too, with its error as the cause; then nothing has changed */
export function requireLmdbSchema(root: RootDatabase, steps: readonly LmdbStep[]): void {
  const meta = tableOf(root, 'meta');
  const current = currentVersion(steps);
  root.transactionSync(() => {
    const stored = meta.get(VERSION_KEY)?.readUInt32BE();
    if (stored === current) return;
    if (stored !== undefined) takeSteps(root, stored, stepsLeft(stored, steps));
    writeVersion(meta, current);
  });
}

function takeSteps(root: RootDatabase, stored: number, steps: readonly LmdbStep[]): void {
  for (const [done, step] of steps.entries()) {
    const from = stored + done;
    try {
      step(root);
    } catch (cause) {
      const why = `the upgrade from schema version ${from} to ${from + 1} failed, and the store is as it was before`;
      throw new SchemaError(why, { cause });
    }
  }
}

function writeVersion(meta: Table, current: number): void {
  const version = Buffer.alloc(4);
  version.writeUInt32BE(current);
  meta.put(VERSION_KEY, version);
}
