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
} from './character-classes.ts';
import { malformed } from './sip-fault.ts';

export interface SipUri {
  /** The whole URI. */
  readonly text: string;
  /** Lower case. */
  readonly scheme: string;
  /** User part with its own parameters; the number with its parameters for tel. '' where there is none. */
  readonly user: string;
  readonly host: string;
  readonly port?: number;
  /** `;name=value...` behind the host, with the first `;`, or ''. */
  readonly parameters: string;
  /** Behind `?`, or ''. */
  readonly headers: string;
}

const MAXIMUM_PORT = 65_535;

/** @throws SipFault 400 */
export function parseSipUri(text: string): SipUri {
  const colon = text.indexOf(':');
  const scheme = text.slice(0, Math.max(colon, 0)).toLowerCase();
  if (!isAll(scheme, SCHEME)) throw malformed('a URI without scheme');
  if (scheme === 'sip' || scheme === 'sips') return readSip(text, scheme, colon + 1);
  const rest = text.slice(colon + 1);
  if (rest === '' || !isAllEscaped(rest, ANY_URI)) throw malformed('a character that no URI has');
  return scheme === 'tel'
    ? { text, scheme, user: rest, host: '', parameters: '', headers: '' }
    : { text, scheme, user: '', host: '', parameters: '', headers: '' };
}

function readSip(text: string, scheme: string, from: number): SipUri {
  const sign = text.indexOf('@', from);
  const user = sign === -1 ? '' : requireUser(text.slice(from, sign));
  const start = sign === -1 ? from : sign + 1;
  const query = text.indexOf('?', start);
  const end = query === -1 ? text.length : query;
  const semicolon = text.indexOf(';', start);
  const hostEnd = semicolon === -1 || semicolon > end ? end : semicolon;
  const parameters = text.slice(hostEnd, end);
  const headers = query === -1 ? '' : text.slice(query + 1);
  if (!isAllEscaped(parameters, URI_PARAMETER)) throw malformed('a character that no URI parameter has');
  if (query !== -1 && (headers === '' || !isAllEscaped(headers, URI_HEADER)))
    throw malformed('a character that no header of a URI has');
  return { text, scheme, user, ...readHostPort(text.slice(start, hostEnd)), parameters, headers };
}

function requireUser(userInfo: string): string {
  const colon = userInfo.indexOf(':');
  const user = colon === -1 ? userInfo : userInfo.slice(0, colon);
  if (user === '' || !isAllEscaped(user, USER)) throw malformed('a character that no user part has');
  if (colon !== -1 && !isAllEscaped(userInfo.slice(colon + 1), PASSWORD))
    throw malformed('a character that no password has');
  return user;
}

/** `host`, `host:port`, `[v6]`, `[v6]:port`. @throws SipFault 400 */
export function readHostPort(text: string): { readonly host: string; readonly port?: number } {
  const bracket = text[0] === '[' ? text.indexOf(']') : -1;
  const colon = text.indexOf(':', bracket + 1);
  const host = colon === -1 ? text : text.slice(0, colon);
  const isHost = bracket === -1 ? isAll(host, HOST_NAME) : isBracketed(host, bracket);
  if (!isHost) throw malformed('not a host');
  return colon === -1 ? { host } : { host, port: readPort(text.slice(colon + 1)) };
}

function isBracketed(host: string, bracket: number): boolean {
  return bracket === host.length - 1 && isAll(host.slice(1, -1), IPV6);
}

function readPort(text: string): number {
  const port = isAll(text, DIGIT) && text.length < 6 ? Number(text) : 0;
  if (port === 0 || port > MAXIMUM_PORT) throw malformed('not a port');
  return port;
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
