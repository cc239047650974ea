// Issuer keys live for one UTC day: accepted from 00:00 of their day to 00:10 of the next.

export const DAY_SECONDS = 86_400;
export const GRACE_SECONDS = 600;

/** UTC days since 1970. */
export function utcDay(seconds: number): number {
  return Math.floor(seconds / DAY_SECONDS);
}

export function dayStart(day: number): number {
  return day * DAY_SECONDS;
}
