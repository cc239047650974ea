// The grammar of HTTP authentication fields, as far as PrivateToken needs it (RFC 9110 Section 11): schemes, each with
// parameters whose values are tokens or quoted strings. Several challenges may stand in one field, so that a comma
// does not end one; a name that no `=` follows begins the next.

import { StirError } from '../stir-error.ts';

export interface AuthScheme {
  /** Lower case. */
  readonly scheme: string;
  /** By lower-case name. */
  readonly parameters: ReadonlyMap<string, string>;
}

const MAXIMUM_FIELD = 16_384;
const NAME = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y;
const BLANKS = /[ \t]*/y;
const SEPARATORS = /[ \t,]*/y;
const QUOTED = /"((?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*)"/y;
/** RFC 9577 values carry padding; without quotes that is no token, and we take it all the same. */
const BARE = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+={0,2}/y;
const TOKEN68 = /[A-Za-z0-9\-._~+/]+=*(?=[ \t]*(?:,|$))/y;

/** @throws StirError ERR_TOKEN_FORMAT where the text is no list of schemes, or names a parameter twice */
export function parseAuthSchemes(field: string): readonly AuthScheme[] {
  if (field.length > MAXIMUM_FIELD) throw refusal();
  const schemes: { scheme: string; parameters: Map<string, string> }[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(field);
    if (found === null) return undefined;
    at += found[0].length;
    return found;
  };
  take(SEPARATORS);
  while (at < field.length) {
    const name = take(NAME)?.[0].toLowerCase();
    if (name === undefined) throw refusal();
    const blanks = take(BLANKS)![0];
    if (field[at] === '=') {
      at++;
      take(BLANKS);
      const value = take(QUOTED)?.[1]?.replace(/\\(.)/g, '$1') ?? take(BARE)?.[0];
      const parameters = schemes.at(-1)?.parameters;
      if (value === undefined || parameters === undefined || parameters.has(name)) throw refusal();
      parameters.set(name, value);
    } else {
      if (blanks === '' && at < field.length && field[at] !== ',') throw refusal();
      schemes.push({ scheme: name, parameters: new Map() });
      if (blanks !== '') take(TOKEN68);
    }
    const before = at;
    take(SEPARATORS);
    if (at < field.length && at === before && blanks === '') throw refusal();
  }
  return schemes;
}

function refusal(): StirError {
  return new StirError('ERR_TOKEN_FORMAT', 'not an authentication field');
}
