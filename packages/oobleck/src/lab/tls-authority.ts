// The lab's authority for TLS: server certificates for names and addresses on loopback, client certificates
// for mutual TLS. It has nothing to do with the STI authority; each is trusted for its own purpose only.

import { isIP } from 'node:net';
import {
  createCertificateIssuer,
  formatCertificatesPem,
  formatPrivateKeyPem,
  type IssuedCertificate,
} from './certificate-issuer.ts';
import { ExtendedKeyUsageExtension, type JsonName, SubjectAlternativeNameExtension } from './x509.ts';

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const DAY_MS = 86_400_000;
const LOOPBACK = ['localhost', '127.0.0.1', '::1'];

/** PEM texts, as `node:tls` takes them. */
export interface TlsIdentity {
  readonly certificate: string;
  readonly key: string;
}

export interface TlsAuthority {
  /** The root, PEM. */
  readonly ca: string;
  /** For DNS names and IP addresses; without any, for loopback. */
  issueServer(hosts?: readonly string[]): Promise<TlsIdentity>;
  issueClient(commonName: string): Promise<TlsIdentity>;
}

export interface TlsAuthorityOptions {
  readonly nowMs: number;
  /** How long everything it issues is valid, by default 30 days. Valid from one day before `nowMs`. */
  readonly validDays?: number;
}

export async function createTlsAuthority(options: TlsAuthorityOptions): Promise<TlsAuthority> {
  const notBefore = new Date(options.nowMs - DAY_MS);
  const notAfter = new Date(options.nowMs + (options.validDays ?? 30) * DAY_MS);
  const valid = { notBefore, notAfter };
  const name: JsonName = [{ O: ['Oobleck Lab'] }, { CN: ['Oobleck Lab TLS'] }];
  const root = await createCertificateIssuer({ name, ...valid, pathLength: 0, extensions: [] });
  return {
    ca: formatCertificatesPem([root.certificate]),
    async issueServer(hosts = LOOPBACK) {
      const names = hosts.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }) as const);
      const extensions = [
        new SubjectAlternativeNameExtension(names),
        new ExtendedKeyUsageExtension([SERVER_AUTH]),
      ];
      return formatIdentity(await root.issue({ name: [{ CN: [hosts[0]!] }], ...valid, extensions }));
    },
    async issueClient(commonName) {
      const extensions = [new ExtendedKeyUsageExtension([CLIENT_AUTH])];
      return formatIdentity(await root.issue({ name: [{ CN: [commonName] }], ...valid, extensions }));
    },
  };
}

function formatIdentity(issued: IssuedCertificate): TlsIdentity {
  return {
    certificate: formatCertificatesPem([issued.certificate]),
    key: formatPrivateKeyPem(issued.privateKeyPkcs8),
  };
}
