// What is stored says in which version of the schema it is written. An older one is upgraded step by step when the
// store is opened; a newer one belongs to a newer program and is left alone. How a step is made safe is the store's:
// LMDB has a transaction over all of them, Redis a lock.

export class SchemaError extends Error {
  override readonly name = 'SchemaError';
}

/** What a program writes that knows these steps. Step `n` (from 0) brings version n + 1 to version n + 2. */
export function currentVersion(steps: readonly unknown[]): number {
  return steps.length + 1;
}

/**
 * @param stored the version that was written
 * @returns the steps that are left to take, in order
 * @throws SchemaError where what is stored is of a newer program, or the version is none
 */
export function stepsLeft<Step>(stored: number, steps: readonly Step[]): readonly Step[] {
  const current = currentVersion(steps);
  if (!Number.isInteger(stored) || stored < 1)
    throw new SchemaError('the store names no version of its schema');
  if (stored > current)
    throw new SchemaError(
      `the store has schema version ${stored}, this program knows up to ${current}: run the newer program, or give it a store of its own`,
    );
  return steps.slice(stored - 1);
}
