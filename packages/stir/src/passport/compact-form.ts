// The compact form, `..` and the signature (RFC 8225 Section 7): header and claims are left out, and whoever receives
// it puts them together again from signaling (RFC 8224 Section 4.1). Only types whose documents say how have one.

import { encodeBase64url, encodeUtf8 } from '../bytes/index.ts';
import { formatCanonicalJson } from '../json/index.ts';
import { StirError } from '../stir-error.ts';
import { formatHeader } from './create-passport.ts';
import { parsePassport } from './passport.ts';
import { formatStatement, type PassportStatement } from './statement.ts';

/** What signaling tells of a call, as the claims of its PASSporT state it. */
export interface CompactFacts extends PassportStatement {
  /** `info` of the Identity header field. */
  readonly certificateUrl: string;
}

const COMPACT = /^\.\.([A-Za-z0-9_-]{86})$/;

export function isCompactForm(token: string): boolean {
  return COMPACT.test(token);
}

/** The form for `ppi` and logs: nothing of the call is in it, and the signature tells which PASSporT is meant (RFC 9410 Section 5). */
export function detachSignature(token: string): string {
  return `..${token.slice(token.lastIndexOf('.') + 1)}`;
}

/**
 * Full form to compact form.
 * @throws StirError ERR_PASSPORT_FORMAT where the type, or something it states, MUST travel in full form
 */
export function formatCompact(token: string): string {
  const passport = parsePassport(token);
  requireCompactable(passport);
  // What cannot be put together again from signaling may not be left out.
  if (expandCompact(detachSignature(token), passport) !== token) throw refusal();
  return detachSignature(token);
}

/**
 * Compact form and facts to the full form, not yet verified.
 * @throws StirError ERR_PASSPORT_FORMAT where it is no compact form, or its type has none
 */
export function expandCompact(compact: string, facts: CompactFacts): string {
  const signature = COMPACT.exec(compact)?.[1];
  if (signature === undefined) throw refusal();
  requireCompactable(facts);
  const payload = encodeBase64url(encodeUtf8(formatCanonicalJson(formatStatement(facts))));
  return `${formatHeader(facts.extension, facts.certificateUrl)}.${payload}.${signature}`;
}

/** RFC 8946 Section 3, RFC 9027 Section 6, RFC 9795 Section 9.1: extensions whose claims are not in signaling. */
function requireCompactable({ extension, id, issuer, richCallData }: PassportStatement): void {
  const { card, cardUrl, integrity } = richCallData ?? {};
  const isSignaled = id === undefined && issuer === undefined;
  const isPlain = card === undefined && cardUrl === undefined && integrity === undefined;
  if ((extension !== 'base' && extension !== 'rcd') || !isSignaled || !isPlain) throw refusal();
}

function refusal(): StirError {
  return new StirError('ERR_PASSPORT_FORMAT', 'not a PASSporT that has a compact form');
}
