// Floods of one binary pattern, 64 KiB long: whatever reads DER or another binary form says no to them within 50 ms, and
// with StirError.

import { describe, expect, it } from 'vitest';
import { concatBytes } from '../src/bytes/index.ts';
import { encodeTnAuthList, parseCertificate, parseTnAuthList } from '../src/certificate/index.ts';
import { parseSpki } from '../src/crypto/index.ts';
import { DerReader, encodeDer, TAG } from '../src/der/index.ts';
import { parseJsonObject } from '../src/json/index.ts';
import { parseTnEntry } from '../src/number/index.ts';
import { parseCrl } from '../src/revocation/index.ts';
import { parseEnvelope } from '../src/seal/index.ts';
import { parseToken, parseTokenRequest } from '../src/token/index.ts';
import { unlessRefused } from './hostile.ts';

const LENGTH = 65_536;
const LIMIT_MS = 50;
const times = (...pattern: number[]) =>
  Uint8Array.from({ length: LENGTH }, (_, at) => pattern[at % pattern.length]!);
const inside = (tag: number, content: Uint8Array) => encodeDer(tag, content.subarray(0, LENGTH - 8));

/** SEQUENCEs in one another, as deep as 64 KiB allow, every length right. */
function nest(): Uint8Array {
  const heads: Uint8Array[] = [];
  for (let length = LENGTH - 4; length > 8; ) {
    const head = Uint8Array.of(0x30, 0x82, length >> 8, length & 255);
    heads.push(head);
    length -= head.length;
  }
  return concatBytes(...heads, new Uint8Array(16));
}

const FLOODS: Readonly<Record<string, Uint8Array>> = {
  zeros: times(0),
  'ones all over': times(0xff),
  'open SEQUENCEs': times(0x30),
  'open SEQUENCEs without length': times(0x30, 0x80),
  'lengths of four bytes': times(0x30, 0x84, 0xff, 0xff, 0xff, 0xff),
  'lengths of 126 bytes': times(0x30, 0xfe),
  'SEQUENCEs in one another': nest(),
  'empty SEQUENCEs': inside(TAG.sequence, times(0x30, 0)),
  'empty SETs': inside(TAG.sequence, times(0x31, 0)),
  NULLs: inside(TAG.sequence, times(0x05, 0)),
  'small INTEGERs': inside(TAG.sequence, times(0x02, 1, 1)),
  'one INTEGER': encodeDer(TAG.sequence, inside(TAG.integer, times(0x7f))),
  'one OBJECT IDENTIFIER of one arc': encodeDer(TAG.sequence, inside(0x06, times(0x81))),
  'one OBJECT IDENTIFIER of small arcs': encodeDer(TAG.sequence, inside(0x06, times(1))),
  'high tags': times(0x3f, 0xff, 0xff, 0x7f),
  'a list of SPCs': inside(TAG.sequence, times(0xa0, 3, 0x16, 1, 0x41)),
  'as many entries of a TNAuthList as fit': encodeTnAuthList(
    Array.from({ length: 4_600 }, (_, at) => parseTnEntry(`2-${2_000_000_000 + at}`)),
  ),
  'a CRL of entries': inside(TAG.sequence, times(0x30, 3, 0x02, 1, 1)),
  'an envelope of items': times(1, 16, 1, 0, 0),
  'JSON of brackets': times(0x7b, 0x22, 0x22, 0x3a),
};

const PARSERS: readonly [string, (bytes: Uint8Array) => unknown][] = [
  ['certificate', (bytes) => parseCertificate(bytes).subjectText],
  ['CRL', parseCrl],
  ['TNAuthList', parseTnAuthList],
  ['public key', parseSpki],
  ['all there is of DER', readAll],
  ['envelope', parseEnvelope],
  ['token', parseToken],
  ['token request', parseTokenRequest],
  ['JSON', (bytes) => parseJsonObject(bytes)],
];

/** Every element of the outermost, one after the other. */
function readAll(bytes: Uint8Array): void {
  const reader = DerReader.only(bytes, TAG.sequence);
  while (!reader.isDone) reader.element(reader.tag());
}

function fastestOfThree(act: () => void): number {
  const runs = [0, 1, 2].map(() => {
    const start = performance.now();
    act();
    return performance.now() - start;
  });
  return Math.min(...runs);
}

it('every flood has about 64 KiB', () => {
  for (const [name, bytes] of Object.entries(FLOODS))
    expect([name, bytes.length > 60_000]).toEqual([name, true]);
});

describe.each(PARSERS)('%s', (_, parse) => {
  it.each(Object.entries(FLOODS))('flooded with %s', (_name, bytes) => {
    expect(fastestOfThree(() => unlessRefused(() => parse(bytes)))).toBeLessThan(LIMIT_MS);
  });
});
