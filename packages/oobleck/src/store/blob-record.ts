// A stored blob as bytes, the same for every store that writes it down:
//
//   uint8 version=1 || uint8 stake || float64 depositedAtMs || float64 expiresAtMs || uint16 n || id[n] ||
//   uint16 n || retractHash[n] || uint8 n || hash[n] || bytes
//
// Numbers are big-endian, id and retract hash UTF-8. It holds what the blob says and no more: nothing of a caller.

import type { BlobHead, StoredBlob } from '../cps/index.ts';

const VERSION = 1;
const HEAD = 18;

export function encodeBlobRecord(blob: StoredBlob): Buffer {
  const id = Buffer.from(blob.id);
  const retractHash = Buffer.from(blob.retractHash);
  const { hash, bytes } = blob;
  const record = Buffer.allocUnsafe(HEAD + 5 + id.length + retractHash.length + hash.length + bytes.length);
  record[0] = VERSION;
  record[1] = blob.stake;
  record.writeDoubleBE(blob.depositedAtMs, 2);
  record.writeDoubleBE(blob.expiresAtMs, 10);
  let at = record.writeUInt16BE(id.length, HEAD);
  at += id.copy(record, at);
  at = record.writeUInt16BE(retractHash.length, at);
  at += retractHash.copy(record, at);
  at = record.writeUInt8(hash.length, at);
  record.set(hash, at);
  record.set(bytes, at + hash.length);
  return record;
}

/** The blob's bytes are copies: what was read may be a view of a buffer that is used again. */
export function decodeBlobRecord(record: Buffer): StoredBlob {
  const { idEnd, retractEnd, hashEnd } = endsOf(record);
  return {
    id: record.toString('utf8', HEAD + 2, idEnd),
    bytes: new Uint8Array(record.subarray(hashEnd)),
    hash: new Uint8Array(record.subarray(retractEnd + 1, hashEnd)),
    depositedAtMs: record.readDoubleBE(2),
    expiresAtMs: record.readDoubleBE(10),
    stake: record[1]!,
    retractHash: record.toString('utf8', idEnd + 2, retractEnd),
  };
}

export interface BlobRecordHead extends BlobHead {
  readonly id: string;
  readonly expiresAtMs: number;
}

/** What a record says before its bytes, which may be cut off. A view. @param recordBytes of the whole record */
export function decodeBlobHead(record: Buffer, recordBytes = record.length): BlobRecordHead {
  const { idEnd, retractEnd, hashEnd } = endsOf(record);
  return {
    id: record.toString('utf8', HEAD + 2, idEnd),
    hash: record.subarray(retractEnd + 1, hashEnd),
    expiresAtMs: record.readDoubleBE(10),
    stake: record[1]!,
    length: recordBytes - hashEnd,
  };
}

/** Without reading the rest. */
export function recordExpiresAtMs(record: Buffer): number {
  return record.readDoubleBE(10);
}

function endsOf(record: Buffer) {
  if (record[0] !== VERSION) throw new Error('a stored blob of another version');
  const idEnd = HEAD + 2 + record.readUInt16BE(HEAD);
  const retractEnd = idEnd + 2 + record.readUInt16BE(idEnd);
  return { idEnd, retractEnd, hashEnd: retractEnd + 1 + record[retractEnd]! };
}
