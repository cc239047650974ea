// Object identifiers (X.690 Section 8.19) and their dotted text. Arcs may be as large as UUIDs (X.667).

import { StirError } from '../stir-error.ts';
import { encodeDer } from './encode-der.ts';
import { TAG } from './tag.ts';

const MAXIMUM_OID_OCTETS = 64;

/** Dotted text of content octets. @throws StirError ERR_DER_FORMAT */
export function formatOid(bytes: Uint8Array, from = 0, to: number = bytes.length): string {
  checkOid(bytes, from, to);
  let text = '';
  for (let start = from; start < to; ) {
    let end = start;
    while (bytes[end]! >= 0x80) end++;
    const arc = end - start < 7 ? smallArc(bytes, start, end) : largeArc(bytes, start, end);
    text += text === '' ? firstArcs(arc) : `.${arc}`;
    start = end + 1;
  }
  return text;
}

/** Every arc begins with an octet other than 80, and ends. @throws StirError ERR_DER_FORMAT */
export function checkOid(bytes: Uint8Array, from: number, to: number): void {
  if (to === from || to - from > MAXIMUM_OID_OCTETS || bytes[to - 1]! >= 0x80)
    throw refusal('not an object identifier');
  for (let i = from; i < to; i++)
    if (bytes[i] === 0x80 && (i === from || bytes[i - 1]! < 0x80))
      throw refusal('object identifier not minimal');
}

/** Seven octets of seven bits are exact numbers; UUIDs as arcs (X.667) are longer. */
function smallArc(bytes: Uint8Array, start: number, end: number): number {
  let arc = 0;
  for (let i = start; i <= end; i++) arc = arc * 128 + (bytes[i]! & 0x7f);
  return arc;
}

function largeArc(bytes: Uint8Array, start: number, end: number): bigint {
  let arc = 0n;
  for (let i = start; i <= end; i++) arc = (arc << 7n) | BigInt(bytes[i]! & 0x7f);
  return arc;
}

/** The first octets hold two arcs as 40 * first + second. */
function firstArcs(value: number | bigint): string {
  if (value >= 80) return `2.${BigInt(value) - 80n}`;
  return value >= 40 ? `1.${Number(value) - 40}` : `0.${value}`;
}

/** OBJECT IDENTIFIER from its dotted text. @throws StirError ERR_DER_FORMAT */
export function encodeDerOid(text: string): Uint8Array<ArrayBuffer> {
  if (text.length > 256 || !/^[0-2](?:\.(?:0|[1-9][0-9]{0,39}))+$/.test(text))
    throw refusal('not an object identifier');
  const [first, second, ...rest] = text.split('.').map(BigInt);
  if (first! < 2n && second! > 39n) throw refusal('not an object identifier');
  const octets = [40n * first! + second!, ...rest].flatMap(arcOctets);
  if (octets.length > MAXIMUM_OID_OCTETS) throw refusal('not an object identifier');
  return encodeDer(TAG.oid, Uint8Array.from(octets));
}

/** Seven bits an octet; all but the last have the highest bit set. */
function arcOctets(arc: bigint): number[] {
  const octets = [Number(arc & 0x7fn)];
  for (let rest = arc >> 7n; rest > 0n; rest >>= 7n) octets.unshift(0x80 | Number(rest & 0x7fn));
  return octets;
}

function refusal(what: string): StirError {
  return new StirError('ERR_DER_FORMAT', `not DER: ${what}`);
}
