// `name-addr` and `addr-spec` of From, To, Contact, P-Asserted-Identity and Diversion (RFC 3261 Section 20): a display name, a
// URI and the parameters of the header field. Without angle brackets whatever follows a `;` belongs to the field.

import { isAll, TOKEN, trimBlanks } from './character-classes.ts';
import { type Parameters, quotedEnd, readParameters } from './parameters.ts';
import { malformed } from './sip-fault.ts';
import { parseSipUri, type SipUri } from './sip-uri.ts';

export interface NameAddress {
  /** As it stands, with its quotes; '' where there is none. */
  readonly writtenName: string;
  readonly uri: SipUri;
  readonly parameters: Parameters;
}

/** One value, blanks around it taken off. @throws SipFault 400 */
export function parseNameAddress(value: string): NameAddress {
  if (value[0] === '"') {
    const end = quotedEnd(value, 0);
    const open = value.indexOf('<', end);
    if (open === -1 || trimBlanks(value.slice(end, open)) !== '') throw malformed('a name without address');
    return bracketed(value, value.slice(0, end), open);
  }
  const open = value.indexOf('<');
  if (open === -1) return bare(value);
  const writtenName = trimBlanks(value.slice(0, open));
  if (!writtenName.split(/[ \t]+/).every((word) => word === '' || isAll(word, TOKEN)))
    throw malformed('a display name that needs quotes');
  return bracketed(value, writtenName, open);
}

function bracketed(value: string, writtenName: string, open: number): NameAddress {
  const close = value.indexOf('>', open);
  if (close === -1) throw malformed('a bracket that stays open');
  const uri = parseSipUri(value.slice(open + 1, close));
  return { writtenName, uri, parameters: readParameters(value, close + 1) };
}

/** RFC 3261 Section 20.10: with a comma, question mark or semicolon in the URI the brackets are needed. */
function bare(value: string): NameAddress {
  const semicolon = value.indexOf(';');
  const end = semicolon === -1 ? value.length : semicolon;
  const text = trimBlanks(value.slice(0, end));
  if (text.includes('?') || text.includes(',')) throw malformed('an address that needs brackets');
  return { writtenName: '', uri: parseSipUri(text), parameters: readParameters(value, end) };
}

/** What the name says, quotes and escapes taken off; a byte a character. */
export function displayName({ writtenName }: NameAddress): string {
  if (writtenName[0] !== '"') return writtenName;
  return writtenName.slice(1, -1).replace(/\\([\s\S])/g, '$1');
}
