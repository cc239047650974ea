// `oobleck identity`: its command and what it takes. The command's code is loaded when it runs.

import type { Command } from 'commander';
import { JSON_OPTION, type JsonOption } from '../command/options.ts';
import type { Terminal } from '../command/terminal.ts';
import type { Run } from '../command/with-faults.ts';

export function addIdentityCommands(program: Command, terminal: Terminal, run: Run): void {
  program
    .command('identity')
    .description('read Identity header fields')
    .command('parse')
    .description('take the values of Identity header fields apart')
    .argument('<value>', 'a value, or header lines; a file with it; - for standard input')
    .option(...JSON_OPTION)
    .action((text: string, options: JsonOption) =>
      run(async () => (await import('./parse.ts')).parseIdentityText(text, options, terminal)),
    );
}
