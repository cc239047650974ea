// TNEntry: what a TNAuthList (RFC 8226 Section 9) and a CPS advertisement (RFC 9888 Section 4) list: a service
// provider code, a range of numbers, or one number. Its text form is the key of an advertisement.

import { StirError } from '../stir-error.ts';
import { isTelephoneNumber, type TelephoneNumber } from './telephone-number.ts';

declare const providerCode: unique symbol;

/** Service provider code: 1 to 16 digits and upper-case letters. */
export type Spc = string & { readonly [providerCode]: true };

/** `count` numbers from `start` on, all with the digits of `start`. */
export interface NumberRange {
  readonly kind: 'range';
  readonly start: TelephoneNumber;
  readonly count: number;
}

export type TnEntry =
  | { readonly kind: 'spc'; readonly spc: Spc }
  | NumberRange
  | { readonly kind: 'one'; readonly number: TelephoneNumber };

export function isSpc(value: unknown): value is Spc {
  return typeof value === 'string' && /^[0-9A-Z]{1,16}$/.test(value);
}

/**
 * Checks a range by the formal rule of RFC 8226 Section 9: count at least 2, digits only, and start + count below
 * the next power of ten, so that the range cannot grow a digit. (The rule refuses 10 with 90 although its last
 * number is 99; we follow the rule.)
 * @throws StirError ERR_TN_ENTRY_FORMAT
 */
export function createNumberRange(start: string, count: number): NumberRange {
  const isDigits = isTelephoneNumber(start) && /^[0-9]+$/.test(start);
  if (!isDigits || !Number.isSafeInteger(count) || count < 2 || Number(start) + count >= 10 ** start.length)
    throw new StirError('ERR_TN_ENTRY_FORMAT', 'not a range of telephone numbers');
  return { kind: 'range', start, count };
}

/** `0-1234`, `1-15714341000-99` or `2-12155551212` to the entry. @throws StirError ERR_TN_ENTRY_FORMAT */
export function parseTnEntry(text: string): TnEntry {
  const parts = text.length > 64 ? [] : text.split('-');
  const [type, value] = parts;
  if (type === '0' && parts.length === 2 && isSpc(value)) return { kind: 'spc', spc: value };
  if (type === '2' && parts.length === 2 && isTelephoneNumber(value)) return { kind: 'one', number: value };
  if (type === '1' && parts.length === 3 && /^[1-9][0-9]{0,14}$/.test(parts[2]!))
    return createNumberRange(value!, Number(parts[2]));
  throw new StirError('ERR_TN_ENTRY_FORMAT', 'not a TNEntry of type 0, 1 or 2');
}

export function formatTnEntry(entry: TnEntry): string {
  if (entry.kind === 'spc') return `0-${entry.spc}`;
  if (entry.kind === 'range') return `1-${entry.start}-${entry.count}`;
  return `2-${entry.number}`;
}
