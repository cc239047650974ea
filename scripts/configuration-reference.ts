// Writes docs/configuration.md out of the schema that configurations are held to: `npm run configuration`. With --check it
// writes nothing and fails where the file is not what it would write.

import { readFileSync, writeFileSync } from 'node:fs';
import { CONFIGURATION } from '../packages/oobleck/src/wiring/index.ts';

interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly minItems?: number;
  readonly maxItems?: number;
}

interface Row {
  readonly path: string;
  readonly isRequired: boolean;
  readonly form: string;
}

const HEAD = `# Configuration reference

Every field there is, out of the schema that \`oobleck serve\` holds a configuration to. Written by \`npm run configuration\`;
a test keeps it so. What the fields mean, and which values hold where one is left out, stands in [operating.md](operating.md).

\`[]\` stands for each item of a list. A field is **required** where what it stands in is there. Paths of files are relative
to the configuration file. \`oobleck serve --config FILE --check-config\` holds a configuration against this and against the
files it names, and starts nothing.
`;

export function formatReference(): string {
  const { properties = {}, required = [] } = CONFIGURATION as Schema;
  const sections = Object.entries(properties).map(([name, schema]) => {
    const rows = rowsOf(schema, name, required.includes(name));
    return [`## \`${name}\``, '', '| Field | | Form |', '| --- | --- | --- |', ...rows.map(line), ''].join(
      '\n',
    );
  });
  return [HEAD, ...sections].join('\n');
}

function rowsOf(schema: Schema, path: string, isRequired: boolean): Row[] {
  const own = { path, isRequired, form: formOf(schema) };
  if (schema.items !== undefined) return [own, ...nested(schema.items, `${path}[]`)];
  return [own, ...nested(schema, path)];
}

/** What an object has, and the objects that a union may be. */
function nested(schema: Schema, path: string): Row[] {
  const { properties = {}, patternProperties = {}, required = [], anyOf = [] } = schema;
  return [
    ...Object.entries(properties).flatMap(([name, field]) =>
      rowsOf(field, `${path}.${name}`, required.includes(name)),
    ),
    ...Object.values(patternProperties).flatMap((field) => rowsOf(field, `${path}.*`, false)),
    ...anyOf.flatMap((one) => (one.items === undefined ? nested(one, path) : nested(one.items, `${path}[]`))),
  ];
}

function formOf(schema: Schema): string {
  const { description, type, anyOf } = schema;
  const form =
    description ??
    (anyOf === undefined ? (FORMS[type ?? ''] ?? literal(schema)) : anyOf.map(formOf).join(' or '));
  return form + counts(schema);
}

const FORMS: Readonly<Record<string, string>> = {
  object: 'an object',
  array: 'a list',
  boolean: 'true or false',
};

function literal(schema: Schema): string {
  return schema.const === undefined ? (schema.type ?? 'a value') : JSON.stringify(schema.const);
}

function counts({ type, minItems = 0, maxItems }: Schema): string {
  if (type !== 'array' || maxItems === undefined) return '';
  return minItems === 0 ? `, at most ${maxItems}` : `, ${minItems} to ${maxItems}`;
}

function line({ path, isRequired, form }: Row): string {
  return `| \`${path}\` | ${isRequired ? 'required' : ''} | ${form.replaceAll('|', '\\|')} |`;
}

if (import.meta.main) {
  const file = `${import.meta.dirname}/../docs/configuration.md`;
  const reference = formatReference();
  if (!process.argv.includes('--check')) writeFileSync(file, reference);
  else if (readFileSync(file, 'utf8') !== reference) {
    console.error('docs/configuration.md is not what the schema says: npm run configuration');
    process.exitCode = 1;
  }
}
