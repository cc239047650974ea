// Why a command could not do what it was asked, in one sentence for the person who asked. It never quotes what was
// read: that may have been a key.

import { StirError } from '@oobleck/stir';
import { EXIT, type ExitCode } from './exit-code.ts';

export class CommandFault extends Error {
  override readonly name = 'CommandFault';
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = EXIT.usage, options?: { cause?: unknown }) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** What `read` gives; where it refuses, the fault says of which option or file. */
export function reading<T>(what: string, read: () => T, exitCode: ExitCode = EXIT.usage): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof StirError) throw new CommandFault(`${what}: ${whyOf(cause)}`, exitCode, { cause });
    throw cause;
  }
}

/** The messages of an error and of what caused it, outermost first; none carries a value. */
export function whyOf(error: StirError): string {
  const { message, cause } = error;
  return cause instanceof StirError ? `${message}: ${whyOf(cause)}` : message;
}
