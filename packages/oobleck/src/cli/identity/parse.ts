// `oobleck identity parse`: the values of Identity header fields, taken apart (RFC 8224 Section 4).

import { type Identity, parseIdentity } from '@oobleck/stir/identity';
import { isCompactForm } from '@oobleck/stir/passport';
import { readIdentity } from '@oobleck/stir/verdict';
import { CommandFault } from '../command/command-fault.ts';
import { EXIT, type ExitCode } from '../command/exit-code.ts';
import { readArgument } from '../command/input.ts';
import { paint, printable, rows } from '../command/layout.ts';
import type { Terminal } from '../command/terminal.ts';
import { identityValues, whyNotIdentity, whyNotPassport } from '../passport/passport-input.ts';
import { isPassportText } from '../passport/passport-text.ts';

const SHOWN = 40;

type Parsed =
  | { readonly error: string }
  | (Identity & { readonly form: 'full' | 'compact'; readonly note: string });

export function parseIdentityText(
  argument: string,
  { json = false }: { readonly json?: boolean },
  terminal: Terminal,
): ExitCode {
  const values = identityValues(readArgument(argument, (text) => isPassportText(text) || text.includes(';')));
  if (values.length === 0) throw new CommandFault('no Identity header field', EXIT.notVerified);
  const parsed = values.map(parseValue);
  if (json) terminal.out(JSON.stringify(parsed.map(jsonOf)));
  else for (const [i, one] of parsed.entries()) print(one, `value ${i + 1} of ${parsed.length}`, terminal);
  return parsed.every((one) => !('error' in one)) ? EXIT.fine : EXIT.notVerified;
}

function parseValue(value: string): Parsed {
  const error = whyNotIdentity(value);
  if (error !== undefined) return { error };
  const identity = parseIdentity(value);
  if (isCompactForm(identity.token))
    return {
      ...identity,
      form: 'compact',
      note: 'header and claims are left out; who verifies fills them in from the call',
    };
  return { ...identity, form: 'full', note: noteOf(value, identity) };
}

function noteOf(value: string, { token }: Identity): string {
  const read = readIdentity(value);
  if ('value' in read) return 'the parameters say what the header of the PASSporT says';
  if (read.fault === 'info-mismatch') return 'the parameters differ from the header of the PASSporT';
  return `not a PASSporT that can be used: ${whyNotPassport(token)}`;
}

function jsonOf(parsed: Parsed): object {
  if ('error' in parsed) return parsed;
  const { form, token, info, algorithm, ppt, note } = parsed;
  return { form, token, info, alg: algorithm, ...(ppt === undefined ? {} : { ppt }), note };
}

function print(parsed: Parsed, title: string, terminal: Terminal): void {
  terminal.out(paint(title, 'bold', terminal));
  if ('error' in parsed) {
    for (const line of rows([['wrong', printable(parsed.error)]])) terminal.out(line);
    return;
  }
  const { form, token, info, algorithm, ppt, note } = parsed;
  const lines = rows([
    ['form', form],
    ['token', shortened(token)],
    ['info', printable(info)],
    ['alg', printable(algorithm)],
    ['ppt', ppt === undefined ? 'none' : printable(ppt)],
    ['note', note],
  ]);
  for (const line of lines) terminal.out(line);
}

/** Broken over lines nobody could copy it; `--json` has all of it. */
function shortened(token: string): string {
  return token.length <= SHOWN ? token : `${token.slice(0, SHOWN)}... (${token.length} characters)`;
}
