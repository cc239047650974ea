// The Identity header field value, full form (RFC 8224 Section 4): a PASSporT and the parameters that mirror its
// header. `info` and `x5u` must be the same string (RFC 8224 Section 4.1), else nobody knows which key was meant.

import { MAXIMUM_PASSPORT_LENGTH } from '../passport/index.ts';
import { StirError } from '../stir-error.ts';

export interface Identity {
  /** The PASSporT, full form, not yet parsed. */
  readonly token: string;
  /** URL inside `info=<...>`. */
  readonly info: string;
  /** `alg` parameter; ES256 where absent. */
  readonly algorithm: string;
  readonly ppt?: string;
}

const MAXIMUM_VALUE = MAXIMUM_PASSPORT_LENGTH + 4_096;
const MAXIMUM_PARAMETERS = 16;
const TOKEN = /^[A-Za-z0-9\-.!%*_+`'~]+$/;

/**
 * One header field value, without the field name, to its parts.
 * @throws StirError ERR_IDENTITY_FORMAT; a compact form is one such (full form is required here)
 */
export function parseIdentity(value: string): Identity {
  if (value.length > MAXIMUM_VALUE) throw refusal('Identity too long');
  const [digest, ...parameters] = splitParameters(value);
  const token = digest!.trim();
  if (!/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/.test(token)) throw refusal('no full-form PASSporT');
  const found = new Map<string, string>();
  for (const parameter of parameters) addParameter(found, parameter);
  const info = found.get('info');
  if (info === undefined || !/^<[^<>\s"]+>$/.test(info)) throw refusal('no info parameter');
  const ppt = found.get('ppt');
  const identity = { token, info: info.slice(1, -1), algorithm: found.get('alg') ?? 'ES256' };
  return ppt === undefined ? identity : { ...identity, ppt };
}

/** The value for a PASSporT: `token;info=<url>;alg=ES256;ppt="shaken"`. */
export function formatIdentity({ token, info, algorithm, ppt }: Identity): string {
  const extension = ppt === undefined ? '' : `;ppt="${ppt}"`;
  return `${token};info=<${info}>;alg=${algorithm}${extension}`;
}

/** Splits at `;` outside quotes and angle brackets. */
function splitParameters(value: string): string[] {
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
    else if (letter === ';') {
      parts.push(value.slice(start, at));
      start = at + 1;
    }
  }
  if (closing !== '') throw refusal('open quote or bracket');
  parts.push(value.slice(start));
  if (parts.length > MAXIMUM_PARAMETERS) throw refusal('too many parameters');
  return parts;
}

function addParameter(found: Map<string, string>, parameter: string): void {
  const equals = parameter.indexOf('=');
  const name = (equals === -1 ? parameter : parameter.slice(0, equals)).trim();
  const value = equals === -1 ? '' : parameter.slice(equals + 1).trim();
  if (!TOKEN.test(name)) throw refusal('parameter without a name');
  const key = name.toLowerCase();
  if (found.has(key)) throw refusal('a parameter stands twice');
  found.set(key, key === 'info' ? value : unquote(value));
}

function unquote(value: string): string {
  if (!value.startsWith('"')) {
    if (value !== '' && !TOKEN.test(value)) throw refusal('parameter value is not a token');
    return value;
  }
  if (!/^"(?:[^"\\]|\\.)*"$/.test(value)) throw refusal('parameter value is not a quoted string');
  return value.slice(1, -1).replace(/\\(.)/g, '$1');
}

function refusal(message: string): StirError {
  return new StirError('ERR_IDENTITY_FORMAT', message);
}
