// What every certificate of a path is held to beside its signature (RFC 5280 Section 6.1.3, 6.1.4; RFC 9060 Sections 4 and 7).
// Of RFC 5280 the STIR profile needs names, times, roles, path length and purposes. Policies need no tree: any is acceptable
// and none is required (Section 6.1.1 (c) to (g)). Name and policy constraints are refused instead of evaluated.

import { compareBytes } from '../bytes/index.ts';
import type { Certificate } from './certificate.ts';
import { hasBadCpsUri } from './cps-uri.ts';
import type { PathInput, PathReason } from './path.ts';

const ANY_PURPOSE = '2.5.29.37.0';

/** Names and public keys are no secrets: the first difference ends it. */
export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && compareBytes(a, b) === 0;
}

/**
 * RFC 5280 Section 6.1.3 (a) (4), and RFC 9060 Section 7: the AKI of each is the SKI of the next, throughout the list served.
 * An anchor is a name and a key (RFC 5280 Section 6.1.1 (d)): where its certificate has no key identifier, none is compared.
 */
export function findLinkFault(
  path: readonly Certificate[],
  keyIds: 'both' | 'where-there',
): PathReason | undefined {
  for (let i = 0; i + 1 < path.length; i++) {
    const child = path[i]!;
    const issuer = path[i + 1]!;
    if (!isSame(child.issuer, issuer.subject)) return 'name-mismatch';
    const { authorityKeyId } = child;
    const { subjectKeyId } = issuer;
    if (authorityKeyId && subjectKeyId ? !isSame(authorityKeyId, subjectKeyId) : keyIds === 'both')
      return 'key-id-mismatch';
  }
  return undefined;
}

/** RFC 5280 Section 6.1.3 (a) (2) and Section 6.1.4 (o); the anchor's certificate is held to the same. */
export function findOwnFault(path: readonly Certificate[], input: PathInput): PathReason | undefined {
  const { at, cpsUriOid } = input;
  for (const certificate of path) {
    if (at > certificate.notAfter) return 'expired';
    if (!(at >= certificate.notBefore)) return 'not-yet-valid';
    if (isUnenforced(certificate, cpsUriOid)) return 'critical-extension';
  }
  return cpsUriOid !== undefined && hasBadCpsUri(path[0]!, cpsUriOid) ? 'cps-uri' : undefined;
}

function isUnenforced({ unenforcedExtensions }: Certificate, cpsUriOid: string | undefined): boolean {
  return unenforcedExtensions.length > 0 && unenforcedExtensions.some((oid) => oid !== cpsUriOid);
}

/** RFC 5280 Section 6.1.4 (k) to (n) for issuers; RFC 9060 Section 4 for the leaf: a CA certificate signs no PASSporT. */
export function findRoleFault(path: readonly Certificate[]): PathReason | undefined {
  const leaf = path[0]!;
  if (leaf.basicConstraints?.isCa === true) return 'leaf-is-ca';
  if (leaf.keyUsage?.digitalSignature === false || isForOthers(leaf)) return 'key-usage';
  let authoritiesBelow = 0;
  for (let i = 1; i < path.length; i++) {
    const issuer = path[i]!;
    const { basicConstraints, keyUsage } = issuer;
    if (basicConstraints?.isCa !== true) return 'not-ca';
    if (authoritiesBelow > (basicConstraints.pathLength ?? authoritiesBelow)) return 'path-length';
    if (keyUsage?.certificateSigning !== true || isForOthers(issuer)) return 'key-usage';
    // RFC 8226 Section 8, RFC 9118 Section 3: claim constraints are for end-entity certificates. An authority that has
    // them means to limit what stands below it, which nothing here would enforce.
    if (issuer.claimConstraints !== undefined) return 'claim-constraints';
    if (!isSame(issuer.subject, issuer.issuer)) authoritiesBelow++;
  }
  return undefined;
}

/**
 * RFC 5280 Section 4.2.1.12: a certificate that lists purposes is for those only, critical or not. No purpose was ever defined
 * for PASSporTs, so only "any" includes them. An authority with such a list passes the limit on, as is the custom.
 */
function isForOthers({ extendedKeyUsage }: Certificate): boolean {
  return extendedKeyUsage !== undefined && !extendedKeyUsage.includes(ANY_PURPOSE);
}
