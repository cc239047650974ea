// How results look to a person: names on the left, text beside them, wrapped to 80 columns. Colours only where people
// look at it. Everything that came from outside is printed through `printable`.

import type { Terminal } from './terminal.ts';

const COLUMNS = 80;

const PAINT = { bold: 1, red: 31, green: 32, yellow: 33 } as const;

export function paint(text: string, style: keyof typeof PAINT, { isInteractive }: Terminal): string {
  const isPlain = !isInteractive || (process.env.NO_COLOR ?? '') !== '';
  return isPlain ? text : `\u001b[${PAINT[style]}m${text}\u001b[0m`;
}

/** What a terminal could take for a command, or turn around, is shown by its code. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (letter) => `\\u{${letter.codePointAt(0)!.toString(16)}}`,
  );
}

/** `text` behind `prefix`, its further lines indented as far. Words longer than a line are cut. */
export function beside(prefix: string, text: string, prefixWidth: number = prefix.length): readonly string[] {
  const lines = wrap(text, Math.max(20, COLUMNS - prefixWidth));
  return lines.map((line, i) => `${i === 0 ? prefix : ' '.repeat(prefixWidth)}${line}`.trimEnd());
}

/** Rows of a name and a text, the texts one below the other. */
export function rows(pairs: readonly (readonly [string, string])[], indent = 2): readonly string[] {
  const width = Math.max(...pairs.map(([name]) => name.length)) + 2;
  return pairs.flatMap(([name, text]) => beside(' '.repeat(indent) + name.padEnd(width), text));
}

/** A moment, in Unix seconds, as people and standards write it. */
export function formatTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? `${seconds} s` : date.toISOString().replace('.000Z', 'Z');
}

/** `2 s`, `5 min`, `3 h`, `12 d`, whatever fits. */
export function formatDuration(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} d`;
}

/** `1 certificate`, `2 certificates`. */
export function count(number: number, one: string, several = `${one}s`): string {
  return `${number} ${number === 1 ? one : several}`;
}

function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((one) => cut(one, width))) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function cut(word: string, width: number): readonly string[] {
  return word.length <= width ? [word] : (word.match(new RegExp(`.{1,${width}}`, 'gu')) ?? [word]);
}
