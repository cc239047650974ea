// Walks a value beside its schema and says, field by field, what was expected. Understands what configurations are
// made of: objects, records, arrays, and anything else as a leaf that typebox checks.

import type { TSchema } from 'typebox';
import Value from 'typebox/value';

/** The keywords looked at. `description` of a leaf, where given, is what the message says was expected. */
interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
}

const MAXIMUM_FAULTS = 50;

/** At most 50 messages; none where the value is as the schema demands. */
export function findSchemaFaults(value: unknown, schema: TSchema): string[] {
  const faults: string[] = [];
  walk(value, schema as Schema, '', (path, message) => {
    if (faults.length < MAXIMUM_FAULTS) faults.push(path === '' ? message : `${path}: ${message}`);
  });
  return faults;
}

type Report = (path: string, message: string) => void;

function walk(value: unknown, schema: Schema, path: string, report: Report): void {
  if (schema.type === 'object' && isObject(value)) walkObject(value, schema, path, report);
  else if (schema.type === 'array' && Array.isArray(value)) walkArray(value, schema, path, report);
  else if (!Value.Check(schema as TSchema, value)) report(path, `expected ${expectation(schema)}`);
}

function walkObject(value: Record<string, unknown>, schema: Schema, path: string, report: Report): void {
  const at = (name: string) => (path === '' ? name : `${path}.${name}`);
  for (const name of schema.required ?? [])
    if (!Object.hasOwn(value, name))
      report(at(name), `missing, expected ${expectation(schema.properties![name]!)}`);
  for (const [name, field] of Object.entries(value)) {
    const fieldSchema = schemaOf(schema, name);
    if (fieldSchema === undefined) report(at(printable(name)), 'unknown field');
    else walk(field, fieldSchema, at(printable(name)), report);
  }
}

function walkArray(value: readonly unknown[], schema: Schema, path: string, report: Report): void {
  const { minItems = 0, maxItems = 1_000_000 } = schema;
  if (value.length < minItems || value.length > maxItems) report(path, `expected ${expectation(schema)}`);
  for (const [index, item] of value.entries()) walk(item, schema.items ?? {}, `${path}[${index}]`, report);
}

function schemaOf({ properties, patternProperties }: Schema, name: string): Schema | undefined {
  if (properties !== undefined && Object.hasOwn(properties, name)) return properties[name];
  const patterns = Object.entries(patternProperties ?? {});
  return patterns.find(([pattern]) => new RegExp(pattern).test(name))?.[1];
}

function expectation(schema: Schema): string {
  if (schema.description !== undefined && schema.type !== 'object') return schema.description;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' or ');
  if (schema.anyOf !== undefined) return schema.anyOf.map(expectation).join(' or ');
  const noun = NOUNS[schema.type ?? ''] ?? 'another value';
  if (schema.type === 'array') return noun + count(schema);
  if (schema.type === 'string') return noun + (schema.minLength === 1 ? ' that is not empty' : '');
  return noun + interval(schema);
}

const NOUNS: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  integer: 'an integer',
  number: 'a number',
  object: 'an object',
  string: 'a text',
};

function count({ minItems, maxItems }: Schema): string {
  return minItems === undefined && maxItems === undefined ? '' : ` of ${range(minItems, maxItems)} items`;
}

function interval({ minimum, maximum }: Schema): string {
  if (minimum === undefined && maximum === undefined) return '';
  const isClosed = minimum !== undefined && maximum !== undefined;
  return ` ${isClosed ? 'from ' : ''}${range(minimum, maximum)}`;
}

function range(least: number | undefined, most: number | undefined): string {
  if (least === undefined) return `at most ${most}`;
  return most === undefined ? `at least ${least}` : `${least} to ${most}`;
}

function printable(name: string): string {
  return /^[\w.-]{1,64}$/.test(name) ? name : JSON.stringify(name.slice(0, 64));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
