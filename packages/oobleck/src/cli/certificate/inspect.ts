// `oobleck cert inspect`: what the certificates of a file say, and whether each was issued by the next.

import { equalBytes } from '@oobleck/stir/bytes';
import type { Certificate } from '@oobleck/stir/certificate';
import { createNodeCrypto } from '../../crypto/index.ts';
import { EXIT, type ExitCode } from '../command/exit-code.ts';
import { paint, rows } from '../command/layout.ts';
import type { Terminal } from '../command/terminal.ts';
import { readCertificates } from './certificate-input.ts';
import { certificateJson, describeCertificate } from './certificate-texts.ts';
import { isSignedBy } from './path-fault.ts';

export function inspectCertificates(
  path: string,
  { json = false }: { readonly json?: boolean },
  terminal: Terminal,
): ExitCode {
  const chain = readCertificates(path);
  const crypto = createNodeCrypto();
  const links = linksOf(chain);
  if (json) {
    const certificates = chain.map((one) => certificateJson(one, crypto));
    terminal.out(JSON.stringify({ certificates, links }));
    return EXIT.fine;
  }
  const now = Math.floor(Date.now() / 1000);
  for (const [i, certificate] of chain.entries()) {
    terminal.out(paint(`certificate ${i + 1} of ${chain.length}`, 'bold', terminal));
    for (const line of rows(describeCertificate(certificate, now, crypto))) terminal.out(line);
    terminal.out('');
  }
  for (const { child, issuer, text, isFitting } of links)
    terminal.out(
      paint(
        `${child} was${isFitting ? '' : ' not'} issued by ${issuer}: ${text}`,
        isFitting ? 'green' : 'red',
        terminal,
      ),
    );
  return EXIT.fine;
}

interface Link {
  /** Positions in the file, from 1. */
  readonly child: number;
  readonly issuer: number;
  readonly isFitting: boolean;
  readonly text: string;
}

/** RFC 9060 Section 7: each certificate is followed by the one that issued it. */
function linksOf(chain: readonly Certificate[]): readonly Link[] {
  return chain.slice(1).map((issuer, i) => {
    const fault = faultOf(chain[i]!, issuer);
    const text = fault ?? 'names, key identifiers and signature fit';
    return { child: i + 1, issuer: i + 2, isFitting: fault === undefined, text };
  });
}

function faultOf(child: Certificate, issuer: Certificate): string | undefined {
  if (!equalBytes(child.issuer, issuer.subject)) return 'the names differ';
  const [wanted, has] = [child.authorityKeyId, issuer.subjectKeyId];
  if (wanted === undefined || has === undefined) return 'a key identifier is missing';
  if (!equalBytes(wanted, has)) return 'the key identifiers differ';
  return isSignedBy(child, issuer, createNodeCrypto()) ? undefined : 'the signature does not hold';
}
