// From a SIP message to Identity values: several header fields (RFC 8224 Section 4), several values in one, folded
// lines, the compact name `y` (RFC 8224 Section 10.1). Nothing else of SIP is read here.

import { StirError } from '../stir-error.ts';
import { splitOutside } from './header-field.ts';

/** Characters of header fields looked at. */
const MAXIMUM_HEADERS = 65_536;
const MAXIMUM_VALUES = 16;

/**
 * Values of the Identity header fields among the header lines of a SIP message, in order, not yet parsed.
 * @param headers lines ended by CRLF or LF; what follows an empty line is not looked at
 * @throws StirError ERR_IDENTITY_FORMAT beyond 64 KiB or 16 values
 */
export function readIdentityFields(headers: string): readonly string[] {
  if (headers.length > MAXIMUM_HEADERS) throw refusal();
  const values = unfold(headers).flatMap((line) => {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).trimEnd().toLowerCase();
    return name === 'identity' || name === 'y' ? splitIdentities(line.slice(colon + 1)) : [];
  });
  if (values.length > MAXIMUM_VALUES) throw refusal();
  return values;
}

/** One header field value to the Identity values in it; what cannot be split stays whole, and is refused when parsed. */
export function splitIdentities(value: string): readonly string[] {
  if (!value.includes(',')) return [value.trim()];
  return (splitOutside(value, ',') ?? [value]).map((one) => one.trim());
}

/** RFC 3261 Section 7.3.1: a line that begins with a blank goes on with the one before. */
function unfold(headers: string): string[] {
  const lines: string[] = [];
  for (const line of headers.split(/\r?\n/)) {
    if (line === '') break;
    if (/^[ \t]/.test(line) && lines.length > 0) lines.push(`${lines.pop()} ${line.trim()}`);
    else lines.push(line);
  }
  return lines;
}

function refusal(): StirError {
  return new StirError('ERR_IDENTITY_FORMAT', 'more header fields than are looked at');
}
