// A request as this element needs it: who calls whom, the way back, and what every request must have (RFC 3261
// Section 8.1.1), each field once and well formed. Fields it does not use are not looked into.

import { DIGIT, isAll, isBlank, skipBlanks, TOKEN, WORD } from './character-classes.ts';
import { type NameAddress, parseNameAddress } from './name-address.ts';
import { splitValues } from './parameters.ts';
import { type Piece, placeOf, textIn } from './piece.ts';
import { parseRequestLine } from './request-line.ts';
import { type Field, MAXIMUM_BODY_BYTES, type ScannedMessage } from './scan-message.ts';
import { parseSipDate } from './sip-date.ts';
import { malformed, SipFault } from './sip-fault.ts';
import { numberIn, type SipUri } from './sip-uri.ts';
import { parseVia, type Via } from './via.ts';

export interface SipRequest {
  readonly method: string;
  readonly uri: SipUri;
  /** Topmost first. */
  readonly vias: readonly Via[];
  readonly from: NameAddress;
  readonly to: NameAddress;
  readonly callId: string;
  readonly sequence: number;
  readonly maxForwards: number | undefined;
  readonly contacts: readonly NameAddress[];
  readonly asserted: readonly NameAddress[];
  /** Option tags of Require and Proxy-Require. */
  readonly required: readonly string[];
  /** Date, seconds since 1970. */
  readonly sentAt: number | undefined;
  readonly fields: readonly Field[];
  /** As long as Content-Length says. */
  readonly body: string;
  /** The first thing wrong in a field that says neither who calls whom nor the way back, which is then left out. INVITE only. */
  readonly flaw: SipFault | undefined;
}

const METHODS = new Set([
  ...['INVITE', 'ACK', 'CANCEL', 'OPTIONS', 'BYE', 'REGISTER', 'PRACK', 'UPDATE', 'INFO', 'SUBSCRIBE'],
  ...['NOTIFY', 'PUBLISH', 'MESSAGE', 'REFER'],
]);
const MAXIMUM_VALUES = 64;

/** @throws SipFault for what leaves no request to answer, or nobody called */
export function readRequest(scanned: ScannedMessage): SipRequest {
  if (scanned.fault !== undefined) throw malformed(scanned.fault);
  const { method, uri } = parseRequestLine(scanned.startLine);
  const { fields } = scanned;
  const vias = listOf(fields, 'via').map(parseVia);
  if (vias.length === 0) throw malformed('no Via');
  const sequence = readSequence(only(fields, 'cseq'));
  let flaw: SipFault | undefined;
  const sound = <T>(read: (fields: readonly Field[]) => T, otherwise: T): T => {
    try {
      return read(fields);
    } catch (error) {
      if (!(error instanceof SipFault)) throw error;
      flaw ??= error;
      return otherwise;
    }
  };
  const request = {
    method,
    uri,
    vias,
    from: parseNameAddress(only(fields, 'from')),
    to: parseNameAddress(only(fields, 'to')),
    callId: readCallId(only(fields, 'call-id')),
    sequence: sequence.number,
    contacts: sound(readContacts, []),
    asserted: sound(readAsserted, []),
    required: sound(readRequired, []),
    fields,
    body: sound(() => readBody(scanned), ''),
    maxForwards: sound(readMaxForwards, undefined),
    sentAt: sound(readDate, undefined),
    flaw,
  };
  // Of an INVITE whoever knows the trunk decides: a call to an emergency service goes on.
  if (flaw !== undefined && method !== 'INVITE') throw flaw;
  if (!METHODS.has(method)) throw new SipFault(501, 'a method nobody has heard of');
  if (sequence.method !== method) throw malformed('CSeq of another method');
  return request;
}

/** The field that stands once. @throws SipFault 400 */
function only(fields: readonly Field[], name: string): Field {
  const field = atMostOne(fields, name);
  if (field === undefined) throw malformed(`no ${name}`);
  return field;
}

