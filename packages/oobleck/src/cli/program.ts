// The command line: which commands there are and what they take. Each command's code is loaded when it runs.

import { Command } from 'commander';
import type { ExitCode } from './exit-code.ts';
import { type Run, withFaults } from './run.ts';
import type { Terminal } from './terminal.ts';
import {
  addCertificateCommands,
  addIdentityCommands,
  addKeyCommands,
  addPassportCommands,
  addTrustCommands,
} from './toolbox.ts';

/** @param finish is told the exit code of the command that ran */
export function createProgram(terminal: Terminal, finish: (code: ExitCode) => void): Command {
  const run: Run = async (command) => finish(await withFaults(command, terminal));
  const program = new Command('oobleck')
    .description(
      'STIR out of band: proving who is calling when the call crosses a network that cannot carry the proof',
    )
    .exitOverride()
    .showHelpAfterError('(see oobleck --help)');
  addServices(program, terminal, run);
  addPassportCommands(program, terminal, run);
  addIdentityCommands(program, terminal, run);
  addCertificateCommands(program, terminal, run);
  addTrustCommands(program, terminal, run);
  addKeyCommands(program, terminal, run);
  return program;
}

function addServices(program: Command, terminal: Terminal, run: Run): void {
  program
    .command('demo')
    .description('play calls between two carriers on this machine, and show who learns what')
    .option('--json', 'one JSON object a line')
    .action((options: { json?: boolean }) =>
      run(async () => (await import('./demo.ts')).demo({ isJson: options.json === true }, terminal)),
    );
  program
    .command('serve')
    .description('run the roles of a configuration')
    .requiredOption('--config <file>', 'the configuration, JSON')
    .action((options: { config: string }) =>
      run(async () => (await import('./serve.ts')).serve(options.config, terminal)),
    );
  program
    .command('lab')
    .description('write certificates and configurations of two carriers into a folder, ready for serve')
    .argument('<folder>', 'where to write')
    .action((folder: string) => run(async () => (await import('./lab.ts')).writeLabFolder(folder, terminal)));
}
