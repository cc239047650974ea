// `oobleck passport inspect`: what a PASSporT says, member by member, and what is wrong with its form. Believes and
// checks nothing: that is `passport verify`.

import { StirError } from '@oobleck/stir';
import { decodeBase64url, encodeUtf8, equalBytes } from '@oobleck/stir/bytes';
import { formatCanonicalJson, type Json, type JsonObject, parseJsonObject } from '@oobleck/stir/json';
import { isCompactForm } from '@oobleck/stir/passport';
import { readPassport } from '@oobleck/stir/verdict';
import { CommandFault, whyOf } from '../command/command-fault.ts';
import { EXIT, type ExitCode } from '../command/exit-code.ts';
import { readArgument } from '../command/input.ts';
import { beside, paint, printable } from '../command/layout.ts';
import type { Terminal } from '../command/terminal.ts';
import { explainClaim, explainHeader } from './claim-texts.ts';
import { identityValues, whyNotPassport } from './passport-input.ts';
import { isIdentityText, isPassportText } from './passport-text.ts';

interface Inspection {
  readonly header: JsonObject | undefined;
  readonly claims: JsonObject | undefined;
  /** Why it is no PASSporT; several where several segments are broken. */
  readonly faults: readonly string[];
  /** What no rule forbids and is still worth knowing. */
  readonly notes: readonly string[];
}

export function inspectPassport(
  argument: string,
  { json = false }: { readonly json?: boolean },
  terminal: Terminal,
): ExitCode {
  const token = onlyToken(readArgument(argument, isPassportText));
  const inspection = inspect(token);
  if (json) terminal.out(JSON.stringify({ form: formOf(token), ...inspection }));
  else print(inspection, formOf(token), terminal);
  return inspection.faults.length === 0 ? EXIT.fine : EXIT.notVerified;
}

/** Out of an Identity header field, the PASSporT in it. */
function onlyToken(text: string): string {
  if (!isIdentityText(text)) return text;
  const values = identityValues(text);
  if (values.length !== 1) throw new CommandFault('several Identity values: see oobleck identity parse');
  return values[0]!.split(';')[0]!.trim();
}

function formOf(token: string): 'full' | 'compact' {
  return isCompactForm(token) ? 'compact' : 'full';
}

function inspect(token: string): Inspection {
  if (isCompactForm(token))
    return {
      header: undefined,
      claims: undefined,
      faults: [],
      notes: ['compact form: only the signature is there'],
    };
  const [first = '', second = ''] = token.split('.');
  const header = readSegment(first, 'header');
  const claims = readSegment(second, 'claims');
  const isPassport = 'value' in readPassport(token);
  const broken = [header, claims].flatMap((one) => ('error' in one ? [one.error] : []));
  return {
    header: 'value' in header ? header.value : undefined,
    claims: 'value' in claims ? claims.value : undefined,
    faults: isPassport ? [] : broken.length > 0 ? broken : [whyNotPassport(token)],
    notes: [...notesOf(header, 'header'), ...notesOf(claims, 'claims')],
  };
}

type Segment = { readonly value: JsonObject; readonly bytes: Uint8Array } | { readonly error: string };

function readSegment(text: string, name: string): Segment {
  try {
    const bytes = decodeBase64url(text);
    return { value: parseJsonObject(bytes), bytes };
  } catch (error) {
    if (!(error instanceof StirError)) throw error;
    return { error: `the ${name} cannot be read: ${whyOf(error)}` };
  }
}

/** RFC 8225 Section 9: signers write JSON in one way; a checker verifies what is there. */
function notesOf(segment: Segment, name: string): readonly string[] {
  if ('error' in segment || isCanonical(segment)) return [];
  return [`the ${name} are not canonical JSON (RFC 8225 Section 9): other tools may refuse the signature`];
}

function isCanonical({ value, bytes }: Extract<Segment, { value: unknown }>): boolean {
  try {
    return equalBytes(encodeUtf8(formatCanonicalJson(value)), bytes);
  } catch (error) {
    if (error instanceof StirError) return false;
    throw error;
  }
}

function print({ header, claims, faults, notes }: Inspection, form: string, terminal: Terminal): void {
  const { ppt = 'base' } = header ?? {};
  const isReadable = header !== undefined || form === 'compact';
  const type = header === undefined ? '' : ` of type ${printable(String(ppt))}`;
  const title = isReadable ? `PASSporT${type}, ${form} form` : 'not a PASSporT';
  terminal.out(paint(title, 'bold', terminal));
  terminal.out('');
  const now = Math.floor(Date.now() / 1000);
  printMembers('header', header, (name) => explainHeader(name), terminal);
  printMembers('claims', claims, (name, value) => explainClaim(name, value, now), terminal);
  for (const note of notes) for (const line of beside('note   ', note)) terminal.out(line);
  for (const fault of faults)
    for (const line of beside('wrong  ', printable(fault))) terminal.out(paint(line, 'red', terminal));
  if (faults.length === 0) terminal.out('well-formed; nothing was verified');
}

function printMembers(
  title: string,
  members: JsonObject | undefined,
  explain: (name: string, value: Json) => string,
  terminal: Terminal,
): void {
  if (members === undefined) return;
  terminal.out(paint(title, 'bold', terminal));
  const names = Object.keys(members);
  const width = Math.min(14, Math.max(0, ...names.map(({ length }) => length))) + 2;
  for (const name of names) {
    const prefix = `  ${printable(name).padEnd(width)}`;
    for (const line of beside(prefix, printable(JSON.stringify(members[name])))) terminal.out(line);
    for (const line of beside(' '.repeat(width + 2), explain(name, members[name]!))) terminal.out(line);
  }
  terminal.out('');
}
