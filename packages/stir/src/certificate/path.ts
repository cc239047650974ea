// Certification path validation (RFC 5280 Section 6.1, with the additions of RFC 8226 and RFC 9060) as a value. The list is
// rigid: leaf first, each certificate issued by the next (RFC 9060 Section 7); no other path is looked for. It may end below
// the anchor or with it; what stands above an anchor is not looked at. The rules themselves stand in path-rules.ts.
// What is cheap comes first: a stranger's list that ends at no anchor costs no signature check.

import type { Crypto } from '../crypto/crypto.ts';
import type { Certificate } from './certificate.ts';
import { verifyingKeyOf } from './certificate-key.ts';
import { findLinkFault, findOwnFault, findRoleFault, isSame } from './path-rules.ts';
import { judgeScope, type SpcOwns } from './tn-scope.ts';

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
  | 'cps-uri'
  | 'not-ca'
  | 'path-length'
  | 'key-usage'
  | 'tn-scope'
  | 'unsupported-algorithm'
  | 'bad-signature'
  /** Authentic, but taken back by its authority. */
  | 'revoked'
  /** Authentic, but a TNAuthList by reference has not been fetched, and without it nothing can be said. */
  | 'tn-list-unavailable';

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
  readonly spcOwns?: SpcOwns | undefined;
  /** Asked for every certificate of the path, anchor included, once its signature holds; without it nothing is revoked. */
  readonly isRevoked?: ((certificate: Certificate) => boolean) | undefined;
  /** The identifier of the CPS URI extension; without it the extension is not looked at. */
  readonly cpsUriOid?: string | undefined;
}

const MAXIMUM_CHAIN = 5;

/** Never throws for what a certificate says: every refusal is a value. */
export function validatePath(input: PathInput): PathVerdict {
  const { chain } = input;
  const leaf = chain[0];
  if (leaf === undefined) return { valid: false, reason: 'empty' };
  if (chain.length > MAXIMUM_CHAIN) return { valid: false, reason: 'too-long' };
  const below = belowAnchor(chain, input.anchors);
  const linkFault = findLinkFault(below, 'both');
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
  const scope = judgeScope(path, input.spcOwns);
  return (
    findLinkFault(path.slice(-2), 'where-there') ??
    findOwnFault(path, input) ??
    findRoleFault(path) ??
    (scope === 'outside' ? 'tn-scope' : undefined) ??
    findSignatureFault(path, input.crypto) ??
    (input.isRevoked !== undefined && path.some(input.isRevoked) ? 'revoked' : undefined) ??
    (scope === 'unknown' ? 'tn-list-unavailable' : undefined)
  );
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
