// TNAuthList: the numbers and service providers a certificate speaks for (RFC 8226 Section 9), whose ASN.1 module has
// EXPLICIT tags:
//
//   TNAuthorizationList ::= SEQUENCE SIZE (1..MAX) OF TNEntry
//   TNEntry ::= CHOICE { spc [0] IA5String, range [1] TelephoneNumberRange, one [2] TelephoneNumber }
//   TelephoneNumberRange ::= SEQUENCE { start TelephoneNumber, count INTEGER (2..MAX), ... }
//
// A later version may add to the range; what it adds could narrow the range, so it is refused rather than skipped.

import { decodeAscii, encodeUtf8 } from '../bytes/index.ts';
import { DerReader, encodeDer, encodeDerInteger, TAG } from '../der/index.ts';
import { createNumberRange, isSpc, isTelephoneNumber, type TnEntry } from '../number/index.ts';
import { StirError } from '../stir-error.ts';

/** Enough for 20,000 entries; inside a certificate the certificate's own bound is smaller. */
const MAXIMUM_BYTES = 1_048_576;
const MAXIMUM_ENTRIES = 20_000;

/**
 * DER to 1 to 20,000 entries, in their order.
 * @throws StirError ERR_DER_FORMAT, ERR_TN_AUTH_LIST_FORMAT, or ERR_TN_ENTRY_FORMAT for a range that breaks its rule
 */
export function parseTnAuthList(der: Uint8Array): TnEntry[] {
  const list = DerReader.only(der, TAG.sequence, MAXIMUM_BYTES);
  const entries: TnEntry[] = [];
  while (!list.isDone) {
    if (entries.length === MAXIMUM_ENTRIES) throw refusal('too many entries');
    entries.push(readEntry(list));
  }
  if (entries.length === 0) throw refusal('no entry');
  return entries;
}

/** Entries to DER. @throws StirError ERR_TN_AUTH_LIST_FORMAT unless there are 1 to 20,000 */
export function encodeTnAuthList(entries: readonly TnEntry[]): Uint8Array<ArrayBuffer> {
  if (entries.length === 0 || entries.length > MAXIMUM_ENTRIES) throw refusal('not 1 to 20,000 entries');
  return encodeDer(TAG.sequence, ...entries.map(encodeEntry));
}

function readEntry(list: DerReader): TnEntry {
  const tag = list.tag();
  const choice = list.enter(tag);
  const entry = readChoice(tag, choice);
  choice.end();
  return entry;
}

function readChoice(tag: number, choice: DerReader): TnEntry {
  if (tag === TAG.explicit0) return readSpc(choice);
  if (tag === TAG.explicit1) return readRange(choice);
  if (tag === TAG.explicit2) return readOne(choice);
  throw refusal('entry of no known type');
}

function readSpc(choice: DerReader): TnEntry {
  const spc = readText(choice);
  if (!isSpc(spc)) throw refusal('not a service provider code');
  return { kind: 'spc', spc };
}

function readRange(choice: DerReader): TnEntry {
  const range = choice.enter(TAG.sequence);
  const start = readText(range);
  const count = range.integer();
  range.end();
  return createNumberRange(start, count);
}

function readOne(choice: DerReader): TnEntry {
  const number = readText(choice);
  if (!isTelephoneNumber(number)) throw refusal('not a telephone number');
  return { kind: 'one', number };
}

function readText(reader: DerReader): string {
  const content = reader.content(TAG.ia5String);
  if (content.length > 16) throw refusal('text too long');
  return decodeAscii(content);
}

function encodeEntry(entry: TnEntry): Uint8Array {
  if (entry.kind === 'spc') return encodeDer(TAG.explicit0, encodeText(entry.spc));
  if (entry.kind === 'one') return encodeDer(TAG.explicit2, encodeText(entry.number));
  const { start, count } = createNumberRange(entry.start, entry.count);
  return encodeDer(TAG.explicit1, encodeDer(TAG.sequence, encodeText(start), encodeDerInteger(count)));
}

function encodeText(text: string): Uint8Array {
  return encodeDer(TAG.ia5String, encodeUtf8(text));
}

function refusal(what: string): StirError {
  return new StirError('ERR_TN_AUTH_LIST_FORMAT', `not a TNAuthList: ${what}`);
}
