// The deterministic serialisation of RFC 8225 Section 9: no white space, members in order of their names' Unicode
// code points, integers without fraction or exponent. Numbers other than safe integers have no canonical form here.

import { StirError } from '../stir-error.ts';
import { isJsonObject, type Json } from './strict-json.ts';

/** @throws StirError ERR_JSON_FORMAT for a number that is not a safe integer */
export function formatCanonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(formatCanonicalJson).join(',')}]`;
  if (isJsonObject(value)) {
    const members = Object.keys(value)
      .sort(compareCodePoints)
      .map((name) => `${JSON.stringify(name)}:${formatCanonicalJson(value[name]!)}`);
    return `{${members.join(',')}}`;
  }
  if (typeof value === 'number' && !Number.isSafeInteger(value))
    throw new StirError('ERR_JSON_FORMAT', 'a number without canonical form');
  return JSON.stringify(value);
}

/** UTF-16 order and code point order differ where a surrogate meets U+E000 to U+FFFF. */
function compareCodePoints(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  let at = 0;
  while (at < end && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  return at === end ? a.length - b.length : rankOf(a.charCodeAt(at)) - rankOf(b.charCodeAt(at));
}

/** Surrogates stand for code points above all others. */
function rankOf(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
