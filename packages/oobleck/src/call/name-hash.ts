// What names a call where its answers are kept: a hash, so that they can be kept without keeping the numbers
// (RFC 8816 Section 7.4).

import { hash } from 'node:crypto';

/** @param name what makes two questions one call: texts, and lists of them */
export function nameHash(name: readonly unknown[]): string {
  return hash('sha256', JSON.stringify(name), 'base64url');
}
