// What a quick reader of one exact form of text is held to: of whatever it takes, the strict readers find the same; and of
// a text in any other form it says nothing. The texts are claims of one call, in JSON without white space.

import fc from 'fast-check';
import { expect } from 'vitest';
import { unlessRefused } from './hostile.ts';

/** What every text here names: a call of one number to one other, a time and a UUID. */
export const CALLED = '12155551213';
export const CALLER = '12155551212';
export const TIME = 1_443_208_345;
export const ID = '123e4567-e89b-12d3-a456-426655440000';

/**
 * @param exactly the quick reader, which gives `undefined` for what it does not take
 * @param strictly the strict readers, one after the other
 * @returns whether a text is taken; then what was found is what the strict readers find
 */
export const agreementOf =
  (exactly: (text: string) => unknown, strictly: (text: string) => unknown) =>
  (text: string): boolean => {
    const exact = exactly(text);
    if (exact === undefined) return false;
    expect(exact).toEqual(unlessRefused(() => strictly(text)));
    return true;
  };

export interface Edits {
  readonly texts: fc.Arbitrary<string>;
  /** What is put in. */
  readonly pieces: readonly string[];
  /** Up to where: the length of one of the texts. */
  readonly length: number;
}

/** Each of the texts cut and grown in one to three places, 5000 in all: the two agree about them, and some are taken. */
export function expectAgreement(agrees: (text: string) => boolean, { texts, pieces, length }: Edits): void {
  const put = fc.oneof(fc.constant(''), fc.constantFrom(...pieces));
  const edit = fc.record({ at: fc.nat(length), drop: fc.nat(3), put });
  let taken = 0;
  fc.assert(
    fc.property(texts, fc.array(edit, { minLength: 1, maxLength: 3 }), (original, edits) => {
      let text = original;
      for (const { at, drop, put } of edits) text = text.slice(0, at) + put + text.slice(at + drop);
      if (agrees(text)) taken++;
    }),
    { numRuns: 5_000 },
  );
  expect(taken).toBeGreaterThan(0);
}

/** The claims of `text` in other forms than the exact one, and claims of other kinds in its place. */
export const inOtherForms = (text: string): [string, string][] => [
  ['white space', text.replace(':', ': ')],
  ['a line behind it', `${text}\n`],
  ['a name twice', text.replace('"orig"', '"iat":1,"orig"')],
  ['an escape', text.replace('"tn"', '"\\u0074n"')],
  ['two called', text.replace(`"${CALLED}"`, `"${CALLED}","12155551214"`)],
  ['a URI', text.replace(`"tn":["${CALLED}"]`, '"uri":["sip:a@example.org"]')],
  ['a time with a zero before it', text.replace(`${TIME}`, `0${TIME}`)],
  ['a negative time', text.replace(`${TIME}`, '-1')],
  ['an exponent', text.replace(`${TIME}`, '1e9')],
  ['16 digits of a number', text.replace(CALLER, `${CALLER}12345`)],
  ['hyphens elsewhere', text.replace(ID, '123e4567e-89b-12d3-a456-42665544000')],
];
