// Reads TypeScript just far enough to know what a file imports and which names its code uses: a small scanner that
// tells code from comments, strings, templates and regular expressions. No compiler is needed for it.

export interface SourceFile {
  /** Relative to the workspace, with slashes. */
  readonly path: string;
  readonly text: string;
}

export interface ImportLine {
  readonly line: number;
  readonly specifier: string;
  /** Leaves nothing behind when the types are stripped. */
  readonly isTypeOnly: boolean;
}

const CLAUSE = /\b(?:import|export)\s+(type\b\s*(?!,|from\b))?([\w$*{}\s,]*?)\bfrom\s*(["'])/g;
const BARE = /\bimport\s*(["'])/g;
const DYNAMIC = /\bimport\s*\(\s*(["'])/g;

/** Static imports, re-exports and dynamic imports, in the order of the file. */
export function importsOf({ text }: SourceFile): readonly ImportLine[] {
  const code = codeOf(text);
  const found: { at: number; isTypeOnly: boolean }[] = [];
  for (const match of code.matchAll(CLAUSE))
    found.push({
      at: match.index + match[0].length,
      isTypeOnly: match[1] !== undefined || namesTypesOnly(match[2]!),
    });
  for (const pattern of [BARE, DYNAMIC])
    for (const match of code.matchAll(pattern))
      found.push({ at: match.index + match[0].length, isTypeOnly: false });
  return found
    .sort((a, b) => a.at - b.at)
    .map(({ at, isTypeOnly }) => ({
      line: lineAt(text, at),
      specifier: text.slice(at, code.indexOf(code[at - 1]!, at)),
      isTypeOnly,
    }));
}

/** Lines on which the code uses one of the names, other than as a property or a key. */
export function usesOf({ text }: SourceFile, names: readonly string[]): { line: number; name: string }[] {
  const pattern = new RegExp(`(?<![\\w$.])(?:${names.join('|')})(?![\\w$]|\\s*\\??:)`, 'g');
  return [...codeOf(text).matchAll(pattern)].map(({ index, 0: name }) => ({
    line: lineAt(text, index),
    name,
  }));
}

/** `{ type A, type B }`; an empty list still loads the file. */
function namesTypesOnly(clause: string): boolean {
  const braces = /^\s*\{([^}]*)\}\s*$/.exec(clause);
  const names = (braces?.[1] ?? '').split(',').filter((name) => name.trim() !== '');
  return names.length > 0 && names.every((name) => /^\s*type\s+\S/.test(name));
}

function lineAt(text: string, at: number): number {
  return text.slice(0, at).split('\n').length;
}

/** What stands before a `/` that begins a regular expression and no division. */
const BEFORE_PATTERN =
  /(?:^|[([{,;:=!&|?+\-*%<>~^]|\b(?:return|typeof|case|in|of|void|yield|await|do|else))\s*$/;
const LITERALS = [
  /\/\/[^\n]*/y,
  /\/\*[\s\S]*?(?:\*\/|$)/y,
  /'(?:[^'\\\n]|\\[\s\S])*'?/y,
  /"(?:[^"\\\n]|\\[\s\S])*"?/y,
];
const PATTERN = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;

/** The text with comments and the inside of literals blanked out; every character keeps its place. */
export function codeOf(text: string): string {
  let code = '';
  /** For each `${` that is open, how many braces are open inside it. */
  const holes: number[] = [];
  while (code.length < text.length) {
    const letter = text[code.length]!;
    const literal = literalAt(text, code);
    if (literal !== '') {
      code += blank(literal);
    } else if (letter === '`' || (letter === '}' && holes.at(-1) === 0)) {
      if (letter === '}') holes.pop();
      const rest = templateFrom(text, code.length + 1);
      if (rest.endsWith('${')) holes.push(0);
      code += letter + rest.replace(/[^\n]/g, ' ');
    } else {
      if (holes.length > 0 && letter === '{') holes[holes.length - 1]!++;
      if (holes.length > 0 && letter === '}') holes[holes.length - 1]!--;
      code += letter;
    }
  }
  return code;
}

function literalAt(text: string, before: string): string {
  const patterns = BEFORE_PATTERN.test(before.slice(-80)) ? [...LITERALS, PATTERN] : LITERALS;
  for (const pattern of patterns) {
    pattern.lastIndex = before.length;
    const match = pattern.exec(text);
    if (match !== null) return match[0];
  }
  return '';
}

/** To the end of the template, or to its next `${`, either included. */
function templateFrom(text: string, at: number): string {
  const pattern = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*(?:`|\$\{|$)/y;
  pattern.lastIndex = at;
  return pattern.exec(text)![0];
}

/** Quotes stay, so that the place of a specifier can be seen. */
function blank(literal: string): string {
  const isQuoted = literal.length > 1 && /^(["'])[\s\S]*\1$/.test(literal);
  const inside = isQuoted ? literal.slice(1, -1) : literal;
  const spaces = inside.replace(/[^\n]/g, ' ');
  return isQuoted ? literal[0] + spaces + literal[0] : spaces;
}
