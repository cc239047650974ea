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

/** Where its parts stand. */
interface Places {
  readonly start: number;
  readonly user: number;
  readonly userEnd: number;
  readonly host: number;
  readonly hostEnd: number;
  readonly parameters: number;
  readonly parametersEnd: number;
  readonly headers: number;
  readonly end: number;
}

/** Checked whole; texts are made of those parts that somebody asks for, which of most URIs are none. */
class WrittenUri implements SipUri {
  readonly scheme: string;
  readonly port: number | undefined;
  readonly #bytes: Buffer;
  readonly #places: Places;

  constructor(scheme: string, port: number | undefined, bytes: Buffer, places: Places) {
    this.scheme = scheme;
    this.port = port;
    this.#bytes = bytes;
    this.#places = places;
  }

  get text(): string {
    return textIn(this.#bytes, this.#places.start, this.#places.end);
  }

  get user(): string {
    return textIn(this.#bytes, this.#places.user, this.#places.userEnd);
  }

  get host(): string {
    return textIn(this.#bytes, this.#places.host, this.#places.hostEnd);
  }

  get parameters(): string {
    return textIn(this.#bytes, this.#places.parameters, this.#places.parametersEnd);
  }

  get headers(): string {
    return textIn(this.#bytes, this.#places.headers, this.#places.end);
  }
}

const MAXIMUM_PORT = 65_535;
const SCHEMES = wordTable(['sip', 'sips', 'tel', 'urn', 'http', 'https', 'im', 'pres', 'mailto']);
const [COLON, AT, QUESTION, SEMICOLON, OPEN, CLOSE] = [0x3a, 0x40, 0x3f, 0x3b, 0x5b, 0x5d];

/** @throws SipFault 400 */
export function parseSipUri(bytes: Buffer, from: number, to: number): SipUri {
  const colon = placeOf(bytes, COLON, from, to);
  if (!isAll(bytes, from, colon, SCHEME)) throw malformed('a URI without scheme');
  const scheme = wordIn(SCHEMES, bytes, from, colon);
  if (scheme === 'sip' || scheme === 'sips') return readSip(scheme, bytes, from, colon + 1, to);
  if (colon + 1 === to || !isAllEscaped(bytes, colon + 1, to, ANY_URI))
    throw malformed('a character that no URI has');
  return new WrittenUri(scheme, undefined, bytes, {
    start: from,
    user: scheme === 'tel' ? colon + 1 : to,
    userEnd: to,
    host: to,
    hostEnd: to,
    parameters: to,
    parametersEnd: to,
    headers: to,
    end: to,
  });
}

function readSip(scheme: string, bytes: Buffer, uriStart: number, from: number, to: number): SipUri {
  const sign = placeOf(bytes, AT, from, to);
  const userEnd = sign === -1 ? from : requireUser(bytes, from, sign);
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
  const nameEnd = colon === -1 ? hostEnd : colon;
  requireHost(bytes, start, nameEnd);
  const port = colon === -1 ? undefined : readPort(bytes, colon + 1, hostEnd);
  return new WrittenUri(scheme, port, bytes, {
    start: uriStart,
    user: from,
    userEnd,
    host: start,
    hostEnd: nameEnd,
    parameters: hostEnd,
    parametersEnd: end,
    headers: query === -1 ? to : query + 1,
    end: to,
  });
}

/** @returns where it ends, its password left out */
function requireUser(bytes: Buffer, from: number, to: number): number {
  const colon = placeOf(bytes, COLON, from, to);
  const end = colon === -1 ? to : colon;
  if (end === from || !isAllEscaped(bytes, from, end, USER))
    throw malformed('a character that no user part has');
  if (colon !== -1 && !isAllEscaped(bytes, colon + 1, to, PASSWORD))
    throw malformed('a character that no password has');
  return end;
}

/** The colon before the port: the first that is not within brackets; -1 where there is none. */
function portColon(bytes: Buffer, from: number, to: number): number {
  const bracket = bytes[from] === OPEN ? placeOf(bytes, CLOSE, from, to) : -1;
  return placeOf(bytes, COLON, Math.max(from, bracket + 1), to);
}

/** A name, an IPv4 address, or an IPv6 address in its brackets. @throws SipFault 400 */
export function requireHost(bytes: Buffer, from: number, to: number): void {
  const isHost =
    from < to && bytes[from] === OPEN
      ? bytes[to - 1] === CLOSE && isAll(bytes, from + 1, to - 1, IPV6)
      : isAll(bytes, from, to, HOST_NAME);
  if (!isHost) throw malformed('not a host');
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
