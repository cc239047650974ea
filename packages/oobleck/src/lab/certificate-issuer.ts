// Issues P-256 certificates for the lab: one certification authority is a key, a name and its own certificate.
// What a certificate says beyond RFC 5280 basics comes as extensions from the caller. Not for production: keys
// live in memory and serial numbers are random and remembered nowhere.

import { webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  type Extension,
  type JsonName,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from './x509.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** A certificate with its private key. */
export interface IssuedCertificate {
  /** DER. */
  readonly certificate: Uint8Array;
  /** DER PKCS #8. */
  readonly privateKeyPkcs8: Uint8Array;
}

export interface CertificateRequest {
  readonly name: JsonName;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Whether the subject may issue, and how many more authorities may follow; `undefined` for an end entity. */
  readonly pathLength?: number;
  readonly extensions: readonly Extension[];
}

export interface CertificateIssuer extends IssuedCertificate {
  issue(request: CertificateRequest): Promise<IssuedCertificate>;
  /** An authority below this one. */
  issueAuthority(request: CertificateRequest & { pathLength: number }): Promise<CertificateIssuer>;
}

type Keys = webcrypto.CryptoKeyPair;
interface Authority {
  readonly name: JsonName;
  readonly keys: Keys;
}

/** A self-signed authority. */
export async function createCertificateIssuer(
  request: CertificateRequest & { pathLength: number },
): Promise<CertificateIssuer> {
  const keys = await generateKeys();
  return issuerOf({ name: request.name, keys }, await certify({ name: request.name, keys }, keys, request));
}

/** DER certificates to PEM text, in the order given. */
export function formatCertificatesPem(certificates: readonly Uint8Array[]): string {
  const pem = certificates.map((der) =>
    PemConverter.encode(new Uint8Array(der), PemConverter.CertificateTag),
  );
  return `${pem.join('\n')}\n`;
}

/** A DER PKCS #8 key to PEM text. */
export function formatPrivateKeyPem(privateKeyPkcs8: Uint8Array): string {
  return `${PemConverter.encode(new Uint8Array(privateKeyPkcs8), PemConverter.PrivateKeyTag)}\n`;
}

function issuerOf(authority: Authority, issued: IssuedCertificate): CertificateIssuer {
  return {
    ...issued,
    issue: async (request) => certify(authority, await generateKeys(), request),
    async issueAuthority(request) {
      const keys = await generateKeys();
      return issuerOf({ name: request.name, keys }, await certify(authority, keys, request));
    },
  };
}

async function certify(
  authority: Authority,
  keys: Keys,
  request: CertificateRequest,
): Promise<IssuedCertificate> {
  const certificate = await X509CertificateGenerator.create({
    subject: request.name,
    issuer: authority.name,
    notBefore: request.notBefore,
    notAfter: request.notAfter,
    publicKey: keys.publicKey,
    signingKey: authority.keys.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(request.pathLength !== undefined, request.pathLength, true),
      new KeyUsagesExtension(keyUsage(request), true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(authority.keys.publicKey),
      ...request.extensions,
    ],
  });
  const privateKeyPkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    certificate: new Uint8Array(certificate.rawData),
    privateKeyPkcs8: new Uint8Array(privateKeyPkcs8),
  };
}

function keyUsage({ pathLength }: CertificateRequest): KeyUsageFlags {
  return pathLength === undefined
    ? KeyUsageFlags.digitalSignature
    : KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign;
}

function generateKeys(): Promise<Keys> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']) as Promise<Keys>;
}
