// What a certificate allows in the PASSporTs that it signs: JWTClaimConstraints (RFC 8226 Section 8) and its enhanced form
// (RFC 9118 Section 3). Issuers apply the constraints, whoever checks a PASSporT enforces them.
//
//   JWTClaimConstraints ::= SEQUENCE { mustInclude [0] JWTClaimNames OPTIONAL,
//     permittedValues [1] SEQUENCE SIZE (1..MAX) OF SEQUENCE { claim JWTClaimName, permitted SEQUENCE SIZE (1..MAX) OF UTF8String } OPTIONAL }
//   EnhancedJWTClaimConstraints ::= the same and mustExclude [2] JWTClaimNames OPTIONAL; in both at least one is there
//   JWTClaimNames ::= SEQUENCE SIZE (1..MAX) OF JWTClaimName      JWTClaimName ::= IA5String

import { decodeAscii, decodeUtf8 } from '../bytes/index.ts';
import { DerReader, TAG } from '../der/index.ts';
import { formatCanonicalJson, type Json, type JsonObject } from '../json/index.ts';
import { StirError } from '../stir-error.ts';

/** The constraints of either extension, in one form. */
export interface ClaimConstraints {
  /** Beside `iat`, `orig` and `dest`. */
  readonly mustInclude: readonly string[];
  /** By claim name: where the claim is there, it has one of these values. */
  readonly permittedValues: ReadonlyMap<string, readonly string[]>;
  readonly mustExclude: readonly string[];
}

export type ConstraintsForm = 'plain' | 'enhanced';

const BASELINE = ['iat', 'orig', 'dest'];
const MAXIMUM_ITEMS = 256;

/**
 * Whether a PASSporT with these claims may be signed under the constraints (RFC 8226 Section 8, RFC 9118 Section 3).
 * Values match exactly: a string by its text, anything else by its canonical JSON (RFC 8225 Section 9).
 */
export function meetsClaimConstraints(constraints: ClaimConstraints, claims: JsonObject): boolean {
  const isThere = (name: string): boolean => Object.hasOwn(claims, name);
  const { mustInclude, permittedValues, mustExclude } = constraints;
  if (!BASELINE.every(isThere) || !mustInclude.every(isThere) || mustExclude.some(isThere)) return false;
  for (const [name, values] of permittedValues)
    if (isThere(name) && !isPermitted(claims[name]!, values)) return false;
  return true;
}

function isPermitted(claim: Json, values: readonly string[]): boolean {
  if (typeof claim === 'string') return values.includes(claim);
  try {
    return values.includes(formatCanonicalJson(claim));
  } catch (error) {
    if (error instanceof StirError) return false;
    throw error;
  }
}

/**
 * Reads the extension's value. `undefined` where `mustExclude` names a baseline claim: such an extension counts as absent
 * (RFC 9118 Section 3, item 3).
 * @throws StirError ERR_DER_FORMAT, ERR_BYTES_FORMAT, ERR_CERTIFICATE_FORMAT
 */
export function parseClaimConstraints(der: Uint8Array, form: ConstraintsForm): ClaimConstraints | undefined {
  const fields = DerReader.only(der, TAG.sequence);
  if (fields.isDone) throw refusal('claim constraints that constrain nothing');
  const mustInclude = readOptional(fields, TAG.explicit0, readNames) ?? [];
  const permittedValues = readOptional(fields, TAG.explicit1, readPermitted) ?? new Map();
  const mustExclude = (form === 'enhanced' && readOptional(fields, TAG.explicit2, readNames)) || [];
  fields.end();
  if (mustExclude.some((name) => BASELINE.includes(name))) return undefined;
  return { mustInclude, permittedValues, mustExclude };
}

function readOptional<T>(fields: DerReader, tag: number, read: (list: DerReader) => T): T | undefined {
  if (!fields.has(tag)) return undefined;
  const wrapper = fields.enter(tag);
  const list = wrapper.enter(TAG.sequence);
  wrapper.end();
  return read(list);
}

function readNames(list: DerReader): string[] {
  return readItems(list, readName);
}

function readName(list: DerReader): string {
  const name = decodeAscii(list.content(TAG.ia5String));
  if (name === '') throw refusal('claim constraints with an empty name');
  return name;
}

/** A claim listed twice must satisfy both, so what both permit is kept. */
function readPermitted(list: DerReader): Map<string, readonly string[]> {
  const permitted = new Map<string, readonly string[]>();
  readItems(list, (items) => {
    const item = items.enter(TAG.sequence);
    const name = readName(item);
    const values = readItems(item.enter(TAG.sequence), (texts) => decodeUtf8(texts.content(TAG.utf8String)));
    item.end();
    const known = permitted.get(name);
    permitted.set(name, known === undefined ? values : known.filter((value) => values.includes(value)));
  });
  return permitted;
}

function readItems<T>(list: DerReader, read: (list: DerReader) => T): T[] {
  const items: T[] = [];
  while (!list.isDone) {
    if (items.length === MAXIMUM_ITEMS) throw refusal('claim constraints too long');
    items.push(read(list));
  }
  if (items.length === 0) throw refusal('claim constraints with an empty list');
  return items;
}

function refusal(what: string): StirError {
  return new StirError('ERR_CERTIFICATE_FORMAT', `not a certificate for STIR: ${what}`);
}
