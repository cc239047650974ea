// The Identity header field value (RFC 8224 Section 4): a PASSporT, full or compact form, and the parameters that mirror
// its header. `info` and `x5u` must be the same string (RFC 8224 Section 4.1), else nobody knows which key was meant.

import { MAXIMUM_PASSPORT_LENGTH } from '../passport/index.ts';
import { StirError } from '../stir-error.ts';
import { readParameters, splitOutside, unquote } from './header-field.ts';

export interface Identity {
  /** The PASSporT, not yet parsed: full form, or compact form where it begins with two dots. */
  readonly token: string;
  /** URL inside `info=<...>`. */
  readonly info: string;
  /** `alg` parameter; ES256 where absent. */
  readonly algorithm: string;
  readonly ppt?: string | undefined;
}

const MAXIMUM_VALUE = MAXIMUM_PASSPORT_LENGTH + 4_096;
const MAXIMUM_PARAMETERS = 16;
/** Real tokens are base64url; the grammar prints the other alphabet. One token has one of them. */
const DIGEST = /^(?:[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+|\.)\.[A-Za-z0-9_-]+$/;
const OTHER_ALPHABET = /^(?:[A-Za-z0-9+/]+\.[A-Za-z0-9+/]+|\.)\.[A-Za-z0-9+/]+$/;

/** A full form with its parameters as nearly everybody writes them: one look tells all that the grammar would find. */
const USUAL =
  /^([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+);info=<([^<>\s"]+)>;alg=ES256;ppt=("?)([a-z-]+)\3$/;

/**
 * One header field value, without the field name, to its parts. The token comes in base64url, whatever the alphabet.
 * @throws StirError ERR_IDENTITY_FORMAT
 */
export function parseIdentity(value: string): Identity {
  if (value.length > MAXIMUM_VALUE) throw refusal('Identity too long');
  const usual = USUAL.exec(value);
  return usual === null
    ? parseByGrammar(value)
    : { token: usual[1]!, info: usual[2]!, algorithm: 'ES256', ppt: usual[4]! };
}

function parseByGrammar(value: string): Identity {
  const [digest, ...parameters] = splitOutside(value, ';') ?? [''];
  if (parameters.length >= MAXIMUM_PARAMETERS) throw refusal('too many parameters');
  const token = readDigest(digest!.trim());
  const found = readParameters(parameters);
  if (found === undefined) throw refusal('a parameter has no name or stands twice');
  const info = found.get('info');
  if (info === undefined || !/^<[^<>\s"]+>$/.test(info)) throw refusal('no info parameter');
  found.delete('info');
  const said = new Map([...found].map(([name, text]) => [name, requireText(text)]));
  const ppt = said.get('ppt');
  const identity = { token, info: info.slice(1, -1), algorithm: said.get('alg') ?? 'ES256' };
  return ppt === undefined ? identity : { ...identity, ppt };
}

/** The value for a PASSporT: `token;info=<url>;alg=ES256;ppt="shaken"`. */
export function formatIdentity({ token, info, algorithm, ppt }: Identity): string {
  const extension = ppt === undefined ? '' : `;ppt="${ppt}"`;
  return `${token};info=<${info}>;alg=${algorithm}${extension}`;
}

function readDigest(text: string): string {
  if (DIGEST.test(text)) return text;
  if (OTHER_ALPHABET.test(text)) return text.replaceAll('+', '-').replaceAll('/', '_');
  throw refusal('no PASSporT');
}

function requireText(value: string): string {
  const text = unquote(value);
  if (text === undefined) throw refusal('a parameter is neither a token nor a quoted string');
  return text;
}

function refusal(message: string): StirError {
  return new StirError('ERR_IDENTITY_FORMAT', message);
}
