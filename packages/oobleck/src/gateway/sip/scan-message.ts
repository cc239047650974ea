// A SIP message taken apart as far as lines go (RFC 3261 Section 7): start line, header fields with folded lines put
// together, body. What the lines say is not looked at, so that even a request which is refused can be answered.
// Texts are bytes, one character each (latin1): whatever is copied into an answer is copied as it came.

import { isBlank, trimBlanks } from './character-classes.ts';
import { fieldName } from './field-names.ts';

export interface Field {
  /** Lower case, long form. */
  readonly name: string;
  /** Without blanks around it; folded lines are joined by one blank. */
  readonly value: string;
}

export interface ScannedMessage {
  readonly startLine: string;
  readonly fields: readonly Field[];
  /** What follows the header, trailing octets included. */
  readonly body: string;
  /** What is wrong with the lines themselves; the fields read so far are there all the same. */
  readonly fault?: string;
}

export const MAXIMUM_HEADER_BYTES = 65_536;
export const MAXIMUM_BODY_BYTES = 65_536;
const MAXIMUM_FIELDS = 512;

/** Never throws. */
export function scanMessage(text: string): ScannedMessage {
  let at = 0;
  // RFC 3261 Section 7.5: empty lines before a message are not part of it.
  while (text.startsWith('\r\n', at)) at += 2;
  const firstEnd = lineEnd(text, at);
  if (firstEnd === -1) return { startLine: '', fields: [], body: '', fault: 'no line ends' };
  const startLine = text.slice(at, firstEnd);
  const fields: Field[] = [];
  const broken = (fault: string): ScannedMessage => ({ startLine, fields, body: '', fault });
  at = firstEnd + 2;
  for (;;) {
    if (text.startsWith('\r\n', at)) break;
    if (at > MAXIMUM_HEADER_BYTES) return broken('header too long');
    if (fields.length === MAXIMUM_FIELDS) return broken('too many header fields');
    const end = lineEnd(text, at);
    if (end === -1) return broken('a line that does not end');
    const colon = text.indexOf(':', at);
    if (colon === -1 || colon > end || colon === at) return broken('a header field without name');
    let value = trimBlanks(text.slice(colon + 1, end));
    const written = trimBlanks(text.slice(at, colon));
    at = end + 2;
    while (isBlank(text.charCodeAt(at))) {
      const next = lineEnd(text, at);
      if (next === -1) return broken('a line that does not end');
      const more = trimBlanks(text.slice(at, next));
      value = value === '' || more === '' ? value + more : `${value} ${more}`;
      at = next + 2;
    }
    fields.push({ name: fieldName(written), value });
  }
  return { startLine, fields, body: text.slice(at + 2) };
}

/** Where the line ends that `from` is in: at CR LF and nowhere else; -1 where it does not. */
function lineEnd(text: string, from: number): number {
  const feed = text.indexOf('\n', from);
  if (feed < 1) return -1;
  const end = text.indexOf('\r', from);
  return end === feed - 1 ? end : -1;
}

/** Values of all fields of that name, not yet split, in order. */
export function valuesOf(fields: readonly Field[], name: string): readonly string[] {
  const values: string[] = [];
  for (const field of fields) if (field.name === name) values.push(field.value);
  return values;
}
