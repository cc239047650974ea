// Parameters of header field values: `;name`, `;name=token`, `;name="quoted"`, with blanks around each part
// (RFC 3261 Section 25.1). A name stands once. Lists of values are split at commas outside quotes and brackets.

import { isAll, PARAMETER_VALUE, skipBlanks, TOKEN, trimBlanks } from './character-classes.ts';
import { malformed } from './sip-fault.ts';

/** By name in lower case; the value as it stands, a quoted one with its quotes, '' where there is none. */
export type Parameters = ReadonlyMap<string, string>;

export const NO_PARAMETERS: Parameters = new Map();
const MAXIMUM_PARAMETERS = 64;

/** @param from where the first `;` is expected, blanks before it. @throws SipFault 400 */
export function readParameters(text: string, from: number): Parameters {
  let at = skipBlanks(text, from);
  if (at === text.length) return NO_PARAMETERS;
  const found = new Map<string, string>();
  while (at < text.length) {
    if (text[at] !== ';' || found.size === MAXIMUM_PARAMETERS) throw malformed('not a list of parameters');
    const end = parameterEnd(text, at + 1);
    addParameter(found, text.slice(at + 1, end));
    at = end;
  }
  return found;
}

function addParameter(found: Map<string, string>, text: string): void {
  const equals = text.indexOf('=');
  const name = trimBlanks(equals === -1 ? text : text.slice(0, equals)).toLowerCase();
  const value = equals === -1 ? '' : trimBlanks(text.slice(equals + 1));
  if (!isAll(name, TOKEN)) throw malformed('a parameter without name');
  if (found.has(name)) throw malformed('a parameter stands twice');
  if (equals !== -1 && !isParameterValue(value)) throw malformed('a parameter with a value that is none');
  found.set(name, value);
}

function isParameterValue(value: string): boolean {
  return value[0] === '"' ? quotedEnd(value, 0) === value.length : isAll(value, PARAMETER_VALUE);
}

/** The next `;` outside quotes, or the end. */
function parameterEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '"') at = quotedEnd(text, at) - 1;
    else if (text[at] === ';') return at;
  }
  return text.length;
}

/** Behind the closing quote of the one at `from`. @throws SipFault 400 where it stays open */
export function quotedEnd(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at + 1;
  }
  throw malformed('a quotation that stays open');
}

/** The values of a list. @throws SipFault 400 where a quote or bracket stays open, or a value is empty */
export function splitValues(text: string): readonly string[] {
  if (!text.includes(',')) return [requireValue(text)];
  const values: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (letter === '"') at = quotedEnd(text, at) - 1;
    else if (letter === '<') {
      at = text.indexOf('>', at);
      if (at === -1) throw malformed('a bracket that stays open');
    } else if (letter === ',') {
      values.push(requireValue(text.slice(start, at)));
      start = at + 1;
    }
  }
  values.push(requireValue(text.slice(start)));
  return values;
}

function requireValue(text: string): string {
  const value = trimBlanks(text);
  if (value === '') throw malformed('an empty value in a list');
  return value;
}
