// What strangers send: damaged copies of good input, and floods of one pattern.

import fc from 'fast-check';
import { expect } from 'vitest';
import { StirError, type StirErrorCode } from '../src/stir-error.ts';

/** Every mutation test makes so many damaged copies. */
export const MUTATIONS = { numRuns: 1_000 };

const DIGITS = '.;="<>{}[],:\\/-_ 019azAZ\u0000\u00ff';
const code = fc.oneof(fc.nat(255), fc.constantFrom(...Array.from(DIGITS, (letter) => letter.charCodeAt(0))));
const splices = fc.array(
  fc.record({ at: fc.nat(), remove: fc.nat(4), insert: fc.array(code, { maxLength: 4 }) }),
  { minLength: 1, maxLength: 3 },
);

/** `original` with one to three places overwritten, cut out or grown; never `original` itself. */
export function mutated(original: Uint8Array): fc.Arbitrary<Uint8Array> {
  return splices
    .map((edits) => {
      const bytes = [...original];
      for (const { at, remove, insert } of edits) bytes.splice(at % (bytes.length + 1), remove, ...insert);
      return Uint8Array.from(bytes);
    })
    .filter((bytes) => Buffer.compare(bytes, original) !== 0);
}

/** The same for text; inserted characters are U+0000 to U+00FF. */
export function mutatedText(original: string): fc.Arbitrary<string> {
  return mutated(Buffer.from(original, 'latin1')).map((bytes) => Buffer.from(bytes).toString('latin1'));
}

/** What `act` gives, or `undefined` where it throws StirError. Anything else thrown is the test's failure. */
export function unlessRefused<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (error instanceof StirError) return undefined;
    throw error;
  }
}

/** For `toThrow`. */
export function refusal(code: StirErrorCode) {
  return expect.objectContaining({ name: 'StirError', code });
}
