// What an issuer must not forget, in LMDB, shared by all processes of a machine: its keys, and what each holder drew.

import type { IssuerKeyStore, IssuerQuota } from '../../issuer/index.ts';
import { keyOfText, type LmdbEnvironment } from './lmdb-folder.ts';

export function createLmdbIssuerKeys(durable: LmdbEnvironment): IssuerKeyStore {
  const table = durable.table('issuer-keys');
  return {
    async load(day) {
      durable.refresh();
      const kept = table.get(keyOfDay(day));
      return kept && new Uint8Array(kept);
    },
    save: (day, pkcs8) =>
      durable.run(() => {
        const kept = table.get(keyOfDay(day));
        if (kept !== undefined) return new Uint8Array(kept);
        table.put(keyOfDay(day), Buffer.from(pkcs8));
        return pkcs8;
      }),
  };
}

/** Days gone by are dropped, so many holders with each draw. */
const DROPPED = 16;

export function createLmdbIssuerQuota(durable: LmdbEnvironment): IssuerQuota {
  const table = durable.table('issuer-quota');
  return {
    draw: (holder, day, count, limit) =>
      durable.run(() => {
        for (const old of [...table.getKeys({ end: keyOfDay(day - 1), limit: DROPPED })]) table.remove(old);
        const key = Buffer.concat([keyOfDay(day), keyOfText(holder)]);
        const total = (table.get(key)?.readUInt32BE() ?? 0) + count;
        if (total > limit) return false;
        const record = Buffer.alloc(4);
        record.writeUInt32BE(total);
        table.put(key, record);
        return true;
      }),
  };
}

function keyOfDay(day: number): Buffer {
  const key = Buffer.allocUnsafe(4);
  key.writeUInt32BE(day);
  return key;
}
