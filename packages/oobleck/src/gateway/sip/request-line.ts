// The request line (RFC 3261 Section 7.1): method, blank, Request-URI, blank, version; one blank each and none at the
// end. The schemes that lead to a called party are sip, sips and tel.

import { isAll, TOKEN } from './character-classes.ts';
import { malformed, SipFault } from './sip-fault.ts';
import { parseSipUri, type SipUri } from './sip-uri.ts';

export interface RequestLine {
  readonly method: string;
  readonly uri: SipUri;
}

const VERSION = 'SIP/2.0';

/** A status line begins with the version: an answer, which nobody here has asked for. */
export function isStatusLine(line: string): boolean {
  return line.slice(0, 4).toUpperCase() === 'SIP/';
}

/** @throws SipFault 400, 416, 505 */
export function parseRequestLine(line: string): RequestLine {
  const first = line.indexOf(' ');
  const last = line.lastIndexOf(' ');
  const method = line.slice(0, Math.max(first, 0));
  const version = line.slice(last + 1);
  if (!isAll(method, TOKEN) || last === first) throw malformed('not a request line');
  if (version.toUpperCase() !== VERSION) throw refusedVersion(version);
  const text = line.slice(first + 1, last);
  if (/[ \t<>"]/.test(text)) throw malformed('a Request-URI with blanks or brackets');
  const uri = parseSipUri(text);
  if (uri.scheme !== 'sip' && uri.scheme !== 'sips' && uri.scheme !== 'tel')
    throw new SipFault(416, 'a URI scheme that leads nowhere from here');
  // RFC 3261 Section 19.1.1: no header fields in a Request-URI.
  if (uri.headers !== '') throw malformed('a Request-URI with header fields');
  return { method, uri };
}

function refusedVersion(version: string): SipFault {
  return /^SIP\/[0-9]+\.[0-9]+$/i.test(version)
    ? new SipFault(505, 'another version of SIP')
    : malformed('not a request line');
}
