// Parameters of header field values: `;name`, `;name=token`, `;name="quoted"`, with blanks around each part
// (RFC 3261 Section 25.1). A name stands once. Lists of values are split at commas outside quotes and brackets.

import {
  endBeforeBlanks,
  isAll,
  PARAMETER_VALUE,
  skipBlanks,
  TOKEN,
  wordIn,
  wordTable,
} from './character-classes.ts';
import { Piece, placeOf, textIn } from './piece.ts';
import { malformed } from './sip-fault.ts';

/** By name in lower case; the value as it stands, a quoted one with its quotes, '' where there is none. */
export interface Parameters extends Iterable<readonly [string, string]> {
  get(name: string): string | undefined;
  has(name: string): boolean;
}

/** There are few: a list is searched sooner than a name is hashed. */
class ParameterList implements Parameters {
  readonly names: string[] = [];
  readonly values: string[] = [];

  get(name: string): string | undefined {
    const at = this.names.indexOf(name);
    return at === -1 ? undefined : this.values[at];
  }

  has(name: string): boolean {
    return this.names.includes(name);
  }

  *[Symbol.iterator](): Iterator<readonly [string, string]> {
    for (const [at, name] of this.names.entries()) yield [name, this.values[at]!];
  }
}

export const NO_PARAMETERS: Parameters = new ParameterList();
const MAXIMUM_PARAMETERS = 64;
const USUAL = wordTable(['tag', 'branch', 'rport', 'received', 'user', 'expires', 'q', 'index', 'mp', 'ttl']);
const [QUOTE, BACKSLASH, COMMA, SEMICOLON, EQUALS] = [0x22, 0x5c, 0x2c, 0x3b, 0x3d];
const [OPEN, CLOSE] = [0x3c, 0x3e];

/** @param from where the first `;` is expected, blanks before it. @throws SipFault 400 */
export function readParameters(bytes: Buffer, from: number, to: number): Parameters {
  let at = skipBlanks(bytes, from, to);
  if (at === to) return NO_PARAMETERS;
  const found = new ParameterList();
  while (at < to) {
    if (bytes[at] !== SEMICOLON || found.names.length === MAXIMUM_PARAMETERS)
      throw malformed('not a list of parameters');
    const end = parameterEnd(bytes, at + 1, to);
    addParameter(found, bytes, at + 1, end);
    at = end;
  }
  return found;
}

function addParameter(found: ParameterList, bytes: Buffer, from: number, to: number): void {
  const equals = placeOf(bytes, EQUALS, from, to);
  const behindName = equals === -1 ? to : equals;
  const start = skipBlanks(bytes, from, behindName);
  const end = endBeforeBlanks(bytes, start, behindName);
  if (!isAll(bytes, start, end, TOKEN)) throw malformed('a parameter without name');
  const name = wordIn(USUAL, bytes, start, end);
  if (found.has(name)) throw malformed('a parameter stands twice');
  const valueStart = equals === -1 ? to : skipBlanks(bytes, equals + 1, to);
  const valueEnd = endBeforeBlanks(bytes, valueStart, to);
  if (equals !== -1 && !isParameterValue(bytes, valueStart, valueEnd))
    throw malformed('a parameter with a value that is none');
  found.names.push(name);
  found.values.push(textIn(bytes, valueStart, valueEnd));
}

function isParameterValue(bytes: Buffer, from: number, to: number): boolean {
  return from < to && bytes[from] === QUOTE
    ? quotedEnd(bytes, from, to) === to
    : isAll(bytes, from, to, PARAMETER_VALUE);
}

/** The next `;` outside quotes, or the end. */
function parameterEnd(bytes: Buffer, from: number, to: number): number {
  for (let at = from; at < to; at++) {
    if (bytes[at] === QUOTE) at = quotedEnd(bytes, at, to) - 1;
    else if (bytes[at] === SEMICOLON) return at;
  }
  return to;
}

/** Behind the closing quote of the one at `from`. @throws SipFault 400 where it stays open */
export function quotedEnd(bytes: Buffer, from: number, to: number): number {
  for (let at = from + 1; at < to; at++) {
    if (bytes[at] === BACKSLASH) at++;
    else if (bytes[at] === QUOTE) return at + 1;
  }
  throw malformed('a quotation that stays open');
}

/** The values of a list. @throws SipFault 400 where a quote or bracket stays open, or a value is empty */
export function splitValues(list: Piece): readonly Piece[] {
  const { bytes, start: from, end: to } = list;
  if (placeOf(bytes, COMMA, from, to) === -1) return [requireValue(bytes, from, to)];
  const values: Piece[] = [];
  let start = from;
  for (let at = from; at < to; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) at = quotedEnd(bytes, at, to) - 1;
    else if (byte === OPEN) {
      at = placeOf(bytes, CLOSE, at, to);
      if (at === -1) throw malformed('a bracket that stays open');
    } else if (byte === COMMA) {
      values.push(requireValue(bytes, start, at));
      start = at + 1;
    }
  }
  values.push(requireValue(bytes, start, to));
  return values;
}

function requireValue(bytes: Buffer, from: number, to: number): Piece {
  const start = skipBlanks(bytes, from, to);
  const end = endBeforeBlanks(bytes, start, to);
  if (start === end) throw malformed('an empty value in a list');
  return new Piece(bytes, start, end);
}
