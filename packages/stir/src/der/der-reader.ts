// DER (X.690 Sections 8 to 11), as much of it as certificates, CRLs and TNAuthLists need. A value has one encoding:
// definite, minimal lengths, minimal integers, booleans of 00 or FF. BER's freedoms are refused, not repaired.
// Certificates are read on the call path, so the reader is a class over offsets: it copies nothing and makes a
// view only of what is kept.

import { StirError } from '../stir-error.ts';
import { checkOid, formatOid } from './object-identifier.ts';
import { TAG } from './tag.ts';

const MAXIMUM_BYTES = 65_536;
const MAXIMUM_DEPTH = 16;
const MAXIMUM_LENGTH_OCTETS = 3;

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

function refusal(what: string): StirError {
  return new StirError('ERR_DER_FORMAT', `not DER: ${what}`);
}
