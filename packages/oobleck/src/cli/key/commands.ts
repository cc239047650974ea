// `oobleck key`: its command and what it takes. The command's code is loaded when it runs.

import type { Command } from 'commander';
import type { Terminal } from '../command/terminal.ts';
import type { Run } from '../command/with-faults.ts';
import type { KeyNewOptions } from './new.ts';

export function addKeyCommands(program: Command, terminal: Terminal, run: Run): void {
  program
    .command('key')
    .description('make keys')
    .command('new')
    .description('make a P-256 key pair, and print the public key')
    .option('--out <file>', 'where the private key goes; without it, to standard output')
    .option('--force', 'replace the file')
    .option('--json', 'the public key as JWK')
    .action((options: KeyNewOptions) =>
      run(async () => (await import('./new.ts')).newKey(options, terminal)),
    );
}
