// DER (X.690 Sections 8 to 11), as much of it as certificates and TNAuthLists need. A value has one encoding:
// definite, minimal lengths, minimal integers, booleans of 00 or FF. BER's freedoms are refused, not repaired.
// Certificates are read on the call path, so the reader is a class over offsets: it copies nothing and makes a
// view only of what is kept.

import { concatBytes } from '../bytes/index.ts';
import { StirError } from '../stir-error.ts';

/** Identifier octets used here: universal types, and `[n]` as constructed context-specific ones. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  explicit0: 0xa0,
  explicit1: 0xa1,
  explicit2: 0xa2,
  explicit3: 0xa3,
} as const;

const MAXIMUM_BYTES = 65_536;
const MAXIMUM_DEPTH = 16;
const MAXIMUM_LENGTH_OCTETS = 3;
const MAXIMUM_OID_OCTETS = 64;

/** Reads elements front to back; every method throws StirError ERR_DER_FORMAT where the next one is another. */
export class DerReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #depth: number;
  #at: number;
  /** First content octet of the element read last. */
  #content = 0;

  private constructor(bytes: Uint8Array, at: number, end: number, depth: number) {
    this.#bytes = bytes;
    this.#at = at;
    this.#end = end;
    this.#depth = depth;
  }

  static over(bytes: Uint8Array, maximumBytes: number = MAXIMUM_BYTES): DerReader {
    if (bytes.length > maximumBytes) throw refusal('too large');
    return new DerReader(bytes, 0, bytes.length, 0);
  }

  /** Over the content of the one element that the bytes are. */
  static only(bytes: Uint8Array, tag: number, maximumBytes: number = MAXIMUM_BYTES): DerReader {
    const outer = DerReader.over(bytes, maximumBytes);
    const inner = outer.enter(tag);
    outer.end();
    return inner;
  }

  get isDone(): boolean {
    return this.#at === this.#end;
  }

  /** Whether the next element has this tag. */
  has(tag: number): boolean {
    return this.#at < this.#end && this.#bytes[this.#at] === tag;
  }

  /** Any tag there is next. */
  tag(): number {
    if (this.#at >= this.#end) throw refusal('element missing');
    return this.#bytes[this.#at]!;
  }

  /** A reader over the content of the next element. */
  enter(tag: number): DerReader {
    if (this.#depth === MAXIMUM_DEPTH) throw refusal('too deep');
    const end = this.#take(tag);
    return new DerReader(this.#bytes, this.#content, end, this.#depth + 1);
  }

  /** The content octets, as a view. */
  content(tag: number): Uint8Array {
    const end = this.#take(tag);
    return this.#bytes.subarray(this.#content, end);
  }

  /** The whole element with its header, as a view. */
  element(tag: number): Uint8Array {
    const start = this.#at;
    return this.#bytes.subarray(start, this.#take(tag));
  }

  /** The same, without going past it. */
  peek(tag: number): Uint8Array {
    const start = this.#at;
    const element = this.element(tag);
    this.#at = start;
    return element;
  }

  /** Everything that is left, as a view, without going past it. */
  rest(): Uint8Array {
    return this.#bytes.subarray(this.#at, this.#end);
  }

  skip(tag: number): void {
    this.#take(tag);
  }

  end(): void {
    if (this.#at !== this.#end) throw refusal('bytes after the end');
  }

  boolean(): boolean {
    const end = this.#take(TAG.boolean);
    const value = this.#bytes[this.#content];
    if (end - this.#content !== 1 || (value !== 0 && value !== 0xff)) throw refusal('not a boolean');
    return value === 0xff;
  }

  /** The content octets of an integer in its shortest form, two's complement. */
  integerBytes(): Uint8Array {
    const bytes = this.content(TAG.integer);
    const sign = bytes[0];
    const second = bytes[1];
    if (sign === undefined) throw refusal('empty integer');
    if (second !== undefined && ((sign === 0 && second < 0x80) || (sign === 0xff && second >= 0x80)))
      throw refusal('integer not minimal');
    return bytes;
  }

  /** A number from 0 to 2^53 - 1. */
  integer(): number {
    const bytes = this.integerBytes();
    let value = 0;
    for (const byte of bytes) value = value * 256 + byte;
    if (bytes[0]! >= 0x80 || bytes.length > 8 || !Number.isSafeInteger(value))
      throw refusal('integer out of range');
    return value;
  }

  /** Dotted text of an object identifier. */
  oid(): string {
    const end = this.#take(TAG.oid);
    return formatOid(this.#bytes, this.#content, end);
  }

  /** The same without the text. */
  skipOid(): void {
    const end = this.#take(TAG.oid);
    checkOid(this.#bytes, this.#content, end);
  }

  /** Content octets of an object identifier, as a view. */
  oidBytes(): Uint8Array {
    const end = this.#take(TAG.oid);
    checkOid(this.#bytes, this.#content, end);
    return this.#bytes.subarray(this.#content, end);
  }

  /** The octets of a bit string, and how many bits of the last do not count (those are zero). */
  bitString(): { readonly bits: Uint8Array; readonly unused: number } {
    const content = this.content(TAG.bitString);
    const unused = content[0];
    if (unused === undefined || unused > 7) throw refusal('not a bit string');
    const bits = content.subarray(1);
    const padding = (1 << unused) - 1;
    if (bits.length === 0 ? unused !== 0 : (bits.at(-1)! & padding) !== 0)
      throw refusal('bit string not minimal');
    return { bits, unused };
  }

  /** Reads header and passes content; notes where the content starts and gives where it ends. */
  #take(tag: number): number {
    if (this.#at >= this.#end) throw refusal('element missing');
    if (this.#bytes[this.#at] !== tag) throw refusal('element of another type');
    if ((tag & 0x1f) === 0x1f) throw refusal('tag of several octets');
    if (this.#at + 1 >= this.#end) throw refusal('length missing');
    const first = this.#bytes[this.#at + 1]!;
    this.#content = this.#at + 2;
    const length = first < 0x80 ? first : this.#longLength(first & 0x7f);
    if (length > this.#end - this.#content) throw refusal('element ends too late');
    this.#at = this.#content + length;
    return this.#at;
  }

  #longLength(octets: number): number {
    if (octets === 0) throw refusal('indefinite length');
    if (octets > MAXIMUM_LENGTH_OCTETS || octets > this.#end - this.#content)
      throw refusal('length too long');
    let length = 0;
    for (let i = 0; i < octets; i++) length = (length << 8) | this.#bytes[this.#content + i]!;
    if (length < 0x80 || length >>> (8 * (octets - 1)) === 0) throw refusal('length not minimal');
    this.#content += octets;
    return length;
  }
}

/** One element: header and the joined parts as content. */
export function encodeDer(tag: number, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const part of parts) length += part.length;
  const octets = length < 0x80 ? [] : bigEndian(length);
  const header = octets.length === 0 ? [tag, length] : [tag, 0x80 | octets.length, ...octets];
  return concatBytes(Uint8Array.from(header), ...parts);
}

/** INTEGER of a number from 0 to 2^53 - 1. */
export function encodeDerInteger(value: number): Uint8Array<ArrayBuffer> {
  const octets = bigEndian(value);
  return encodeDer(TAG.integer, Uint8Array.from(octets[0]! >= 0x80 ? [0, ...octets] : octets));
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

function bigEndian(value: number): number[] {
  const octets: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return octets.length === 0 ? [0] : octets;
}

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

/** Every arc begins with an octet other than 80, and ends. */
function checkOid(bytes: Uint8Array, from: number, to: number): void {
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

function refusal(what: string): StirError {
  return new StirError('ERR_DER_FORMAT', `not DER: ${what}`);
}
