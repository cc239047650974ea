// What is stored says in which version of the schema it is written. An older one is upgraded step by step when the
// store is opened; a newer one belongs to a newer program and is left alone.

export class SchemaError extends Error {
  override readonly name = 'SchemaError';
}

/** Step `n` (from 0) brings version n + 1 to version n + 2. */
export type SchemaSteps = readonly (() => void)[];

/**
 * @param stored the version that was written, `undefined` in a store that is new
 * @returns the version to write, where it is another
 * @throws SchemaError where what is stored is of a newer program, or the version is none
 */
export function upgradeSchema(stored: number | undefined, steps: SchemaSteps): number | undefined {
  const current = steps.length + 1;
  if (stored === current) return undefined;
  if (stored === undefined) return current;
  if (!Number.isInteger(stored) || stored < 1)
    throw new SchemaError('the store names no version of its schema');
  if (stored > current)
    throw new SchemaError(
      `the store has schema version ${stored}, this program knows up to ${current}: run the newer program, or give it a store of its own`,
    );
  for (const step of steps.slice(stored - 1)) step();
  return current;
}
