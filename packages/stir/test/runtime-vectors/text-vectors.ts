// Vectors of text: JSON, numbers, URIs, and the mailbox that a number has.

import { decodeHex, encodeBase64url, encodeUtf8 } from '../../src/bytes/index.ts';
import type { Crypto } from '../../src/crypto/index.ts';
import { formatCanonicalJson, parseJsonObject } from '../../src/json/index.ts';
import { addressOf, splitAddress } from '../../src/mailbox/index.ts';
import { type DialPlan, formatTnEntry, parseTelephoneNumber, parseTnEntry } from '../../src/number/index.ts';
import { SUITE_X25519 } from '../../src/seal/index.ts';
import { normalizeUri } from '../../src/uri/index.ts';
import { refused, same } from './expectation.ts';

export function checkCanonicalJson(vector: { cases: { json: string; base64url?: string }[] }): void {
  for (const { json, base64url } of vector.cases) {
    const text = formatCanonicalJson(parseJsonObject(encodeUtf8(json)));
    same(text, json);
    if (base64url !== undefined) same(encodeBase64url(encodeUtf8(text)), base64url);
  }
}

export function checkNumbers(vector: { cases: { text: string; number: string; plan?: DialPlan }[] }): void {
  for (const { text, number, plan } of vector.cases) same(parseTelephoneNumber(text, plan), number);
}

export function checkEntries({ valid, invalid }: { valid: string[]; invalid: string[] }): void {
  for (const text of valid) same(formatTnEntry(parseTnEntry(text)), text);
  for (const text of invalid) refused('ERR_TN_ENTRY_FORMAT', () => parseTnEntry(text));
}

export function checkUris({ cases }: { cases: [string, string][] }): void {
  for (const [text, uri] of cases) same(normalizeUri(text), uri);
}

interface AddressVector {
  readonly publicKey: string;
  readonly shards: number;
  readonly replyBytes: number;
  readonly called: string;
  readonly mailboxId: string;
  readonly shard: number;
  readonly address: string;
}

export function checkAddress(vector: AddressVector, crypto: Crypto): void {
  const { shards, replyBytes, called, mailboxId: id, shard } = vector;
  const form = { suite: SUITE_X25519, publicKey: decodeHex(vector.publicKey), shards, replyBytes };
  const address = addressOf(crypto, form, parseTelephoneNumber(called));
  same(address, decodeHex(vector.address));
  same(splitAddress(address), { id: decodeHex(id), shard });
}
