// From what a person pasted to PASSporTs: a token, or the values of Identity header fields, several of them where a
// call was diverted. Says of each what was wrong with its form.

import { StirError } from '@oobleck/stir';
import type { ArrivedCall } from '@oobleck/stir/call';
import { parseIdentity, readIdentityFields, splitIdentities } from '@oobleck/stir/identity';
import { isCompactForm, type Passport, parsePassport } from '@oobleck/stir/passport';
import { type Fault, furthest, readIdentity, readPassport } from '@oobleck/stir/verdict';
import { reading, whyOf } from '../command/command-fault.ts';
import { EXIT } from '../command/exit-code.ts';
import { type Check, failed, passed, skipped } from './check.ts';
import { hasFieldNames, isIdentityText, unfoldValue } from './passport-text.ts';

export interface ReadPassports {
  readonly passports: readonly Passport[];
  readonly checks: readonly Check[];
  /** Of the one that got furthest among those that could not be read. */
  readonly fault: Fault | undefined;
}

/** Identity header field values in a text: header lines, or values with commas between them. @throws CommandFault */
export function identityValues(text: string): readonly string[] {
  if (!hasFieldNames(text)) return splitIdentities(unfoldValue(text));
  return reading('Identity', () => readIdentityFields(text), EXIT.notVerified);
}

/** @param call fills in a compact form */
export function readPassports(text: string, call: ArrivedCall | undefined): ReadPassports {
  if (!isIdentityText(text)) {
    const read = readToken(text);
    const parameters = skipped('parameters', 'a PASSporT alone, without the parameters of a header field');
    return { ...read, checks: [...read.checks, parameters] };
  }
  const all = identityValues(text).map((value) => readValue(value, call));
  return {
    passports: all.flatMap(({ passports }) => passports),
    checks: all.flatMap(({ checks }) => checks),
    fault: all.reduce<Fault | undefined>(further, undefined),
  };
}

function further(best: Fault | undefined, { fault }: ReadPassports): Fault | undefined {
  return fault === undefined || best === undefined
    ? (fault ?? best)
    : (furthest([best, fault], best) as Fault);
}

function readToken(token: string): ReadPassports {
  const read = readPassport(token);
  if ('fault' in read)
    return { passports: [], checks: [failed('form', whyNotPassport(token))], fault: read.fault };
  return { passports: [read.value], checks: [passed('form', formOf(read.value, token))], fault: undefined };
}

function readValue(value: string, call: ArrivedCall | undefined): ReadPassports {
  const read = readIdentity(value, call);
  if ('fault' in read) return { passports: [], checks: faultChecks(value, read.fault), fault: read.fault };
  const checks = [
    passed('form', formOf(read.value, parseIdentity(value).token)),
    passed('parameters', 'info, alg and ppt say what the header says'),
  ];
  return { passports: [read.value], checks, fault: undefined };
}

function faultChecks(value: string, fault: Fault): readonly Check[] {
  const why = whyNotIdentity(value);
  if (why !== undefined)
    return [failed('form', why), skipped('parameters', 'the header field cannot be read')];
  if (fault !== 'info-mismatch')
    return [
      failed('form', whyNotPassport(parseIdentity(value).token)),
      skipped('parameters', 'there is no header to compare them with'),
    ];
  return [
    passed('form', 'a PASSporT'),
    failed('parameters', 'info, alg or ppt differ from x5u, alg and ppt of the header'),
  ];
}

function formOf({ extension }: Passport, token: string): string {
  return `a PASSporT of type ${extension}, ${isCompactForm(token) ? 'compact form, filled in from the call' : 'full form'}`;
}

/** Why the text is no Identity header field value; `undefined` where it is one. */
export function whyNotIdentity(value: string): string | undefined {
  return whyNot(() => parseIdentity(value));
}

export function whyNotPassport(token: string): string {
  if (isCompactForm(token))
    return 'a compact form: it needs the call (--from, --to, and --at for its Date) and the parameters of its header field';
  return whyNot(() => parsePassport(token)) ?? 'a PASSporT';
}

function whyNot(parse: () => unknown): string | undefined {
  try {
    parse();
    return undefined;
  } catch (error) {
    if (error instanceof StirError) return whyOf(error);
    throw error;
  }
}
