// Carriers with real certificates: a root, an issuing authority, and for each carrier a leaf with a TNAuthList.

import { createNodeCrypto } from '../../oobleck/src/crypto/index.ts';
import {
  type CertificateIssuer,
  type CertificateRequest,
  createCertificateIssuer,
} from '../../oobleck/src/lab/certificate-issuer.ts';
import { Extension } from '../../oobleck/src/lab/x509.ts';
import { type Certificate, encodeTnAuthList, parseCertificate } from '../src/certificate/index.ts';
import type { SigningKey } from '../src/crypto/index.ts';
import { parseTnEntry } from '../src/number/index.ts';

/** When everything happens, seconds since 1970. */
export const NOW = 1_800_000_000;
export const DAY = 86_400;
export const crypto = createNodeCrypto();

export interface Carrier {
  /** Signer first, without the anchor. */
  readonly chain: readonly Certificate[];
  readonly certificate: Certificate;
  readonly key: SigningKey;
}

export interface CarrierShape {
  readonly name?: string;
  readonly notBefore?: number;
  readonly notAfter?: number;
  readonly isConstrained?: boolean;
}

export interface StiAuthority {
  readonly anchor: Certificate;
  /** @param entries TNEntries in text, for example `0-1234` */
  issueCarrier(entries: readonly string[], shape?: CarrierShape): Promise<Carrier>;
}

const TN_AUTH_LIST = '1.3.6.1.5.5.7.1.26';
const CLAIM_CONSTRAINTS = '1.3.6.1.5.5.7.1.27';
/** mustInclude: confidence. */
const CONSTRAINTS = Buffer.from('3010a00e300c160a636f6e666964656e6365', 'hex');

export async function createStiAuthority(): Promise<StiAuthority> {
  const root = await createCertificateIssuer({ ...requestFor('Root'), pathLength: 1 });
  const issuing = await root.issueAuthority({ ...requestFor('Issuing CA'), pathLength: 0 });
  return {
    anchor: parseCertificate(root.certificate),
    issueCarrier: (entries, shape = {}) => issueCarrier(issuing, entries, shape),
  };
}

async function issueCarrier(
  issuing: CertificateIssuer,
  entries: readonly string[],
  shape: CarrierShape,
): Promise<Carrier> {
  const list = encodeTnAuthList(entries.map(parseTnEntry));
  const extensions = [new Extension(TN_AUTH_LIST, false, list)];
  if (shape.isConstrained) extensions.push(new Extension(CLAIM_CONSTRAINTS, false, CONSTRAINTS));
  const issued = await issuing.issue({ ...requestFor(shape.name ?? 'SHAKEN', shape), extensions });
  const certificate = parseCertificate(issued.certificate);
  return {
    chain: [certificate, parseCertificate(issuing.certificate)],
    certificate,
    key: crypto.importSigningKey(issued.privateKeyPkcs8),
  };
}

function requestFor(commonName: string, shape: CarrierShape = {}): CertificateRequest {
  const { notBefore = NOW - DAY, notAfter = NOW + 90 * DAY } = shape;
  return {
    name: [{ C: ['US'] }, { CN: [commonName] }],
    notBefore: new Date(notBefore * 1000),
    notAfter: new Date(notAfter * 1000),
    extensions: [],
  };
}
