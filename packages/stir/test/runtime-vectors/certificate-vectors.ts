// Vectors of certificates and of what stands in their TNAuthList.

import { decodeHex } from '../../src/bytes/index.ts';
import {
  encodeTnAuthList,
  parseCertificate,
  parsePem,
  parseTnAuthList,
} from '../../src/certificate/index.ts';
import type { Crypto } from '../../src/crypto/index.ts';
import { createNumberCover, createNumberRange, formatTnEntry, parseTnEntry } from '../../src/number/index.ts';
import { refused, same } from './expectation.ts';

interface CertificateVector {
  readonly pem: string;
  readonly sha256: string;
  readonly subjectText: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly serialNumber: string;
  readonly tnAuthList: readonly string[];
}

export function checkCertificate(vector: CertificateVector, crypto: Crypto): void {
  const [der] = parsePem(vector.pem);
  same(crypto.sha256(der!), decodeHex(vector.sha256));
  const { subjectText, notBefore, notAfter, serialNumber, tnAuthList, spki } = parseCertificate(der!);
  same(subjectText, vector.subjectText);
  same(
    [notBefore, notAfter],
    [vector.notBefore, vector.notAfter].map((text) => Date.parse(text) / 1000),
  );
  same(serialNumber, decodeHex(vector.serialNumber));
  same(tnAuthList?.map(formatTnEntry), vector.tnAuthList);
  same(crypto.importVerifyingKey(spki).algorithm, 'ES256');
}

interface Encompassing {
  readonly parent: string;
  readonly encompassed: readonly string[];
  readonly refused: readonly string[];
}

export function checkEncompassing({ parent, encompassed, refused: outside }: Encompassing): void {
  const cover = createNumberCover([parseTnEntry(parent)]);
  for (const text of encompassed) same(cover.coversEntry(parseTnEntry(text)), true);
  for (const text of outside) same(cover.coversEntry(parseTnEntry(text)), false);
}

export function checkRanges(vector: { cases: { start: string; count: number; valid: boolean }[] }): void {
  for (const { start, count, valid } of vector.cases) {
    if (valid) same(createNumberRange(start, count), { kind: 'range', start, count });
    else refused('ERR_TN_ENTRY_FORMAT', () => createNumberRange(start, count));
  }
}

export function checkTnAuthLists({ cases }: { cases: { entries: string[]; der: string }[] }): void {
  for (const { entries, der } of cases) {
    same(parseTnAuthList(decodeHex(der)).map(formatTnEntry), entries);
    same(encodeTnAuthList(entries.map(parseTnEntry)), decodeHex(der));
  }
}
