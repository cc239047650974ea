// `oobleck passport`: its commands and what they take. Each command's code is loaded when it runs.

import type { Command } from 'commander';
import { addOutgoing, JSON_OPTION, type JsonOption } from '../command/options.ts';
import type { Terminal } from '../command/terminal.ts';
import type { Run } from '../command/with-faults.ts';
import type { PassportSignOptions } from './sign.ts';
import type { PassportVerifyOptions } from './verify.ts';

const PASSPORT_INPUT = 'a PASSporT or Identity header field; a file with it; - for standard input';

export function addPassportCommands(program: Command, terminal: Terminal, run: Run): void {
  const passport = program.command('passport').description('sign, verify and read PASSporTs');
  passport
    .command('sign')
    .description('make a PASSporT')
    .requiredOption('--key <file>', 'the private key, PEM')
    .requiredOption('--x5u <url>', 'where the certificate chain of the key is')
    .requiredOption('--orig <party>', 'who calls: a number or URI')
    .requiredOption('--dest <party...>', 'who is called')
    .option('--ppt <type>', 'base, shaken, div, div-o, rph, rcd, rsp or msg; by default what the claims say')
    .option('--attest <level>', 'shaken: A, B or C')
    .option('--origid <uuid>', 'shaken: by default a random one')
    .option('--div <party>', 'div, div-o: from whom the call was diverted')
    .option('--opt <passport>', 'div-o: the PASSporT that was diverted')
    .option('--rph <value...>', 'rph: values of Resource-Priority, such as ets.0')
    .option('--nam <name>', 'any type: rich call data, the name to show')
    .option('--crn <reason>', 'any type: the reason of the call')
    .option('--jti <id>', 'any type: an identifier that makes it unique')
    .option('--iat <time>', 'when, such as 2026-11-23T09:30:00Z, or Unix seconds; by default now')
    .option('--identity', 'print the value of an Identity header field')
    .option(...JSON_OPTION)
    .action((options: PassportSignOptions) =>
      run(async () => (await import('./sign.ts')).signPassport(options, terminal)),
    );
  passport
    .command('inspect')
    .description('say what a PASSporT claims, and what is wrong with its form')
    .argument('<passport>', PASSPORT_INPUT)
    .option(...JSON_OPTION)
    .action((text: string, options: JsonOption) =>
      run(async () => (await import('./inspect.ts')).inspectPassport(text, options, terminal)),
    );
  addPassportVerify(passport, terminal, run);
}

function addPassportVerify(passport: Command, terminal: Terminal, run: Run): void {
  const verify = passport
    .command('verify')
    .description('check a PASSporT against a call, and say the reason of each check that fails')
    .argument('<passport>', PASSPORT_INPUT)
    .requiredOption('--anchors <file>', 'trusted roots, PEM')
    .option('--chain <file...>', 'certificate chain of the signer, PEM, leaf first; one for each signer')
    .option('--from <party>', 'who calls, as signaling presents')
    .option('--to <party...>', 'who is called')
    .option('--at <time>', 'when the call arrives; by default now')
    .option('--number-map <file>', 'which provider has which numbers: start,count,spc')
    .option('--crl <file>', 'revocation list, PEM or DER')
    .option('--crl-issuers <file>', 'certificates that the revocation list may be signed with, PEM')
    .option('--fetch', 'get certificates from x5u; without it nothing is sent anywhere');
  addOutgoing(verify)
    .option(...JSON_OPTION)
    .action((text: string, options: PassportVerifyOptions) =>
      run(async () => (await import('./verify.ts')).verifyPassport(text, options, terminal)),
    );
}
