// `oobleck trust`: its commands and what they take. Each command's code is loaded when it runs.

import type { Command } from 'commander';
import { addOutgoing, JSON_OPTION } from '../command/options.ts';
import type { Terminal } from '../command/terminal.ts';
import type { Run } from '../command/with-faults.ts';
import type { TrustImportOptions } from './import.ts';
import type { TrustListOptions } from './list.ts';

export function addTrustCommands(program: Command, terminal: Terminal, run: Run): void {
  const trust = program.command('trust').description('keep and show trusted roots');
  const importing = trust
    .command('import')
    .description('take in the list of trusted authorities of STI-PA, or roots in PEM')
    .argument('<source>', 'a file, - for standard input, or an https URL')
    .requiredOption('--state <folder>', 'where anchors.pem is kept')
    .option('--issuer-anchors <file>', 'certificates that the list may be signed with, PEM');
  addOutgoing(importing)
    .option(...JSON_OPTION)
    .action((source: string, options: TrustImportOptions) =>
      run(async () => (await import('./import.ts')).importTrust(source, options, terminal)),
    );
  trust
    .command('list')
    .description('show trusted roots and when they end')
    .option('--state <folder>', 'the folder of trust import')
    .option('--anchors <file>', 'or a file, PEM')
    .option(...JSON_OPTION)
    .action((options: TrustListOptions) =>
      run(async () => (await import('./list.ts')).listTrust(options, terminal)),
    );
}
