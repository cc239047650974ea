// JSON as a signed protocol needs it: one value for one text (RFC 8259 Section 4 leaves duplicate names open; here
// they are refused), bounded in size and depth. Parsing is left to the platform; this room only refuses what the
// platform would forgive.

import { decodeUtf8 } from '../bytes/index.ts';
import { StirError } from '../stir-error.ts';

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

const MAXIMUM_BYTES = 65_536;
const MAXIMUM_DEPTH = 16;

/**
 * UTF-8 bytes to a JSON object.
 * @param maximumBytes default 65536
 * @throws StirError ERR_JSON_FORMAT: not JSON, not an object, a name twice, over the size or 16 levels
 */
export function parseJsonObject(bytes: Uint8Array, maximumBytes: number = MAXIMUM_BYTES): JsonObject {
  if (bytes.length > maximumBytes) throw refusal('JSON too large');
  return readObject(textOf(bytes));
}

/** The same from text, of at most so many letters. @throws StirError ERR_JSON_FORMAT */
export function parseJsonText(text: string, maximumLetters: number = MAXIMUM_BYTES): JsonObject {
  if (text.length > maximumLetters) throw refusal('JSON too large');
  return readObject(text);
}

function readObject(text: string): JsonObject {
  if (hasManyBrackets(text) && depthOf(text) > MAXIMUM_DEPTH) throw refusal('JSON nested too deeply');
  const value = parse(text);
  if (!isJsonObject(value)) throw refusal('not a JSON object');
  // Text that comes back unchanged has no duplicate name; only other spellings pay for the closer look.
  if (JSON.stringify(value) !== text && hasDuplicateName(text)) throw refusal('a JSON name stands twice');
  return value;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(bytes: Uint8Array): string {
  try {
    return decodeUtf8(bytes);
  } catch (cause) {
    throw new StirError('ERR_JSON_FORMAT', 'JSON is not UTF-8', { cause });
  }
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    // The platform's message quotes the input; it is not kept.
    throw refusal('not JSON');
  }
}

/** Whether there are enough opening brackets to nest too deeply: hardly any text has, and the others need no closer look. */
function hasManyBrackets(text: string): boolean {
  let count = 0;
  for (const bracket of ['{', '['])
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1))
      if (++count > MAXIMUM_DEPTH) return true;
  return false;
}

/** Deepest nesting of brackets outside strings. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) deepest = Math.max(deepest, ++depth);
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth--;
  }
  return deepest;
}

/** Walks text that is known to be JSON and remembers the names of each open object. */
function hasDuplicateName(text: string): boolean {
  const open: (Set<string> | undefined)[] = [];
  let previous = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = endOfString(text, at);
      const names = open.at(-1);
      if (names !== undefined && (previous === OPEN_BRACE || previous === COMMA)) {
        const name = JSON.parse(text.slice(at, end + 1)) as string;
        if (names.has(name)) return true;
        names.add(name);
      }
      at = end;
    } else if (code === OPEN_BRACE) open.push(new Set());
    else if (code === OPEN_BRACKET) open.push(undefined);
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) open.pop();
    if (code > SPACE) previous = code;
  }
  return false;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}

const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

function refusal(message: string): StirError {
  return new StirError('ERR_JSON_FORMAT', message);
}
