// Character classes of the grammar (RFC 3261 Section 25.1), as tables: one look per byte and no backtracking.

import { textIn } from './piece.ts';

export type CharacterClass = Uint8Array;

const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const MARK = "-_.!~*'()";

function classOf(letters: string): CharacterClass {
  const table = new Uint8Array(256);
  for (let at = 0; at < letters.length; at++) table[letters.charCodeAt(at)] = 1;
  return table;
}

export const DIGIT = classOf('0123456789');
export const HEX = classOf('0123456789ABCDEFabcdef');
export const TOKEN = classOf(`${ALPHANUMERIC}-.!%*_+\`'~`);
/** Display names without quotes: tokens with blanks between them. */
export const TOKENS = classOf(`${ALPHANUMERIC}-.!%*_+\`'~ \t`);
/** `word`: what a Call-ID is made of, with the `@` that may stand in it once. */
export const WORD = classOf(`${ALPHANUMERIC}-.!%*_+\`'~()<>:\\"/[]?{}`);
export const SCHEME = classOf(`${ALPHANUMERIC}+-.`);
export const HOST_NAME = classOf(`${ALPHANUMERIC}-.`);
export const IPV6 = classOf('0123456789ABCDEFabcdef:.');
/** Without the escapes, which are checked by themselves. */
export const USER = classOf(`${ALPHANUMERIC}${MARK}&=+$,;?/`);
export const PASSWORD = classOf(`${ALPHANUMERIC}${MARK}&=+$,`);
export const URI_PARAMETER = classOf(`${ALPHANUMERIC}${MARK}[]/:&+$=;`);
export const URI_HEADER = classOf(`${ALPHANUMERIC}${MARK}[]/?:+$=&`);
/** `uric`: what any URI may hold. */
export const ANY_URI = classOf(`${ALPHANUMERIC}${MARK};/?:@&=+$,[]`);
/** Values of parameters that are no quoted strings: a token or a host. */
export const PARAMETER_VALUE = classOf(`${ALPHANUMERIC}-.!%*_+\`'~[]:`);

/** Whether there is anything, and all of it of the class. */
export function isAll(bytes: Buffer, from: number, to: number, characters: CharacterClass): boolean {
  for (let at = from; at < to; at++) if (characters[bytes[at]!] === 0) return false;
  return to > from;
}

/** The same, where `%` and two hexadecimal digits stand for a character as well; may be empty. */
export function isAllEscaped(bytes: Buffer, from: number, to: number, characters: CharacterClass): boolean {
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!;
    if (byte === PERCENT) {
      if (at + 2 >= to || HEX[bytes[at + 1]!] === 0 || HEX[bytes[at + 2]!] === 0) return false;
      at += 2;
    } else if (characters[byte] === 0) return false;
  }
  return true;
}

const PERCENT = 0x25;

export function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09;
}

/** Where it goes on after blanks. */
export function skipBlanks(bytes: Buffer, from: number, to: number): number {
  let at = from;
  while (at < to && isBlank(bytes[at])) at++;
  return at;
}

/** Where it ends without the blanks at its end. */
export function endBeforeBlanks(bytes: Buffer, from: number, to: number): number {
  let at = to;
  while (at > from && isBlank(bytes[at - 1])) at--;
  return at;
}

const LOWER = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte,
);

/** Whether that is the word, whatever its letters' case. @param word in lower case */
export function isWord(bytes: Buffer, from: number, to: number, word: string): boolean {
  if (to - from !== word.length) return false;
  for (let at = 0; at < word.length; at++) if (LOWER[bytes[from + at]!] !== word.charCodeAt(at)) return false;
  return true;
}

/** Words that stand again and again, in lower case, found without making a text of each. */
export type WordTable = readonly (readonly string[])[];

export function wordTable(words: readonly string[]): WordTable {
  const longest = Math.max(...words.map(({ length }) => length));
  return Array.from({ length: longest + 1 }, (_, length) => words.filter((word) => word.length === length));
}

/** What stands there, in lower case. */
export function wordIn(table: WordTable, bytes: Buffer, from: number, to: number): string {
  const candidates = table[to - from];
  if (candidates !== undefined) for (const word of candidates) if (isWord(bytes, from, to, word)) return word;
  return textIn(bytes, from, to).toLowerCase();
}
