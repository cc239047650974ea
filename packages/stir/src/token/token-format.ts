// What is too short, too long or of another type in this room is one error: ERR_TOKEN_FORMAT.

import { StirError } from '../stir-error.ts';

/** Runs a parser and turns the errors of its readers into ERR_TOKEN_FORMAT. */
export function readingToken<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof StirError && cause.code === 'ERR_TOKEN_FORMAT') throw cause;
    throw new StirError('ERR_TOKEN_FORMAT', 'not a storage-token message', { cause });
  }
}
