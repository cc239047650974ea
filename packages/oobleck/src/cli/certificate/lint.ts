// `oobleck cert lint`: which rules of the STI certificate profile (ATIS-1000080) the certificates of a file do not
// keep. Verification does not depend on it.

import { type LintFinding, lintCertificate } from '@oobleck/stir/certificate';
import { EXIT, type ExitCode } from '../command/exit-code.ts';
import { beside, count, paint } from '../command/layout.ts';
import type { Terminal } from '../command/terminal.ts';
import { readCertificates } from './certificate-input.ts';

interface Row extends LintFinding {
  /** From 1, in the order of the file. */
  readonly certificate: number;
}

export function lintCertificates(
  path: string,
  { json = false }: { readonly json?: boolean },
  terminal: Terminal,
): ExitCode {
  const chain = readCertificates(path);
  const findings = chain.flatMap((one, i) =>
    lintCertificate(one).map((finding): Row => ({ certificate: i + 1, ...finding })),
  );
  if (json) terminal.out(JSON.stringify(findings));
  else print(findings, chain.length, terminal);
  return findings.some(({ severity }) => severity === 'error') ? EXIT.notVerified : EXIT.fine;
}

function print(findings: readonly Row[], certificates: number, terminal: Terminal): void {
  const width = Math.max(0, ...findings.map(({ rule }) => rule.length)) + 2;
  for (const { certificate, severity, rule, text } of findings) {
    const prefix = `${certificate}  ${severity.padEnd(9)}${rule.padEnd(width)}`;
    const [first, ...others] = beside(prefix, `not so: ${text}`);
    terminal.out(paint(first!, severity === 'error' ? 'red' : 'yellow', terminal));
    for (const line of others) terminal.out(line);
  }
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const warnings = findings.length - errors;
  terminal.out(
    `${count(certificates, 'certificate')}: ${count(errors, 'error')}, ${count(warnings, 'warning')}`,
  );
}
