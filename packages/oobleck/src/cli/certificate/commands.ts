// `oobleck cert`: its commands and what they take. Each command's code is loaded when it runs.

import type { Command } from 'commander';
import { JSON_OPTION, type JsonOption } from '../command/options.ts';
import type { Terminal } from '../command/terminal.ts';
import type { Run } from '../command/with-faults.ts';
import type { CertificateRequestOptions } from './request.ts';

export function addCertificateCommands(program: Command, terminal: Terminal, run: Run): void {
  const cert = program.command('cert').description('read, lint and request STI certificates');
  cert
    .command('inspect')
    .description('say what certificates are for, and whether each was issued by the next')
    .argument('<file>', 'PEM, a certificate or chain, or DER; - for standard input')
    .option(...JSON_OPTION)
    .action((path: string, options: JsonOption) =>
      run(async () => (await import('./inspect.ts')).inspectCertificates(path, options, terminal)),
    );
  cert
    .command('lint')
    .description('hold certificates against the STI certificate profile (ATIS-1000080)')
    .argument('<file>', 'PEM, a certificate or chain, or DER; - for standard input')
    .option(...JSON_OPTION)
    .action((path: string, options: JsonOption) =>
      run(async () => (await import('./lint.ts')).lintCertificates(path, options, terminal)),
    );
  cert
    .command('request')
    .description('make a certification request, PKCS #10')
    .requiredOption('--key <file>', 'the private key, PEM')
    .requiredOption('--subject <name>', 'such as "C=US,O=Example,CN=SHAKEN 1234"')
    .requiredOption('--tn <entry...>', 'TNAuthList: 0-SPC, 1-START-COUNT or 2-NUMBER')
    .option(...JSON_OPTION)
    .action((options: CertificateRequestOptions) =>
      run(async () => (await import('./request.ts')).requestCertificate(options, terminal)),
    );
}
