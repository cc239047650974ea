// Who counts as one client: an IPv4 address, or the 64 bits of an IPv6 address that one subscriber is given (RFC 6177, RFC 7934
// Section 4): whoever has one of its addresses has all of them.

import { isIPv6 } from 'node:net';

const MAPPED = '::ffff:';
const PREFIX_GROUPS = 4;

/** The IPv4 address, or the first four groups of an IPv6 address. */
export function clientOf(address: string): string {
  if (!isIPv6(address)) return address;
  const bare = address.replace(/%.*$/, '').toLowerCase();
  if (bare.startsWith(MAPPED) && bare.includes('.')) return bare.slice(MAPPED.length);
  const [head = '', tail] = bare.split('::');
  const before = groupsOf(head);
  const after = tail === undefined ? [] : groupsOf(tail);
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  return [...before, ...zeros, ...after].slice(0, PREFIX_GROUPS).join(':');
}

function groupsOf(text: string): string[] {
  return text === '' ? [] : text.split(':').map((group) => group.replace(/^0+(?=.)/, ''));
}
