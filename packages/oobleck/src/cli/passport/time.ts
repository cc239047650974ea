// Times as a person types them: `2026-11-23T09:30:00Z`, or seconds since 1970.

import { CommandFault } from '../command/command-fault.ts';

const ISO = /^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?:Z|[+-][0-9]{2}:[0-9]{2}))?$/;

/** To Unix seconds; now where there is no text. @throws CommandFault */
export function parseTime(text: string | undefined, option: string): number {
  if (text === undefined) return Math.floor(Date.now() / 1000);
  if (/^[0-9]{1,12}$/.test(text)) return Number(text);
  const time = ISO.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new CommandFault(`${option}: neither 2026-11-23T09:30:00Z nor Unix seconds`);
  return Math.floor(time / 1000);
}
