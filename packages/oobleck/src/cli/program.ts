// The command line: which commands there are. What they take stands with their noun, in its folder.

import { Command } from 'commander';
import { addCertificateCommands } from './certificate/commands.ts';
import type { ExitCode } from './command/exit-code.ts';
import type { Terminal } from './command/terminal.ts';
import { type Run, withFaults } from './command/with-faults.ts';
import { addIdentityCommands } from './identity/commands.ts';
import { addKeyCommands } from './key/commands.ts';
import { addPassportCommands } from './passport/commands.ts';
import { addRunCommands } from './run/commands.ts';
import { addTraceCommand } from './trace/commands.ts';
import { addTrustCommands } from './trust/commands.ts';

/** @param finish is told the exit code of the command that ran */
export function createProgram(terminal: Terminal, finish: (code: ExitCode) => void): Command {
  const run: Run = async (command) => finish(await withFaults(command, terminal));
  const program = new Command('oobleck')
    .description(
      'STIR out of band: proving who is calling when the call crosses a network that cannot carry the proof',
    )
    .exitOverride()
    .showHelpAfterError('(see oobleck --help)');
  addRunCommands(program, terminal, run);
  addPassportCommands(program, terminal, run);
  addIdentityCommands(program, terminal, run);
  addCertificateCommands(program, terminal, run);
  addTrustCommands(program, terminal, run);
  addKeyCommands(program, terminal, run);
  addTraceCommand(program, terminal, run);
  return program;
}
