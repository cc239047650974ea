// Date (RFC 3261 Section 20.17): one form, `Fri, 25 Sep 2015 19:12:25 GMT`, and always GMT. A PASSporT in compact form
// is rebuilt from it (RFC 8224 Section 4.1).

import { malformed } from './sip-fault.ts';

const FORM =
  /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), ([0-9]{2}) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT$/i;

/** Seconds since 1970. @throws SipFault 400 */
export function parseSipDate(value: string): number {
  const found = value.length > 40 ? null : FORM.exec(value);
  const ms = found === null ? Number.NaN : Date.parse(value);
  // What the calendar does not have is carried over to the next month by `Date`, and told by the day.
  if (Number.isNaN(ms) || new Date(ms).getUTCDate() !== Number(found![2])) throw malformed('not a date');
  return ms / 1000;
}
