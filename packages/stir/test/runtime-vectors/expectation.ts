// What a check of a vector says where something is wrong: without a test library, so that it runs anywhere.

import { encodeHex } from '../../src/bytes/index.ts';
import { StirError, type StirErrorCode } from '../../src/stir-error.ts';

/** Values are compared by what they hold; bytes as hexadecimal, members in any order, absent as undefined. */
export function same(actual: unknown, expected: unknown): void {
  const [found, wanted] = [show(actual), show(expected)];
  if (found !== wanted) throw new Error(`${found.slice(0, 300)} is not ${wanted.slice(0, 300)}`);
}

export function refused(code: StirErrorCode, act: () => unknown): void {
  try {
    act();
  } catch (error) {
    if (error instanceof StirError && error.code === code) return;
    throw error;
  }
  throw new Error(`not refused with ${code}`);
}

function show(value: unknown): string {
  return JSON.stringify(plain(value)) ?? 'undefined';
}

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return encodeHex(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, plain(member)]));
}
