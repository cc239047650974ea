// The PrivateToken authentication scheme (RFC 9577 Section 2): how a token travels in `Authorization`, and a challenge
// in `WWW-Authenticate`. Values are base64url with padding, quoted; without either they are taken as well. Unknown
// parameters are ignored.

import { decodeBase64url, encodeBase64url } from '../bytes/index.ts';
import { StirError } from '../stir-error.ts';
import { parseAuthSchemes } from './auth-parameters.ts';
import { encodeToken, isToken, parseToken, TOKEN_BYTES, type Token } from './token.ts';
import { readingToken } from './token-format.ts';

/** One challenge of a `WWW-Authenticate` field. */
export interface PrivateTokenChallenge {
  /** TokenChallenge bytes, perhaps of a type not known here. */
  readonly challenge: Uint8Array;
  /** Present where the client is not expected to know the issuer's key otherwise. */
  readonly tokenKey?: Uint8Array;
  readonly maxAgeSeconds?: number;
}

const SCHEME = 'privatetoken';
const HEAD = 'PrivateToken token="';
const USUAL_LENGTH = HEAD.length + (TOKEN_BYTES * 4) / 3 + 1;

/** The value of an `Authorization` field. */
export function formatPrivateToken(token: Token): string {
  return `${HEAD}${encodePadded(encodeToken(token))}"`;
}

/** @throws StirError ERR_TOKEN_FORMAT unless it is one PrivateToken credential with a token of type 2 */
export function parsePrivateToken(field: string): Token {
  return parseToken(parsePrivateTokenBytes(field));
}

/** The same as 354 bytes, for whoever verifies them as they are. @throws StirError ERR_TOKEN_FORMAT */
export function parsePrivateTokenBytes(field: string): Uint8Array {
  return readingToken(() => {
    const bytes = decodePadded(tokenParameter(field));
    if (!isToken(bytes)) throw new StirError('ERR_TOKEN_FORMAT', 'not a token of type 2 and 354 bytes');
    return bytes;
  });
}

function tokenParameter(field: string): string {
  // As formatPrivateToken writes it: 472 letters, no padding.
  if (
    field.length === USUAL_LENGTH &&
    field.startsWith(HEAD) &&
    field.indexOf('"', HEAD.length) === USUAL_LENGTH - 1
  )
    return field.slice(HEAD.length, -1);
  const value = field.startsWith(HEAD) && field.endsWith('"') ? field.slice(HEAD.length, -1) : '"';
  if (!value.includes('"')) return value;
  const [credential, ...others] = parseAuthSchemes(field);
  const token = credential?.parameters.get('token');
  if (others.length > 0 || credential?.scheme !== SCHEME || token === undefined)
    throw new StirError('ERR_TOKEN_FORMAT', 'not one PrivateToken credential');
  return token;
}

/** The value of a `WWW-Authenticate` field. */
export function formatPrivateTokenChallenge({
  challenge,
  tokenKey,
  maxAgeSeconds,
}: PrivateTokenChallenge): string {
  const key = tokenKey === undefined ? '' : `, token-key="${encodePadded(tokenKey)}"`;
  const age = maxAgeSeconds === undefined ? '' : `, max-age="${maxAgeSeconds}"`;
  return `PrivateToken challenge="${encodePadded(challenge)}"${key}${age}`;
}

/** The PrivateToken challenges among those of the field, in its order. @throws StirError ERR_TOKEN_FORMAT */
export function parsePrivateTokenChallenges(field: string): readonly PrivateTokenChallenge[] {
  return readingToken(() =>
    parseAuthSchemes(field)
      .filter(({ scheme }) => scheme === SCHEME)
      .map(({ parameters }) => readChallenge(parameters)),
  );
}

function readChallenge(parameters: ReadonlyMap<string, string>): PrivateTokenChallenge {
  const challenge = parameters.get('challenge');
  const tokenKey = parameters.get('token-key');
  const maxAge = parameters.get('max-age');
  if (challenge === undefined || (maxAge !== undefined && !/^[0-9]{1,9}$/.test(maxAge)))
    throw new StirError('ERR_TOKEN_FORMAT', 'challenge missing, or max-age no number');
  return {
    challenge: decodePadded(challenge),
    ...(tokenKey !== undefined && { tokenKey: decodePadded(tokenKey) }),
    ...(maxAge !== undefined && { maxAgeSeconds: Number(maxAge) }),
  };
}

/** base64url with padding (RFC 4648 Section 5). */
export function encodePadded(bytes: Uint8Array): string {
  const text = encodeBase64url(bytes);
  return text + '='.repeat((4 - (text.length % 4)) % 4);
}

/** base64url with the right padding, or none. @throws StirError ERR_BYTES_FORMAT */
export function decodePadded(text: string): Uint8Array {
  const bare = text.replace(/={1,2}$/, '');
  const isPadded = bare.length !== text.length;
  return decodeBase64url(isPadded && text.length % 4 !== 0 ? text : bare);
}
