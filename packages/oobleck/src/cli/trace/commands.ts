// `oobleck trace`: what it takes. Its code is loaded when it runs.

import type { Command } from 'commander';
import { JSON_OPTION } from '../command/options.ts';
import type { Terminal } from '../command/terminal.ts';
import type { Run } from '../command/with-faults.ts';
import type { TraceOptions } from './trace.ts';

export function addTraceCommand(program: Command, terminal: Terminal, run: Run): void {
  program
    .command('trace')
    .description('show what a running process did about a call, step by step')
    .argument(
      '<callid>',
      'the id of the call as the switch gave it, or of the trace; - to read it from standard input',
    )
    .option('--config <file>', 'the configuration of the process: its REST interface is asked')
    .option('--url <origin>', 'or where that interface is, such as http://127.0.0.1:8080')
    .option('--bearer-key <file>', 'the bearer key of a tenant, - for standard input')
    .option('--certificate <file>', 'a client certificate, PEM')
    .option('--certificate-key <file>', 'and its private key, PEM')
    .option('--ca <file>', 'roots of TLS, PEM, instead of the system’s')
    .option(...JSON_OPTION)
    .action((callId: string, options: TraceOptions) =>
      run(async () => (await import('./trace.ts')).trace(callId, options, terminal)),
    );
}
