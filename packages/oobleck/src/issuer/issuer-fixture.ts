// What the tests of this role stand on: a clock that only they move, a credential under an anchor, and an issuer over
// memory stores. Everything in it is the real part; RSA keys are generated once and then dealt out in turn.

import { encodeBase64url } from '@oobleck/stir/bytes';
import { parseCertificate } from '@oobleck/stir/certificate';
import { formatAttestation } from '@oobleck/stir/token';
import { createNodeCrypto, generateTokenKey } from '../crypto/index.ts';
import { type CertificateIssuer, createCertificateIssuer } from '../lab/certificate-issuer.ts';
import { createMemoryIssuerKeys } from '../store/memory/issuer-keys.ts';
import { createMemoryIssuerQuota } from '../store/memory/issuer-quota.ts';
import { createIssuer, type IssuerOptions } from './issuer.ts';
import type { WalletCredential } from './wallet-ports.ts';

export const ISSUER_NAME = 'issuer.example';
export const CPS_AUTHORITY = 'cps.example:8443';
/** 2026-11-23 12:00 UTC. */
export const NOON = 20_780 * 86_400 + 43_200;

export const crypto = createNodeCrypto();

const pool = await Promise.all(Array.from({ length: 6 }, generateTokenKey));
const validity = {
  notBefore: new Date((NOON - 86_400 * 30) * 1000),
  notAfter: new Date((NOON + 86_400 * 30) * 1000),
};

export interface Credential extends WalletCredential {
  readonly anchor: WalletCredential['chain'][number];
}

/** A leaf under an authority of its own. */
export async function createCredential(name: string, authority?: CertificateIssuer): Promise<Credential> {
  const root = authority ?? (await createAuthority());
  const leaf = await root.issue({ name: [{ CN: [name] }], ...validity, extensions: [] });
  return {
    key: crypto.importSigningKey(leaf.privateKeyPkcs8),
    chain: [parseCertificate(leaf.certificate)],
    anchor: parseCertificate(root.certificate),
  };
}

export function createAuthority(): Promise<CertificateIssuer> {
  return createCertificateIssuer({
    name: [{ CN: ['Test root'] }],
    ...validity,
    pathLength: 0,
    extensions: [],
  });
}

export function createFixture(credential: Credential, options: Partial<IssuerOptions> = {}) {
  const clock = { now: NOON };
  let dealt = 0;
  const parts = {
    crypto,
    keys: createMemoryIssuerKeys(),
    quota: createMemoryIssuerQuota(),
    generateKey: async () => pool[dealt++ % pool.length]!,
    anchors: () => [credential.anchor],
    now: () => clock.now,
  };
  const issuer = createIssuer(parts, { name: ISSUER_NAME, ...options });
  const attest = (body: Uint8Array, changes: Partial<Parameters<typeof formatAttestation>[0]> = {}) => {
    const digest = crypto.sha256(body);
    const id = encodeBase64url(crypto.randomBytes(16));
    const attestation = { audience: ISSUER_NAME, issuedAt: clock.now, id, digest, ...changes };
    return formatAttestation(attestation, credential.key, credential.chain);
  };
  return { clock, parts, issuer, attest };
}
