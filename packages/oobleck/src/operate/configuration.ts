// Reads a configuration: one JSON file, held to a schema. What is wrong is said by the path of the field and by
// what was expected there, all of it at once, and never by the value: values may be secrets. A field that the
// schema does not know is an error, so that a misspelt limit is not a limit that is off.

import { readFileSync, statSync } from 'node:fs';
import type { Static, TSchema } from 'typebox';
import Value from 'typebox/value';
import { findSchemaFaults } from './schema-faults.ts';

const MAXIMUM_BYTES = 1_048_576;

export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  /** `services.port: expected an integer from 0 to 65535`; without a path where the file itself is at fault. */
  readonly faults: readonly string[];

  constructor(faults: readonly string[], options?: { cause?: unknown }) {
    super(faults.join('\n'), options);
    this.faults = faults;
  }
}

/** The file's content with the defaults of the schema filled in. @throws ConfigurationError */
export function readConfiguration<T extends TSchema>(path: string, schema: T): Static<T> {
  return parseConfiguration(readText(path), schema);
}

/** The same for a text. @throws ConfigurationError */
export function parseConfiguration<T extends TSchema>(text: string, schema: T): Static<T> {
  const value = parseJson(text);
  const faults = findSchemaFaults(value, schema);
  if (faults.length > 0) throw new ConfigurationError(faults);
  const filled = Value.Default(schema, value);
  if (!Value.Check(schema, filled)) throw new ConfigurationError(['not of the form it must have']);
  return filled as Static<T>;
}

function readText(path: string): string {
  try {
    if (statSync(path).size > MAXIMUM_BYTES) throw new ConfigurationError(['file larger than 1 MiB']);
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (cause instanceof ConfigurationError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new ConfigurationError([`file cannot be read (${code})`], { cause });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ConfigurationError([`not JSON${placeOf(cause)}`], { cause });
  }
}

/** The parser's message quotes the text; only where it stopped is kept. */
function placeOf(error: unknown): string {
  const place = /line [0-9]+ column [0-9]+/.exec(String(error));
  return place === null ? '' : ` (${place[0]})`;
}
