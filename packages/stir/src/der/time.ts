// The two spellings of time in a certificate (RFC 5280 Section 4.1.2.5): UTCTime `YYMMDDHHMMSSZ` through 2049,
// GeneralizedTime `YYYYMMDDHHMMSSZ` from 2050 on; seconds always, fractions and offsets never.

import { StirError } from '../stir-error.ts';
import type { DerReader } from './der-reader.ts';
import { TAG } from './tag.ts';

const UTC_DIGITS = 12;
const GENERALIZED_DIGITS = 14;
const Z = 0x5a;

/** Reads the next element as unix seconds. @throws StirError ERR_DER_FORMAT, ERR_CERTIFICATE_FORMAT */
export function readTime(reader: DerReader): number {
  if (!reader.has(TAG.utcTime)) {
    const text = reader.content(TAG.generalizedTime);
    const year = digits(text, 0, 2) * 100 + digits(text, 2, 2);
    if (year < 2050) throw refusal();
    return unixSeconds(text, year, 4, GENERALIZED_DIGITS);
  }
  const text = reader.content(TAG.utcTime);
  const year = digits(text, 0, 2);
  return unixSeconds(text, year < 50 ? 2000 + year : 1900 + year, 2, UTC_DIGITS);
}

function unixSeconds(text: Uint8Array, year: number, from: number, length: number): number {
  if (text.length !== length + 1 || text[length] !== Z) throw refusal();
  const month = digits(text, from, 2);
  const day = digits(text, from + 2, 2);
  const hour = digits(text, from + 4, 2);
  const minute = digits(text, from + 6, 2);
  const second = digits(text, from + 8, 2);
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) throw refusal();
  if (hour > 23 || minute > 59 || second > 59) throw refusal();
  return ((daysBefore(year, month) + day - 1) * 24 + hour) * 3600 + minute * 60 + second;
}

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const DAYS_BEFORE = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
const DAYS_BEFORE_1970 = 719_162;

function daysIn(year: number, month: number): number {
  return month === 2 && isLeap(year) ? 29 : DAYS[month - 1]!;
}

/** Since 1970, to the first of a month, in the calendar of today. Negative before. */
function daysBefore(year: number, month: number): number {
  const last = year - 1;
  const leapDays = Math.floor(last / 4) - Math.floor(last / 100) + Math.floor(last / 400);
  const inYear = DAYS_BEFORE[month - 1]! + (month > 2 && isLeap(year) ? 1 : 0);
  return 365 * last + leapDays + inYear - DAYS_BEFORE_1970;
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function digits(text: Uint8Array, from: number, count: number): number {
  let value = 0;
  for (let i = from; i < from + count; i++) {
    const digit = (text[i] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) throw refusal();
    value = value * 10 + digit;
  }
  return value;
}

function refusal(): StirError {
  return new StirError('ERR_CERTIFICATE_FORMAT', 'not a time of a certificate');
}
