// A published set as bytes, the same for every store that writes it down:
//
//   uint8 version=1 || float64 publishedAtMs || float64 expiresAtMs || uint16 n || publisher[n] || uint16 n || digest[n] ||
//   (uint32 n || passport[n])*
//
// Numbers are big-endian, texts UTF-8.

import type { PublishedSet } from '../cps/profiles/atis/index.ts';

const VERSION = 1;
const PUBLISHED_AT = 1;
const EXPIRES_AT = 9;
const HEAD = 17;

export function encodeClearPassportRecord(set: PublishedSet): Buffer {
  const { publisher, digest, passports } = set;
  const texts = passports.reduce((sum, one) => sum + 4 + Buffer.byteLength(one), 0);
  const record = Buffer.allocUnsafe(
    HEAD + 4 + Buffer.byteLength(publisher) + Buffer.byteLength(digest) + texts,
  );
  record[0] = VERSION;
  record.writeDoubleBE(set.publishedAtMs, PUBLISHED_AT);
  record.writeDoubleBE(set.expiresAtMs, EXPIRES_AT);
  let at = HEAD;
  for (const text of [publisher, digest]) {
    const length = record.write(text, at + 2);
    at = record.writeUInt16BE(length, at) + length;
  }
  for (const text of passports) {
    const length = record.write(text, at + 4);
    at = record.writeUInt32BE(length, at) + length;
  }
  return record;
}

export function decodeClearPassportRecord(record: Buffer): PublishedSet {
  if (record[0] !== VERSION) throw new Error('a published set of another version');
  const publisherEnd = HEAD + 2 + record.readUInt16BE(HEAD);
  const digestEnd = publisherEnd + 2 + record.readUInt16BE(publisherEnd);
  const passports: string[] = [];
  for (let at = digestEnd; at < record.length; ) {
    const end = at + 4 + record.readUInt32BE(at);
    passports.push(record.toString('utf8', at + 4, end));
    at = end;
  }
  return {
    passports,
    digest: record.toString('utf8', publisherEnd + 2, digestEnd),
    publisher: record.toString('utf8', HEAD + 2, publisherEnd),
    publishedAtMs: record.readDoubleBE(PUBLISHED_AT),
    expiresAtMs: recordEndsAtMs(record),
  };
}

/** Without reading the rest. */
export function recordEndsAtMs(record: Buffer): number {
  return record.readDoubleBE(EXPIRES_AT);
}
