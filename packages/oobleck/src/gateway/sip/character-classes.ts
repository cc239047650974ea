// Character classes of the grammar (RFC 3261 Section 25.1), as tables: one look per character and no backtracking.

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

/** Whether the text is not empty and all of the class. */
export function isAll(text: string, characters: CharacterClass): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 255 || characters[code] === 0) return false;
  }
  return text.length > 0;
}

/** The same, where `%` and two hexadecimal digits stand for a character as well; may be empty. */
export function isAllEscaped(text: string, characters: CharacterClass): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === PERCENT) {
      if (HEX[text.charCodeAt(at + 1)] !== 1 || HEX[text.charCodeAt(at + 2)] !== 1) return false;
      at += 2;
    } else if (code > 255 || characters[code] === 0) return false;
  }
  return true;
}

const PERCENT = 0x25;

export function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** Where the text goes on after blanks. */
export function skipBlanks(text: string, from: number): number {
  let at = from;
  while (isBlank(text.charCodeAt(at))) at++;
  return at;
}

/** Without blanks at its ends. `trim` of the language would take bytes of UTF-8 for blanks. */
export function trimBlanks(text: string): string {
  const start = skipBlanks(text, 0);
  let end = text.length;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}
