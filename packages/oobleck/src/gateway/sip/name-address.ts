// `name-addr` and `addr-spec` of From, To, Contact, P-Asserted-Identity and Diversion (RFC 3261 Section 20): a display name, a
// URI and the parameters of the header field. Without angle brackets whatever follows a `;` belongs to the field.

import { endBeforeBlanks, isAll, skipBlanks, TOKENS } from './character-classes.ts';
import { type Parameters, quotedEnd, readParameters } from './parameters.ts';
import { type Piece, placeOf, textIn } from './piece.ts';
import { malformed } from './sip-fault.ts';
import { parseSipUri, type SipUri } from './sip-uri.ts';

export interface NameAddress {
  /** As it stands, with its quotes; '' where there is none. */
  readonly writtenName: string;
  readonly uri: SipUri;
  readonly parameters: Parameters;
}

const [QUOTE, OPEN, CLOSE, SEMICOLON, QUESTION, COMMA] = [0x22, 0x3c, 0x3e, 0x3b, 0x3f, 0x2c];

/** One value, without blanks around it. @throws SipFault 400 */
export function parseNameAddress({ bytes, start, end }: Piece): NameAddress {
  if (start < end && bytes[start] === QUOTE) {
    const nameEnd = quotedEnd(bytes, start, end);
    const open = placeOf(bytes, OPEN, nameEnd, end);
    if (open === -1 || skipBlanks(bytes, nameEnd, open) < open) throw malformed('a name without address');
    return bracketed(textIn(bytes, start, nameEnd), bytes, open, end);
  }
  const open = placeOf(bytes, OPEN, start, end);
  if (open === -1) return bare(bytes, start, end);
  const nameEnd = endBeforeBlanks(bytes, start, open);
  if (nameEnd > start && !isAll(bytes, start, nameEnd, TOKENS))
    throw malformed('a display name that needs quotes');
  return bracketed(textIn(bytes, start, nameEnd), bytes, open, end);
}

function bracketed(writtenName: string, bytes: Buffer, open: number, end: number): NameAddress {
  const close = placeOf(bytes, CLOSE, open, end);
  if (close === -1) throw malformed('a bracket that stays open');
  const uri = parseSipUri(bytes, open + 1, close);
  return { writtenName, uri, parameters: readParameters(bytes, close + 1, end) };
}

/** RFC 3261 Section 20.10: with a comma, question mark or semicolon in the URI the brackets are needed. */
function bare(bytes: Buffer, start: number, end: number): NameAddress {
  const semicolon = placeOf(bytes, SEMICOLON, start, end);
  const behind = semicolon === -1 ? end : semicolon;
  const uriEnd = endBeforeBlanks(bytes, start, behind);
  if (placeOf(bytes, QUESTION, start, uriEnd) !== -1 || placeOf(bytes, COMMA, start, uriEnd) !== -1)
    throw malformed('an address that needs brackets');
  const uri = parseSipUri(bytes, start, uriEnd);
  return { writtenName: '', uri, parameters: readParameters(bytes, behind, end) };
}

/** What the name says, quotes and escapes taken off; a byte a character. */
export function displayName({ writtenName }: NameAddress): string {
  if (writtenName[0] !== '"') return writtenName;
  const name = writtenName.slice(1, -1);
  return name.includes('\\') ? name.replace(/\\([\s\S])/g, '$1') : name;
}
