// The grammar that SIP header fields share (RFC 3261 Section 25.1), as far as those of STIR need it: values and
// parameters split outside quotes and angle brackets, tokens and quoted strings.

/** `token` of RFC 3261. */
export const TOKEN = /^[A-Za-z0-9\-.!%*_+`'~]+$/;
const QUOTED = /^"(?:[^"\\]|\\.)*"$/;

/** Splits at `separator` outside quotes and angle brackets; `undefined` where one of them stays open. */
export function splitOutside(value: string, separator: ';' | ','): string[] | undefined {
  const parts: string[] = [];
  let start = 0;
  let closing = '';
  for (let at = 0; at < value.length; at++) {
    const letter = value[at]!;
    if (closing !== '') {
      if (closing === '"' && letter === '\\') at++;
      else if (letter === closing) closing = '';
    } else if (letter === '"') closing = '"';
    else if (letter === '<') closing = '>';
    else if (letter === separator) {
      parts.push(value.slice(start, at));
      start = at + 1;
    }
  }
  if (closing !== '') return undefined;
  parts.push(value.slice(start));
  return parts;
}

/** The parameters by lower-case name, values as they stand; `undefined` where a name is missing or stands twice. */
export function readParameters(parameters: readonly string[]): Map<string, string> | undefined {
  const found = new Map<string, string>();
  for (const parameter of parameters) {
    const equals = parameter.indexOf('=');
    const name = (equals === -1 ? parameter : parameter.slice(0, equals)).trim();
    const key = name.toLowerCase();
    if (!TOKEN.test(name) || found.has(key)) return undefined;
    found.set(key, equals === -1 ? '' : parameter.slice(equals + 1).trim());
  }
  return found;
}

/** What a token or a quoted string says; `undefined` for anything else. */
export function unquote(value: string): string | undefined {
  if (!value.startsWith('"')) return value === '' || TOKEN.test(value) ? value : undefined;
  return QUOTED.test(value) ? value.slice(1, -1).replace(/\\(.)/g, '$1') : undefined;
}

export function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** A display name: a quoted string, or tokens with blanks between them. */
export function quoteless(name: string): string | undefined {
  if (!name.includes('"')) return name.replace(/\s+/g, ' ');
  return unquote(name);
}