function atMostOne(fields: readonly Field[], name: string): Field | undefined {
  let found: Field | undefined;
  for (const field of fields) {
    if (field.name !== name) continue;
    if (found !== undefined) throw malformed(`${name} stands twice`);
    found = field;
  }
  return found;
}

const NONE: readonly Piece[] = [];

function listOf(fields: readonly Field[], name: string): readonly Piece[] {
  let list = NONE;
  for (const field of fields) {
    if (field.name !== name) continue;
    list = list === NONE ? splitValues(field) : [...list, ...splitValues(field)];
    if (list.length > MAXIMUM_VALUES) throw malformed(`too many values of ${name}`);
  }
  return list;
}

function readContacts(fields: readonly Field[]): readonly NameAddress[] {
  const values = listOf(fields, 'contact');
  return values.length === 1 && values[0]!.text === '*' ? [] : values.map(parseNameAddress);
}

function readAsserted(fields: readonly Field[]): readonly NameAddress[] {
  return listOf(fields, 'p-asserted-identity').map(parseNameAddress);
}

const SIGN = 0x40;

/** `word [ "@" word ]`. */
function readCallId({ bytes, start, end }: Piece): string {
  const sign = placeOf(bytes, SIGN, start, end);
  const isCallId =
    sign === -1
      ? isAll(bytes, start, end, WORD)
      : isAll(bytes, start, sign, WORD) && isAll(bytes, sign + 1, end, WORD);
  if (!isCallId) throw malformed('not a Call-ID');
  return textIn(bytes, start, end);
}

const SEQUENCE_LIMIT = 2 ** 31;

/** RFC 3261 Section 8.1.1.5: a number below 2^31, blanks, the method. */
function readSequence({ bytes, start, end }: Piece): { readonly number: number; readonly method: string } {
  let at = start;
  while (at < end && !isBlank(bytes[at])) at++;
  const number = readNumber(bytes, start, at, SEQUENCE_LIMIT - 1, 'CSeq');
  const method = skipBlanks(bytes, at, end);
  if (!isAll(bytes, method, end, TOKEN)) throw malformed('not a CSeq');
  return { number, method: textIn(bytes, method, end) };
}

/** Digits, leading zeros as well; what is too long for a number is too large. */
function readNumber(bytes: Buffer, from: number, to: number, maximum: number, name: string): number {
  const isNumber = isAll(bytes, from, to, DIGIT) && to - from <= 32;
  const number = isNumber ? numberIn(bytes, from, to) : maximum + 1;
  if (number > maximum) throw malformed(`not a ${name}`);
  return number;
}

function readMaxForwards(fields: readonly Field[]): number | undefined {
  const field = atMostOne(fields, 'max-forwards');
  return field && readNumber(field.bytes, field.start, field.end, 255, 'Max-Forwards');
}

function readDate(fields: readonly Field[]): number | undefined {
  const field = atMostOne(fields, 'date');
  return field && parseSipDate(field.text);
}

function readRequired(fields: readonly Field[]): readonly string[] {
  const tags = [...listOf(fields, 'require'), ...listOf(fields, 'proxy-require')];
  if (!tags.every(({ bytes, start, end }) => isAll(bytes, start, end, TOKEN)))
    throw malformed('not an option tag');
  return tags.map(({ text }) => text);
}

/** What is beyond Content-Length is not part of the message (RFC 3261 Section 18.3). */
function readBody({ fields, body }: ScannedMessage): string {
  const { bytes, start, end } = body;
  const length = contentLength(fields) ?? end - start;
  if (length > end - start) throw malformed('a body that is cut off');
  return textIn(bytes, start, start + length);
}

/** `undefined` where the field is missing. @throws SipFault 400, 413 */
export function contentLength(fields: readonly Field[]): number | undefined {
  const field = atMostOne(fields, 'content-length');
  if (field === undefined) return undefined;
  const { bytes, start, end } = field;
  const length = readNumber(bytes, start, end, Number.MAX_SAFE_INTEGER, 'Content-Length');
  if (length > MAXIMUM_BODY_BYTES) throw new SipFault(413, 'a body larger than is read');
  return length;
}
