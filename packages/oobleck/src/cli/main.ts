#!/usr/bin/env node
// The program: reads the command line and runs one command.

import { Command, CommanderError } from 'commander';
import { demo } from './demo.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { writeLabFolder } from './lab.ts';
import { serve } from './serve.ts';
import { createTerminal } from './terminal.ts';

const terminal = createTerminal();
let exitCode: ExitCode = EXIT.fine;

const program = new Command('oobleck')
  .description(
    'STIR out of band: proving who is calling when the call crosses a network that cannot carry the proof',
  )
  .exitOverride()
  .showHelpAfterError('(see oobleck --help)');

program
  .command('demo')
  .description('play calls between two carriers on this machine, and show who learns what')
  .option('--json', 'one JSON object a line')
  .action(async (options: { json?: boolean }) => {
    exitCode = await demo({ isJson: options.json === true }, terminal);
  });

program
  .command('serve')
  .description('run the roles of a configuration')
  .requiredOption('--config <file>', 'the configuration, JSON')
  .action(async (options: { config: string }) => {
    exitCode = await serve(options.config, terminal);
  });

program
  .command('lab')
  .description('write certificates and configurations of two carriers into a folder, ready for serve')
  .argument('<folder>', 'where to write')
  .action(async (folder: string) => {
    exitCode = await writeLabFolder(folder, terminal);
  });

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  exitCode = error.exitCode === 0 ? EXIT.fine : EXIT.usage;
}
process.exitCode = exitCode;
