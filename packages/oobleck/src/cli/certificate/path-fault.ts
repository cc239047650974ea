// Why a certificate path was refused, in words, and which certificate it was: the path rules give only the reason.

import { equalBytes } from '@oobleck/stir/bytes';
import { type Certificate, type PathReason, verifyingKeyOf } from '@oobleck/stir/certificate';
import type { Crypto } from '@oobleck/stir/crypto';
import { formatTime, printable } from '../command/layout.ts';

const TEXTS: Readonly<Record<PathReason, string>> = {
  empty: 'there is no certificate',
  'too-long': 'there are more than five certificates',
  'leaf-is-ca': 'belongs to an authority, and those sign no PASSporTs',
  untrusted: 'was issued by nobody among the anchors',
  'name-mismatch': 'was not issued by the one that follows (names differ)',
  'key-id-mismatch': 'was not issued by the one that follows (key identifiers differ)',
  expired: 'has expired',
  'not-yet-valid': 'is not valid yet',
  'critical-extension': 'has a constraint or critical extension that is not known here',
  'claim-constraints': 'is an authority with claim constraints',
  'cps-uri': 'has malformed CPS URIs',
  'not-ca': 'issued another and is no authority',
  'path-length': 'has more authorities below it than it allows',
  'key-usage': 'is used for what its key is not for',
  'tn-scope': 'lists numbers that its issuer does not have',
  'unsupported-algorithm': 'has a key or signature of an unsupported kind',
  'bad-signature': 'has a signature that does not hold',
  revoked: 'was revoked',
  'tn-list-unavailable': 'has its numbers in a list elsewhere, which was not fetched',
};

export interface PathFault {
  /** `CN=SHAKEN 1234 (certificate 1 of 2) has expired` */
  readonly text: string;
  /** From 1, in the order of the chain; the anchor counts as the one after the last. */
  readonly position?: number;
}

/** @param anchors to find the one that the chain ends at */
export function describePathFault(
  reason: PathReason,
  chain: readonly Certificate[],
  anchors: readonly Certificate[],
  at: number,
  crypto: Crypto,
): PathFault {
  const path = withAnchor(chain, anchors);
  const index = findCulprit(reason, path, at, crypto);
  const culprit = index === undefined ? undefined : path[index];
  if (index === undefined || culprit === undefined) return { text: `a certificate ${TEXTS[reason]}` };
  const place = index < chain.length ? `certificate ${index + 1} of ${chain.length}` : 'the anchor';
  return {
    text: `${printable(culprit.subjectText)} (${place}) ${TEXTS[reason]}${detailOf(reason, culprit)}`,
    position: index + 1,
  };
}

function withAnchor(chain: readonly Certificate[], anchors: readonly Certificate[]): readonly Certificate[] {
  const last = chain.at(-1);
  const anchor = last && anchors.find(({ subject }) => equalBytes(subject, last.issuer));
  return anchor === undefined || equalBytes(anchor.der, last!.der) ? chain : [...chain, anchor];
}

function findCulprit(
  reason: PathReason,
  path: readonly Certificate[],
  at: number,
  crypto: Crypto,
): number | undefined {
  const first = (isFault: (one: Certificate, issuer: Certificate | undefined, index: number) => boolean) => {
    const index = path.findIndex((one, i) => isFault(one, path[i + 1], i));
    return index === -1 ? undefined : index;
  };
  switch (reason) {
    case 'leaf-is-ca':
    case 'cps-uri':
      return 0;
    case 'untrusted':
      return path.length - 1;
    case 'expired':
      return first(({ notAfter }) => at > notAfter);
    case 'not-yet-valid':
      return first(({ notBefore }) => at < notBefore);
    case 'name-mismatch':
      return first((one, issuer) => issuer !== undefined && !equalBytes(one.issuer, issuer.subject));
    case 'key-id-mismatch':
      return first((one, issuer) => issuer !== undefined && !isSameKeyId(one, issuer));
    case 'critical-extension':
      return first(({ unenforcedExtensions }) => unenforcedExtensions.length > 0);
    case 'claim-constraints':
      return first(({ hasClaimConstraints }, _issuer, i) => i > 0 && hasClaimConstraints);
    case 'not-ca':
      return first(({ basicConstraints }, _issuer, i) => i > 0 && basicConstraints?.isCa !== true);
    case 'path-length':
      return first(
        ({ basicConstraints }, _issuer, i) => i > 0 && i - 1 > (basicConstraints?.pathLength ?? i),
      );
    case 'key-usage':
      return first(hasWrongUsage);
    case 'bad-signature':
    case 'unsupported-algorithm':
      return first((one, issuer) => issuer !== undefined && !isSignedBy(one, issuer, crypto));
    case 'tn-list-unavailable':
      return first(({ tnListUrls }) => tnListUrls.length > 0);
    default:
      return undefined;
  }
}

function isSameKeyId(one: Certificate, issuer: Certificate): boolean {
  const { authorityKeyId } = one;
  const { subjectKeyId } = issuer;
  return (
    authorityKeyId !== undefined && subjectKeyId !== undefined && equalBytes(authorityKeyId, subjectKeyId)
  );
}

function hasWrongUsage(
  { keyUsage, extendedKeyUsage }: Certificate,
  _issuer: unknown,
  index: number,
): boolean {
  const isForOthers = extendedKeyUsage !== undefined && !extendedKeyUsage.includes('2.5.29.37.0');
  if (index === 0) return isForOthers || keyUsage?.digitalSignature === false;
  return isForOthers || keyUsage?.certificateSigning !== true;
}

/** Whether the signature of one holds with the key of the other. */
export function isSignedBy(one: Certificate, issuer: Certificate, crypto: Crypto): boolean {
  const key = verifyingKeyOf(issuer, crypto);
  return key !== undefined && key.algorithm === one.signatureAlgorithm && key.verify(one.tbs, one.signature);
}

function detailOf(reason: PathReason, { notBefore, notAfter, unenforcedExtensions }: Certificate): string {
  if (reason === 'expired') return ` (${formatTime(notAfter)})`;
  if (reason === 'not-yet-valid') return ` (${formatTime(notBefore)})`;
  if (reason === 'critical-extension') return ` (${unenforcedExtensions.join(', ')})`;
  return '';
}
