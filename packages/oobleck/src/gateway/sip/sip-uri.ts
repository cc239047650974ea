// URIs as SIP carries them (RFC 3261 Section 19.1, RFC 3966): sip, sips and tel taken apart, others checked for their
// characters only. Nothing is unescaped here: a `%` is two hexadecimal digits' worth, once, where somebody reads it.

import {
  ANY_URI,
  DIGIT,
  HOST_NAME,
  IPV6,
  isAll,
  isAllEscaped,
  PASSWORD,
  SCHEME,
  URI_HEADER,
  URI_PARAMETER,
  USER,
  wordIn,
  wordTable,
} from './character-classes.ts';
import { placeOf, textIn } from './piece.ts';
import { malformed } from './sip-fault.ts';

export interface SipUri {
  /** The whole URI. */
  readonly text: string;
  /** Lower case. */
  readonly scheme: string;
  /** User part with its own parameters; the number with its parameters for tel. '' where there is none. */
  readonly user: string;
  readonly host: string;
  readonly port: number | undefined;
  /** `;name=value...` behind the host, with the first `;`, or ''. */
  readonly parameters: string;
  /** Behind `?`, or ''. */
  readonly headers: string;
}

const MAXIMUM_PORT = 65_535;
const SCHEMES = wordTable(['sip', 'sips', 'tel', 'urn', 'http', 'https', 'im', 'pres', 'mailto']);
const [COLON, AT, QUESTION, SEMICOLON, OPEN, CLOSE] = [0x3a, 0x40, 0x3f, 0x3b, 0x5b, 0x5d];

/** @throws SipFault 400 */
export function parseSipUri(bytes: Buffer, from: number, to: number): SipUri {
  const colon = placeOf(bytes, COLON, from, to);
  if (!isAll(bytes, from, colon, SCHEME)) throw malformed('a URI without scheme');
  const scheme = wordIn(SCHEMES, bytes, from, colon);
  const text = textIn(bytes, from, to);
  if (scheme === 'sip' || scheme === 'sips') return readSip(text, scheme, bytes, colon + 1, to);
  if (colon + 1 === to || !isAllEscaped(bytes, colon + 1, to, ANY_URI))
    throw malformed('a character that no URI has');
  const user = scheme === 'tel' ? textIn(bytes, colon + 1, to) : '';
  return { text, scheme, user, host: '', port: undefined, parameters: '', headers: '' };
}

function readSip(text: string, scheme: string, bytes: Buffer, from: number, to: number): SipUri {
  const sign = placeOf(bytes, AT, from, to);
  const user = sign === -1 ? '' : requireUser(bytes, from, sign);
  const start = sign === -1 ? from : sign + 1;
  const query = placeOf(bytes, QUESTION, start, to);
  const end = query === -1 ? to : query;
  const semicolon = placeOf(bytes, SEMICOLON, start, end);
  const hostEnd = semicolon === -1 ? end : semicolon;
  if (!isAllEscaped(bytes, hostEnd, end, URI_PARAMETER))
    throw malformed('a character that no URI parameter has');
  if (query !== -1 && (query + 1 === to || !isAllEscaped(bytes, query + 1, to, URI_HEADER)))
    throw malformed('a character that no header of a URI has');
  const colon = portColon(bytes, start, hostEnd);
  const host = readHost(bytes, start, colon === -1 ? hostEnd : colon);
  const port = colon === -1 ? undefined : readPort(bytes, colon + 1, hostEnd);
  const headers = query === -1 ? '' : textIn(bytes, query + 1, to);
  return { text, scheme, user, host, port, parameters: textIn(bytes, hostEnd, end), headers };
}

function requireUser(bytes: Buffer, from: number, to: number): string {
  const colon = placeOf(bytes, COLON, from, to);
  const end = colon === -1 ? to : colon;
  if (end === from || !isAllEscaped(bytes, from, end, USER))
    throw malformed('a character that no user part has');
  if (colon !== -1 && !isAllEscaped(bytes, colon + 1, to, PASSWORD))
    throw malformed('a character that no password has');
  return textIn(bytes, from, end);
}

/** The colon before the port: the first that is not within brackets; -1 where there is none. */
function portColon(bytes: Buffer, from: number, to: number): number {
  const bracket = bytes[from] === OPEN ? placeOf(bytes, CLOSE, from, to) : -1;
  return placeOf(bytes, COLON, Math.max(from, bracket + 1), to);
}

/** A name, an IPv4 address, or an IPv6 address in its brackets. @throws SipFault 400 */
export function readHost(bytes: Buffer, from: number, to: number): string {
  const isHost =
    from < to && bytes[from] === OPEN
      ? bytes[to - 1] === CLOSE && isAll(bytes, from + 1, to - 1, IPV6)
      : isAll(bytes, from, to, HOST_NAME);
  if (!isHost) throw malformed('not a host');
  return textIn(bytes, from, to);
}

/** @throws SipFault 400 */
export function readPort(bytes: Buffer, from: number, to: number): number {
  const port = isAll(bytes, from, to, DIGIT) && to - from < 6 ? numberIn(bytes, from, to) : 0;
  if (port === 0 || port > MAXIMUM_PORT) throw malformed('not a port');
  return port;
}

/** Of digits only, and few enough for the number to be exact. */
export function numberIn(bytes: Buffer, from: number, to: number): number {
  let number = 0;
  for (let at = from; at < to; at++) number = 10 * number + bytes[at]! - 0x30;
  return number;
}

/** Value of a parameter of the URI or, by RFC 4904, of its user part; `undefined` where it is missing. */
export function uriParameter(text: string, name: string): string | undefined {
  for (const part of text.split(';').slice(1)) {
    const equals = part.indexOf('=');
    const key = equals === -1 ? part : part.slice(0, equals);
    if (key.toLowerCase() === name) return equals === -1 ? '' : part.slice(equals + 1);
  }
  return undefined;
}

/** Percent escapes resolved, once (RFC 3261 Section 19.1.4); a byte a character. */
export function unescapeUri(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
