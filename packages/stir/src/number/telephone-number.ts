// Telephone numbers in the canonical form that PASSporTs and certificates compare (RFC 8224 Section 8.3):
// digits, `#` and `*` only, E.164 with its country code where it has one, 1 to 15 characters (RFC 8226 Section 9).
// What a caller dials is a matter of the dial plan; routing prefixes and number portability are not looked at here.

import { StirError } from '../stir-error.ts';

declare const canonical: unique symbol;

/** A canonical telephone number, `1*15(DIGIT / "#" / "*")`. */
export type TelephoneNumber = string & { readonly [canonical]: true };

/** How national numbers become international ones. */
export interface DialPlan {
  /** Country code without `+`, for example `1`. */
  readonly countryCode: string;
  /** Number of digits of a complete national number, for example 10. */
  readonly nationalDigits: number;
}

const MAXIMUM_LETTERS = 15;
const MAXIMUM_TEXT = 256;

export function isTelephoneNumber(value: unknown): value is TelephoneNumber {
  if (typeof value !== 'string' || value.length === 0 || value.length > MAXIMUM_LETTERS) return false;
  for (let at = 0; at < value.length; at++) if (!isLetter(value.charCodeAt(at))) return false;
  return true;
}

/** DIGIT, `#` or `*`. On the way of every call, where a regular expression costs several times as much. */
function isLetter(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || code === 0x23 || code === 0x2a;
}

/** Whether mailboxes exist for it: digits only (service codes have none). */
export function isDiallable(number: TelephoneNumber): boolean {
  return !number.includes('*') && !number.includes('#');
}

/**
 * Text from signaling or a person to the canonical form.
 *
 * Takes the number itself with visual separators (`+1-215-555-1212`, `2.222.555.2222`), a `tel:` URI, or the user
 * part of a `sip:` or `sips:` URI; of its parameters only the context of a local number counts (see `inContext`). A
 * number without `+` and with exactly the digits of a national number gets the plan's country code.
 * @throws StirError ERR_NUMBER_FORMAT where letters are left, or nothing, or more than 15 characters
 */
export function parseTelephoneNumber(text: string, plan?: DialPlan): TelephoneNumber {
  if (text.length > MAXIMUM_TEXT) throw refusal();
  // Most of what comes is in the canonical form but for the country code.
  const isBare = isTelephoneNumber(text);
  const bare = isBare ? text : bareNumber(text.trim());
  const number = isBare ? text : bare.replace(/[^0-9#*]/g, '');
  const international = bare.startsWith('+');
  const full =
    !international && plan !== undefined && isNational(number, plan) ? plan.countryCode + number : number;
  if (!isTelephoneNumber(full)) throw refusal();
  return full;
}

/** The number in a text, separators and `+` still in it. */
export function bareNumber(text: string): string {
  if (text.length > MAXIMUM_TEXT) throw refusal();
  const uri = /^(tel|sips?):([^@;?]*)(;[^@?]*)?(@?)/i.exec(text);
  if (uri === null) return separated(text);
  const isSip = uri[1]!.toLowerCase() !== 'tel';
  if (isSip !== (uri[4] === '@')) throw refusal();
  return inContext(separated(uri[2]!), uri[3] ?? '');
}

/** Shorter ones are codes, `911` or `118118`, or extensions: these have no global form (RFC 3966 Section 5.1). */
const SHORTEST_IN_CONTEXT = 7;
const GLOBAL_CONTEXT = /^(?:\+|%2b)/i;

/**
 * A local number where it is valid (RFC 3966 Section 5.1.5): the digits of a global context go in front of it, whatever
 * the dial plan says of its length. Codes stay as they are, since an emergency call must be known for one. A context that
 * is a domain changes nothing: switches write their own there, so the dial plan says what the number is.
 * @param number with its separators @param parameters `;name=value` each
 * @throws StirError ERR_NUMBER_FORMAT for a global context that is none
 */
export function inContext(number: string, parameters: string): string {
  if (parameters === '' || number.startsWith('+')) return number;
  const context = /;phone-context=([^;]*)/i.exec(parameters)?.[1];
  if (context === undefined || !GLOBAL_CONTEXT.test(context)) return number;
  const leading = context.replace(GLOBAL_CONTEXT, '');
  if (leading.length > MAXIMUM_TEXT || !/^[-.()]*[0-9][-.()0-9]*$/.test(leading)) throw refusal();
  const isCode = /[*#]/.test(number) || number.replace(/[^0-9]/g, '').length < SHORTEST_IN_CONTEXT;
  return isCode ? number : `+${leading}${number}`;
}

/** RFC 3966 visual separators, and the blanks people type. */
function separated(text: string): string {
  if (!/^\+?[0-9#*\-.() ]+$/.test(text)) throw refusal();
  return text;
}

function isNational(number: string, plan: DialPlan): boolean {
  return number.length === plan.nationalDigits && /^[0-9]+$/.test(number);
}

function refusal(): StirError {
  return new StirError('ERR_NUMBER_FORMAT', 'not a telephone number of 1 to 15 digits, # or *');
}
