#!/usr/bin/env node
// The program: reads the command line and runs one command.

import { CommanderError } from 'commander';
import { EXIT, type ExitCode } from './command/exit-code.ts';
import { createTerminal } from './command/terminal.ts';
import { createProgram } from './program.ts';

let exitCode: ExitCode = EXIT.fine;
const program = createProgram(createTerminal(), (code) => {
  exitCode = code;
});

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  exitCode = error.exitCode === 0 ? EXIT.fine : EXIT.usage;
}
process.exitCode = exitCode;
