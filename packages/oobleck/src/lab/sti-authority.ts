// The lab's STI-CA: a root, an intermediate and leaves as the SHAKEN certificate profile has them (P-256, the STI
// certificate policy, TNAuthList of RFC 8226 Section 9). Leaves may list ranges and single numbers as well as an SPC.

import { encodeTnAuthList } from '@oobleck/stir/certificate';
import type { TnEntry } from '@oobleck/stir/number';
import {
  type CertificateIssuer,
  createCertificateIssuer,
  formatCertificatesPem,
} from './certificate-issuer.ts';
import { CertificatePolicyExtension, Extension, type JsonName } from './x509.ts';

const STI_POLICY = '2.16.840.1.114569.1.1.1';
const TN_AUTH_LIST = '1.3.6.1.5.5.7.1.26';
const YEAR_MS = 365 * 86_400_000;

export interface LabAuthorityOptions {
  /** Milliseconds since 1970; root and intermediate are valid from a year before to ten years after. */
  readonly nowMs: number;
  /** Organisation, and the beginning of the common names; default `Oobleck Lab`. */
  readonly subject?: string;
}

export interface LeafRequest {
  readonly entries: readonly TnEntry[];
  /** For a provider `SHAKEN 1234`. */
  readonly commonName: string;
  readonly organization: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

export interface LabLeaf {
  /** DER PKCS #8. */
  readonly privateKeyPkcs8: Uint8Array;
  /** DER, leaf first, without the root. */
  readonly chain: readonly Uint8Array[];
  /** The same chain, as a repository serves it. */
  readonly pem: string;
}

export interface LabAuthority {
  /** DER. */
  readonly root: Uint8Array;
  /** As the operators' anchor file. */
  readonly rootPem: string;
  /** DER. */
  readonly intermediate: Uint8Array;
  issueLeaf(request: LeafRequest): Promise<LabLeaf>;
}

export async function createLabAuthority(options: LabAuthorityOptions): Promise<LabAuthority> {
  const { root, intermediate } = await createAuthorities(options);
  return {
    root: root.certificate,
    rootPem: formatCertificatesPem([root.certificate]),
    intermediate: intermediate.certificate,
    async issueLeaf({ entries, commonName, organization, notBefore, notAfter }) {
      const { certificate, privateKeyPkcs8 } = await intermediate.issue({
        name: [{ C: ['US'] }, { O: [organization] }, { CN: [commonName] }],
        notBefore,
        notAfter,
        extensions: [policy(), new Extension(TN_AUTH_LIST, false, encodeTnAuthList(entries))],
      });
      const chain = [certificate, intermediate.certificate];
      return { privateKeyPkcs8, chain, pem: formatCertificatesPem(chain) };
    },
  };
}

async function createAuthorities({ nowMs, subject = 'Oobleck Lab' }: LabAuthorityOptions): Promise<{
  root: CertificateIssuer;
  intermediate: CertificateIssuer;
}> {
  const valid = { notBefore: new Date(nowMs - YEAR_MS), notAfter: new Date(nowMs + 10 * YEAR_MS) };
  const name = (suffix: string): JsonName => [
    { C: ['US'] },
    { O: [subject] },
    { CN: [`${subject} ${suffix}`] },
  ];
  const root = await createCertificateIssuer({
    name: name('SHAKEN ROOT'),
    ...valid,
    pathLength: 1,
    extensions: [],
  });
  const intermediate = await root.issueAuthority({
    name: name('SHAKEN CA'),
    ...valid,
    pathLength: 0,
    extensions: [policy()],
  });
  return { root, intermediate };
}

function policy(): CertificatePolicyExtension {
  return new CertificatePolicyExtension([STI_POLICY]);
}
