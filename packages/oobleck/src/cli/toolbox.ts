// The commands for looking at PASSporTs, header fields, certificates, anchors and keys, and for making them.

import type { Command } from 'commander';
import type { CertificateRequestOptions } from './certificate-request.ts';
import type { KeyNewOptions } from './key-new.ts';
import type { PassportSignOptions } from './passport-sign.ts';
import type { PassportVerifyOptions } from './passport-verify.ts';
import type { Run } from './run.ts';
import type { Terminal } from './terminal.ts';
import type { TrustImportOptions } from './trust-import.ts';
import type { TrustListOptions } from './trust-list.ts';

interface JsonOption {
  readonly json?: boolean;
}

const PASSPORT_INPUT = 'a PASSporT or Identity header field; a file with it; - for standard input';
const JSON_OPTION = ['--json', 'one JSON value, for programs'] as const;

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
      run(async () => (await import('./passport-sign.ts')).signPassport(options, terminal)),
    );
  passport
    .command('inspect')
    .description('say what a PASSporT claims, and what is wrong with its form')
    .argument('<passport>', PASSPORT_INPUT)
    .option(...JSON_OPTION)
    .action((text: string, options: JsonOption) =>
      run(async () => (await import('./passport-inspect.ts')).inspectPassport(text, options, terminal)),
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
      run(async () => (await import('./passport-verify.ts')).verifyPassport(text, options, terminal)),
    );
}

export function addIdentityCommands(program: Command, terminal: Terminal, run: Run): void {
  program
    .command('identity')
    .description('read Identity header fields')
    .command('parse')
    .description('take the values of Identity header fields apart')
    .argument('<value>', 'a value, or header lines; a file with it; - for standard input')
    .option(...JSON_OPTION)
    .action((text: string, options: JsonOption) =>
      run(async () => (await import('./identity-parse.ts')).parseIdentityText(text, options, terminal)),
    );
}

export function addCertificateCommands(program: Command, terminal: Terminal, run: Run): void {
  const cert = program.command('cert').description('read, lint and request STI certificates');
  cert
    .command('inspect')
    .description('say what certificates are for, and whether each was issued by the next')
    .argument('<file>', 'PEM, a certificate or chain, or DER; - for standard input')
    .option(...JSON_OPTION)
    .action((path: string, options: JsonOption) =>
      run(async () =>
        (await import('./certificate-inspect.ts')).inspectCertificates(path, options, terminal),
      ),
    );
  cert
    .command('lint')
    .description('hold certificates against the STI certificate profile (ATIS-1000080)')
    .argument('<file>', 'PEM, a certificate or chain, or DER; - for standard input')
    .option(...JSON_OPTION)
    .action((path: string, options: JsonOption) =>
      run(async () => (await import('./certificate-lint.ts')).lintCertificates(path, options, terminal)),
    );
  cert
    .command('request')
    .description('make a certification request, PKCS #10')
    .requiredOption('--key <file>', 'the private key, PEM')
    .requiredOption('--subject <name>', 'such as "C=US,O=Example,CN=SHAKEN 1234"')
    .requiredOption('--tn <entry...>', 'TNAuthList: 0-SPC, 1-START-COUNT or 2-NUMBER')
    .option(...JSON_OPTION)
    .action((options: CertificateRequestOptions) =>
      run(async () => (await import('./certificate-request.ts')).requestCertificate(options, terminal)),
    );
}

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
      run(async () => (await import('./trust-import.ts')).importTrust(source, options, terminal)),
    );
  trust
    .command('list')
    .description('show trusted roots and when they end')
    .option('--state <folder>', 'the folder of trust import')
    .option('--anchors <file>', 'or a file, PEM')
    .option(...JSON_OPTION)
    .action((options: TrustListOptions) =>
      run(async () => (await import('./trust-list.ts')).listTrust(options, terminal)),
    );
}

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
      run(async () => (await import('./key-new.ts')).newKey(options, terminal)),
    );
}

/** How what is fetched is reached. */
function addOutgoing(command: Command): Command {
  return command
    .option('--ca <file>', 'when fetching: roots of TLS, PEM, instead of the system’s')
    .option('--allow-address <cidr...>', 'when fetching: addresses to reach beside public ones')
    .option('--allow-port <port...>', 'when fetching: ports of x5u beside 443 and 8443');
}
