// Names of header fields: letter case does not count, and some have a compact form (RFC 3261 Section 7.3.3; `y` by
// RFC 8224 Section 10.1).

import { wordIn, wordTable } from './character-classes.ts';

const COMPACT: ReadonlyMap<string, string> = new Map([
  ['a', 'accept-contact'],
  ['b', 'referred-by'],
  ['c', 'content-type'],
  ['d', 'request-disposition'],
  ['e', 'content-encoding'],
  ['f', 'from'],
  ['i', 'call-id'],
  ['j', 'reject-contact'],
  ['k', 'supported'],
  ['l', 'content-length'],
  ['m', 'contact'],
  ['o', 'event'],
  ['r', 'refer-to'],
  ['s', 'subject'],
  ['t', 'to'],
  ['u', 'allow-events'],
  ['v', 'via'],
  ['x', 'session-expires'],
  ['y', 'identity'],
]);

const USUAL = wordTable([
  ...['via', 'from', 'to', 'call-id', 'cseq', 'contact', 'max-forwards', 'content-length', 'content-type'],
  ...['require', 'proxy-require', 'date', 'identity', 'identity-encrypted', 'p-asserted-identity'],
  ...['diversion', 'history-info', 'allow', 'supported', 'user-agent', 'accept', 'expires', 'subject'],
  ...['route', 'record-route', 'privacy', 'session-expires', 'min-se'],
]);

/** The name in lower case and in its long form. */
export function fieldName(bytes: Buffer, from: number, to: number): string {
  const name = wordIn(USUAL, bytes, from, to);
  return name.length === 1 ? (COMPACT.get(name) ?? name) : name;
}
