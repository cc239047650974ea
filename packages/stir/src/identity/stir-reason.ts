// `Reason: STIR` (RFC 9410): how a verification service that lets a call go on tells the authentication service what was
// wrong with a PASSporT: in the next provisional or final response, never 100. One field for each error.
//
//   Reason: STIR ;cause=436 ;text="Bad Identity Info" ;ppi="..signature"

import { StirError } from '../stir-error.ts';
import { quote, readParameters, splitOutside, unquote } from './header-field.ts';

export interface StirReason {
  /** RFC 8224 Section 6.2.2: 403, 428, 436, 437 or 438. */
  readonly cause: number;
  readonly text?: string;
  /** The PASSporT meant, full or, as recommended, compact form (RFC 9410 Section 5). */
  readonly ppi?: string;
}

const MAXIMUM_VALUE = 65_536;
const MAXIMUM_REASONS = 16;

/** One header field value. */
export function formatStirReason({ cause, text, ppi }: StirReason): string {
  const said = text === undefined ? '' : ` ;text=${quote(text)}`;
  return `STIR ;cause=${cause}${said}${ppi === undefined ? '' : ` ;ppi=${quote(ppi)}`}`;
}

/**
 * The reasons of protocol STIR in a Reason header field value; those of other protocols are left out (RFC 9366 allows
 * several of one).
 * @throws StirError ERR_IDENTITY_FORMAT
 */
export function parseStirReasons(value: string): readonly StirReason[] {
  const list = value.length > MAXIMUM_VALUE ? undefined : splitOutside(value, ',');
  if (list === undefined || list.length > MAXIMUM_REASONS) throw refusal();
  return list.flatMap((one) => {
    const [protocol, ...parameters] = splitOutside(one, ';') ?? [''];
    return protocol!.trim().toUpperCase() === 'STIR' ? [parseReason(parameters)] : [];
  });
}

function parseReason(parameters: readonly string[]): StirReason {
  const found = readParameters(parameters);
  const cause = found?.get('cause') ?? '';
  if (found === undefined || !/^[1-6][0-9]{2}$/.test(cause)) throw refusal();
  const text = found.get('text');
  const ppi = found.get('ppi');
  return {
    cause: Number(cause),
    ...(text === undefined ? {} : { text: requireQuoted(text) }),
    ...(ppi === undefined ? {} : { ppi: requireQuoted(ppi) }),
  };
}

function requireQuoted(value: string): string {
  const text = value.startsWith('"') ? unquote(value) : undefined;
  if (text === undefined) throw refusal();
  return text;
}

function refusal(): StirError {
  return new StirError('ERR_IDENTITY_FORMAT', 'not a Reason of protocol STIR');
}
