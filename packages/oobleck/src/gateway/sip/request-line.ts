// The request line (RFC 3261 Section 7.1): method, blank, Request-URI, blank, version; one blank each and none at the
// end. The schemes that lead to a called party are sip, sips and tel, and emergency services are URNs (RFC 5031).

import { isEmergencyService } from '../trunk/index.ts';
import { isAll, isWord, TOKEN } from './character-classes.ts';
import { lastPlaceOf, type Piece, placeOf, textIn } from './piece.ts';
import { malformed, SipFault } from './sip-fault.ts';
import { parseSipUri, type SipUri } from './sip-uri.ts';

export interface RequestLine {
  readonly method: string;
  readonly uri: SipUri;
}

const BLANK = 0x20;

/** A status line begins with the version: an answer, which nobody here has asked for. */
export function isStatusLine({ bytes, start, end }: Piece): boolean {
  return end - start >= 4 && isWord(bytes, start, start + 4, 'sip/');
}

/** An ACK is never answered, whatever else it looks like. */
export function isAck({ bytes, start, end }: Piece): boolean {
  return end - start >= 4 && textIn(bytes, start, start + 4) === 'ACK ';
}

/** @throws SipFault 400, 416, 505 */
export function parseRequestLine({ bytes, start, end }: Piece): RequestLine {
  const first = placeOf(bytes, BLANK, start, end);
  const last = lastPlaceOf(bytes, BLANK, start, end);
  if (!isAll(bytes, start, first, TOKEN) || last === first) throw malformed('not a request line');
  if (!isWord(bytes, last + 1, end, 'sip/2.0')) throw refusedVersion(textIn(bytes, last + 1, end));
  // A blank or bracket in between is a character that no URI has.
  const uri = parseSipUri(bytes, first + 1, last);
  const isKnown = uri.scheme === 'sip' || uri.scheme === 'sips' || uri.scheme === 'tel';
  if (!isKnown && !isEmergencyService(uri.text))
    throw new SipFault(416, 'a URI scheme that leads nowhere from here');
  // RFC 3261 Section 19.1.1: no header fields in a Request-URI.
  if (uri.headers !== '') throw malformed('a Request-URI with header fields');
  return { method: textIn(bytes, start, first), uri };
}

function refusedVersion(version: string): SipFault {
  return /^SIP\/[0-9]+\.[0-9]+$/i.test(version)
    ? new SipFault(505, 'another version of SIP')
    : malformed('not a request line');
}
