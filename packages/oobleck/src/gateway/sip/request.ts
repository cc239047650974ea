// A request as this element needs it: who calls whom, the way back, and what every request must have (RFC 3261
// Section 8.1.1), each field once and well formed. Fields it does not use are not looked into.

import { DIGIT, isAll, isBlank, skipBlanks, TOKEN, WORD } from './character-classes.ts';
import { type NameAddress, parseNameAddress } from './name-address.ts';
import { splitValues } from './parameters.ts';
import { parseRequestLine } from './request-line.ts';
import { type Field, MAXIMUM_BODY_BYTES, type ScannedMessage, valuesOf } from './scan-message.ts';
import { parseSipDate } from './sip-date.ts';
import { malformed, SipFault } from './sip-fault.ts';
import type { SipUri } from './sip-uri.ts';
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
  readonly maxForwards?: number;
  readonly contacts: readonly NameAddress[];
  readonly asserted: readonly NameAddress[];
  /** Option tags of Require and Proxy-Require. */
  readonly required: readonly string[];
  /** Date, seconds since 1970. */
  readonly sentAt?: number;
  readonly fields: readonly Field[];
  /** As long as Content-Length says. */
  readonly body: string;
}

const METHODS = new Set([
  ...['INVITE', 'ACK', 'CANCEL', 'OPTIONS', 'BYE', 'REGISTER', 'PRACK', 'UPDATE', 'INFO', 'SUBSCRIBE'],
  ...['NOTIFY', 'PUBLISH', 'MESSAGE', 'REFER'],
]);
const MAXIMUM_VALUES = 64;

/** @throws SipFault */
export function readRequest(scanned: ScannedMessage): SipRequest {
  if (scanned.fault !== undefined) throw malformed(scanned.fault);
  const { method, uri } = parseRequestLine(scanned.startLine);
  const { fields } = scanned;
  const vias = listOf(fields, 'via').map(parseVia);
  if (vias.length === 0) throw malformed('no Via');
  const sequence = readSequence(only(fields, 'cseq'));
  const request = {
    method,
    uri,
    vias,
    from: parseNameAddress(only(fields, 'from')),
    to: parseNameAddress(only(fields, 'to')),
    callId: readCallId(only(fields, 'call-id')),
    sequence: sequence.number,
    contacts: readContacts(fields),
    asserted: listOf(fields, 'p-asserted-identity').map(parseNameAddress),
    required: readRequired(fields),
    fields,
    body: readBody(scanned),
    ...readMaxForwards(fields),
    ...readDate(fields),
  };
  if (!METHODS.has(method)) throw new SipFault(501, 'a method nobody has heard of');
  if (sequence.method !== method) throw malformed('CSeq of another method');
  return request;
}

/** The value of a field that stands once. @throws SipFault 400 */
function only(fields: readonly Field[], name: string): string {
  const value = atMostOne(fields, name);
  if (value === undefined) throw malformed(`no ${name}`);
  return value;
}

function atMostOne(fields: readonly Field[], name: string): string | undefined {
  let found: string | undefined;
  for (const field of fields) {
    if (field.name !== name) continue;
    if (found !== undefined) throw malformed(`${name} stands twice`);
    found = field.value;
  }
  return found;
}

function listOf(fields: readonly Field[], name: string): readonly string[] {
  const values = valuesOf(fields, name);
  const list = values.length === 0 ? values : values.flatMap(splitValues);
  if (list.length > MAXIMUM_VALUES) throw malformed(`too many values of ${name}`);
  return list;
}

function readContacts(fields: readonly Field[]): readonly NameAddress[] {
  const values = listOf(fields, 'contact');
  return values[0] === '*' && values.length === 1 ? [] : values.map(parseNameAddress);
}

/** `word [ "@" word ]`. */
function readCallId(value: string): string {
  const sign = value.indexOf('@');
  const isWord = sign === -1 ? isAll(value, WORD) : isAll(value.slice(0, sign), WORD);
  if (!isWord || (sign !== -1 && !isAll(value.slice(sign + 1), WORD))) throw malformed('not a Call-ID');
  return value;
}

const SEQUENCE_LIMIT = 2 ** 31;

/** RFC 3261 Section 8.1.1.5: a number below 2^31, blanks, the method. */
function readSequence(value: string): { readonly number: number; readonly method: string } {
  let at = 0;
  while (at < value.length && !isBlank(value.charCodeAt(at))) at++;
  const method = value.slice(skipBlanks(value, at));
  const number = readNumber(value.slice(0, at), SEQUENCE_LIMIT - 1, 'CSeq');
  if (!isAll(method, TOKEN)) throw malformed('not a CSeq');
  return { number, method };
}

function readNumber(text: string, maximum: number, name: string): number {
  const number = isAll(text, DIGIT) && text.length <= 32 ? Number(text) : maximum + 1;
  if (number > maximum) throw malformed(`not a ${name}`);
  return number;
}

function readMaxForwards(fields: readonly Field[]): { readonly maxForwards?: number } {
  const value = atMostOne(fields, 'max-forwards');
  return value === undefined ? {} : { maxForwards: readNumber(value, 255, 'Max-Forwards') };
}

function readDate(fields: readonly Field[]): { readonly sentAt?: number } {
  const value = atMostOne(fields, 'date');
  return value === undefined ? {} : { sentAt: parseSipDate(value) };
}

function readRequired(fields: readonly Field[]): readonly string[] {
  const tags = [...listOf(fields, 'require'), ...listOf(fields, 'proxy-require')];
  if (!tags.every((tag) => isAll(tag, TOKEN))) throw malformed('not an option tag');
  return tags;
}

/** What is beyond Content-Length is not part of the message (RFC 3261 Section 18.3). */
function readBody({ fields, body }: ScannedMessage): string {
  const length = contentLength(fields);
  if (length === undefined) return body;
  if (length > body.length) throw malformed('a body that is cut off');
  return length === body.length ? body : body.slice(0, length);
}

/** `undefined` where the field is missing. @throws SipFault 400, 413 */
export function contentLength(fields: readonly Field[]): number | undefined {
  const value = atMostOne(fields, 'content-length');
  if (value === undefined) return undefined;
  const length = readNumber(value, Number.MAX_SAFE_INTEGER, 'Content-Length');
  if (length > MAXIMUM_BODY_BYTES) throw new SipFault(413, 'a body larger than is read');
  return length;
}
