// `oobleck cert request`: a certification request for an STI certificate (RFC 2986, RFC 9448 Section 5), PEM.

import { createCertificateRequest, type RequestSubject } from '@oobleck/stir/certificate';
import { parseTnEntry } from '@oobleck/stir/number';
import { CommandFault, reading } from '../command/command-fault.ts';
import { EXIT, type ExitCode } from '../command/exit-code.ts';
import { readSigningKey } from '../command/input.ts';
import type { Terminal } from '../command/terminal.ts';

export interface CertificateRequestOptions {
  readonly key: string;
  readonly subject: string;
  readonly tn: readonly string[];
  readonly json?: boolean;
}

const BASE64_LINE = /.{1,64}/g;

export function requestCertificate(
  { key, subject, tn, json = false }: CertificateRequestOptions,
  terminal: Terminal,
): ExitCode {
  const input = {
    subject: parseSubject(subject),
    entries: tn.map((text) => reading('--tn', () => parseTnEntry(text))),
    key: readSigningKey(key),
  };
  const der = reading('request', () => createCertificateRequest(input));
  const pem = formatRequest(der);
  terminal.out(json ? JSON.stringify({ request: pem }) : pem);
  return EXIT.fine;
}

/** `C=US,O=Example\, Inc.,CN=SHAKEN 1234`: each of the three at most once, CN always. @throws CommandFault */
function parseSubject(text: string): RequestSubject {
  const found = new Map<string, string>();
  for (const part of text.split(/(?<!\\),/)) {
    const [, name, value] = /^\s*(C|O|CN)\s*=\s*(.*?)\s*$/s.exec(part) ?? [];
    if (name === undefined || value === undefined || value === '' || found.has(name))
      throw new CommandFault(
        '--subject: expected C, O and CN, each once, as in C=US,O=Example,CN=SHAKEN 1234',
      );
    found.set(name, value.replace(/\\(.)/g, '$1'));
  }
  const country = found.get('C');
  if (country !== undefined && !/^[A-Z]{2}$/.test(country))
    throw new CommandFault('--subject: C is a country of two capital letters');
  const commonName = found.get('CN');
  if (commonName === undefined) throw new CommandFault('--subject: CN is missing');
  return { commonName, organization: found.get('O'), country };
}

/** RFC 7468 Section 7. */
function formatRequest(der: Uint8Array): string {
  const lines = Buffer.from(der).toString('base64').match(BASE64_LINE) ?? [];
  return ['-----BEGIN CERTIFICATE REQUEST-----', ...lines, '-----END CERTIFICATE REQUEST-----'].join('\n');
}
