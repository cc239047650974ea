// `oobleck demo`, `serve` and `lab`: what runs roles, and what these take. Each command's code is loaded when it runs.

import type { Command } from 'commander';
import type { Terminal } from '../command/terminal.ts';
import type { Run } from '../command/with-faults.ts';

export function addRunCommands(program: Command, terminal: Terminal, run: Run): void {
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
    .option('--check-config', 'hold it against the files it names, and start nothing')
    .action((options: { config: string; checkConfig?: boolean }) =>
      run(async () => {
        const { check, serve } = await import('./serve.ts');
        return (options.checkConfig === true ? check : serve)(options.config, terminal);
      }),
    );
  program
    .command('lab')
    .description('write certificates and configurations of two carriers into a folder, ready for serve')
    .argument('<folder>', 'where to write')
    .action((folder: string) => run(async () => (await import('./lab.ts')).writeLabFolder(folder, terminal)));
}
