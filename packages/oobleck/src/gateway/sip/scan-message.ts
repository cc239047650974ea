// A SIP message taken apart as far as lines go (RFC 3261 Section 7): start line, header fields with folded lines put
// together, body. What the lines say is not looked at, so that even a request which is refused can be answered.

import { endBeforeBlanks, isBlank, skipBlanks } from './character-classes.ts';
import { fieldName } from './field-names.ts';
import { Piece, placeOf, textIn } from './piece.ts';

/** The value of a header field, without blanks around it; folded lines are joined by one blank. */
export class Field extends Piece {
  /** Lower case, long form. */
  readonly name: string;

  constructor(name: string, bytes: Buffer, start: number, end: number) {
    super(bytes, start, end);
    this.name = name;
  }
}

export interface ScannedMessage {
  readonly startLine: Piece;
  readonly fields: readonly Field[];
  /** What follows the header, trailing octets included. */
  readonly body: Piece;
  /** What is wrong with the lines themselves; the fields read so far are there all the same. */
  readonly fault: string | undefined;
}

export const MAXIMUM_HEADER_BYTES = 65_536;
export const MAXIMUM_BODY_BYTES = 65_536;
const MAXIMUM_FIELDS = 512;
const [RETURN, FEED, COLON] = [0x0d, 0x0a, 0x3a];

/** Never throws. @param bytes are not to change any more: nothing is copied out of them */
export function scanMessage(bytes: Buffer): ScannedMessage {
  let at = 0;
  // RFC 3261 Section 7.5: empty lines before a message are not part of it.
  while (isLineEnd(bytes, at)) at += 2;
  const nothing = new Piece(bytes, bytes.length, bytes.length);
  const firstEnd = lineEnd(bytes, at);
  if (firstEnd === -1) return { startLine: nothing, fields: [], body: nothing, fault: 'no line ends' };
  const startLine = new Piece(bytes, at, firstEnd);
  const fields: Field[] = [];
  const broken = (fault: string): ScannedMessage => ({ startLine, fields, body: nothing, fault });
  at = firstEnd + 2;
  while (!isLineEnd(bytes, at)) {
    if (at > MAXIMUM_HEADER_BYTES) return broken('header too long');
    if (fields.length === MAXIMUM_FIELDS) return broken('too many header fields');
    const end = lineEnd(bytes, at);
    if (end === -1) return broken('a line that does not end');
    const colon = placeOf(bytes, COLON, at, end);
    if (colon === -1 || colon === at) return broken('a header field without name');
    const name = fieldName(bytes, skipBlanks(bytes, at, colon), endBeforeBlanks(bytes, at, colon));
    at = end + 2;
    const start = skipBlanks(bytes, colon + 1, end);
    if (!isBlank(bytes[at])) {
      fields.push(new Field(name, bytes, start, endBeforeBlanks(bytes, start, end)));
      continue;
    }
    const folded = unfold(bytes, textIn(bytes, start, endBeforeBlanks(bytes, start, end)), at);
    if (folded === undefined) return broken('a line that does not end');
    fields.push(new Field(name, folded.value, 0, folded.value.length));
    at = folded.next;
  }
  return { startLine, fields, body: new Piece(bytes, at + 2, bytes.length), fault: undefined };
}

/** A value that goes on in further lines, from the one at `from`; `undefined` where one of them does not end. */
function unfold(
  bytes: Buffer,
  firstLine: string,
  from: number,
): { readonly value: Buffer; readonly next: number } | undefined {
  let value = firstLine;
  let at = from;
  while (isBlank(bytes[at])) {
    const end = lineEnd(bytes, at);
    if (end === -1) return undefined;
    const start = skipBlanks(bytes, at, end);
    const more = textIn(bytes, start, endBeforeBlanks(bytes, start, end));
    value = value === '' || more === '' ? value + more : `${value} ${more}`;
    at = end + 2;
  }
  return { value: Buffer.from(value, 'latin1'), next: at };
}

function isLineEnd(bytes: Buffer, at: number): boolean {
  return bytes[at] === RETURN && bytes[at + 1] === FEED;
}

/** Where the line ends that `from` is in: at CR LF and nowhere else; -1 where it does not. */
function lineEnd(bytes: Buffer, from: number): number {
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === RETURN) return bytes[at + 1] === FEED ? at : -1;
    if (byte === FEED) return -1;
  }
  return -1;
}

/** All fields of that name, not yet split, in order. */
export function fieldsOf(fields: readonly Field[], name: string): readonly Field[] {
  const found: Field[] = [];
  for (const field of fields) if (field.name === name) found.push(field);
  return found;
}
