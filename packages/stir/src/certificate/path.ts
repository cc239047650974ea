// Certification path validation (RFC 5280 Section 6.1, with the additions of RFC 8226 and RFC 9060) as a value. The list is
// rigid: leaf first, each certificate issued by the next (RFC 9060 Section 7); no other path is looked for. It may end below
// the anchor or with it; what stands above an anchor is not looked at. Revocation is not checked here.
// What is cheap comes first: a stranger's list that ends at no anchor costs no signature check.

import { compareBytes } from '../bytes/index.ts';
import type { Crypto } from '../crypto/crypto.ts';
import type { Certificate } from './certificate.ts';
import { verifyingKeyOf } from './certificate-key.ts';
import { isEncompassed, type SpcOwns } from './tn-scope.ts';

export type PathReason =
  | 'empty'
  | 'too-long'
  | 'leaf-is-ca'
  | 'untrusted'
  | 'name-mismatch'
  | 'key-id-mismatch'
  | 'expired'
  | 'not-yet-valid'
  | 'critical-extension'
  | 'claim-constraints'
  | 'not-ca'
  | 'path-length'
  | 'key-usage'
  | 'tn-scope'
  | 'unsupported-algorithm'
  | 'bad-signature';

export type PathVerdict =
  | { readonly valid: true; readonly leaf: Certificate; readonly anchor: Certificate }
  | { readonly valid: false; readonly reason: PathReason };

export interface PathInput {
  /** Leaf first, with or without the anchor, at most 5. */
  readonly chain: readonly Certificate[];
  readonly anchors: readonly Certificate[];
  /** Unix seconds. */
  readonly at: number;
  readonly crypto: Crypto;
  /** The checker's own knowledge of who owns which numbers; without it no SPC delegates numbers. */
  readonly spcOwns?: SpcOwns;
}

const MAXIMUM_CHAIN = 5;

/** Never throws for what a certificate says: every refusal is a value. */
export function validatePath(input: PathInput): PathVerdict {
  const { chain } = input;
  const leaf = chain[0];
  if (leaf === undefined) return { valid: false, reason: 'empty' };
  if (chain.length > MAXIMUM_CHAIN) return { valid: false, reason: 'too-long' };
  const below = belowAnchor(chain, input.anchors);
  const linkFault = findLinkFault(below);
  if (linkFault !== undefined) return { valid: false, reason: linkFault };
  const candidates = input.anchors.filter((anchor) => canEndAt(anchor, chain, below));
  let verdict: PathVerdict = { valid: false, reason: 'untrusted' };
  for (const anchor of candidates) {
    const reason = findFault([...below, anchor], input);
    if (reason === undefined) return { valid: true, leaf, anchor };
    verdict = { valid: false, reason };
  }
  return verdict;
}

/** The part of the list under the first certificate that is an anchor. The leaf itself needs an issuer. */
function belowAnchor(chain: readonly Certificate[], anchors: readonly Certificate[]): readonly Certificate[] {
  const at = chain.findIndex(
    (one, index) => index > 0 && anchors.some((anchor) => isSameAuthority(one, anchor)),
  );
  return at === -1 ? chain : chain.slice(0, at);
}

/** Names and public keys are no secrets: the first difference ends it. */
function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && compareBytes(a, b) === 0;
}

/** RFC 5280 Section 6.1.1 (d): an anchor is a name and a key, whichever certificate shows them. */
function isSameAuthority(a: Certificate, b: Certificate): boolean {
  return isSame(a.spki, b.spki) && isSame(a.subject, b.subject);
}

/** Where the list shows the anchor, that one; otherwise any with the name of the last issuer. */
function canEndAt(
  anchor: Certificate,
  chain: readonly Certificate[],
  below: readonly Certificate[],
): boolean {
  const shown = chain[below.length];
  return shown === undefined ? isSame(anchor.subject, below.at(-1)!.issuer) : isSameAuthority(anchor, shown);
}

function findFault(path: readonly Certificate[], input: PathInput): PathReason | undefined {
  const anchorLink = path.slice(-2);
  return (
    findLinkFault(anchorLink) ??
    findOwnFault(path, input.at) ??
    findRoleFault(path) ??
    findMisplacedConstraints(path.slice(1)) ??
    (isEncompassed(path, input.spcOwns) ? undefined : 'tn-scope') ??
    findSignatureFault(path, input.crypto)
  );
}

/** RFC 5280 Section 6.1.3 (a) (4), and RFC 9060 Section 7: AKI of each is SKI of the next, where both are there. */
function findLinkFault(path: readonly Certificate[]): PathReason | undefined {
  for (let i = 0; i + 1 < path.length; i++) {
    const child = path[i]!;
    const issuer = path[i + 1]!;
    if (!isSame(child.issuer, issuer.subject)) return 'name-mismatch';
    const { authorityKeyId } = child;
    const { subjectKeyId } = issuer;
    if (authorityKeyId && subjectKeyId && !isSame(authorityKeyId, subjectKeyId)) return 'key-id-mismatch';
  }
  return undefined;
}

/** RFC 5280 Section 6.1.3 (a) (2) and Section 6.1.4 (o); the anchor's certificate is held to the same. */
function findOwnFault(path: readonly Certificate[], at: number): PathReason | undefined {
  for (const certificate of path) {
    if (at > certificate.notAfter) return 'expired';
    if (!(at >= certificate.notBefore)) return 'not-yet-valid';
    if (certificate.unknownCriticalExtensions.length > 0) return 'critical-extension';
  }
  return undefined;
}

/**
 * RFC 8226 Section 8, RFC 9118 Section 3: claim constraints are for end-entity certificates. An authority that has them means
 * to limit what stands below it, which nothing here would enforce.
 */
function findMisplacedConstraints(issuers: readonly Certificate[]): PathReason | undefined {
  return issuers.some(({ claimConstraints }) => claimConstraints) ? 'claim-constraints' : undefined;
}

/** RFC 5280 Section 6.1.4 (k) to (n) for issuers; RFC 9060 Section 4 for the leaf: a CA certificate signs no PASSporT. */
function findRoleFault(path: readonly Certificate[]): PathReason | undefined {
  const [leaf, ...issuers] = path;
  if (leaf!.basicConstraints?.isCa === true) return 'leaf-is-ca';
  if (leaf!.keyUsage?.digitalSignature === false) return 'key-usage';
  let authoritiesBelow = 0;
  for (const issuer of issuers) {
    const { basicConstraints, keyUsage } = issuer;
    if (basicConstraints?.isCa !== true) return 'not-ca';
    if (authoritiesBelow > (basicConstraints.pathLength ?? authoritiesBelow)) return 'path-length';
    if (keyUsage?.certificateSigning !== true) return 'key-usage';
    if (!isSame(issuer.subject, issuer.issuer)) authoritiesBelow++;
  }
  return undefined;
}

/** RFC 5280 Section 6.1.3 (a) (1), from the anchor down, so that only what an authority vouches for costs more. */
function findSignatureFault(path: readonly Certificate[], crypto: Crypto): PathReason | undefined {
  for (let i = path.length - 2; i >= 0; i--) {
    const { signatureAlgorithm, tbs, signature } = path[i]!;
    const key = verifyingKeyOf(path[i + 1]!, crypto);
    if (key === undefined || signatureAlgorithm === 'unsupported') return 'unsupported-algorithm';
    if (key.algorithm !== signatureAlgorithm || !key.verify(tbs, signature)) return 'bad-signature';
  }
  return undefined;
}
