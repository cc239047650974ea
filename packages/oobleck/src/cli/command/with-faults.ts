// How a command runs: what it could not do is said in a line, and ends the process with the fault's code.

import { CommandFault } from './command-fault.ts';
import type { ExitCode } from './exit-code.ts';
import { printable } from './layout.ts';
import type { Terminal } from './terminal.ts';

export type Run = (command: () => ExitCode | Promise<ExitCode>) => Promise<void>;

export async function withFaults(
  command: () => ExitCode | Promise<ExitCode>,
  terminal: Terminal,
): Promise<ExitCode> {
  try {
    return await command();
  } catch (error) {
    if (!(error instanceof CommandFault)) throw error;
    terminal.error(`oobleck: ${printable(error.message)}`);
    return error.exitCode;
  }
}
