// What was found out about the certificate chains behind a candidate (RFC 8224 Section 6.2, step 4): the path to an anchor,
// or why there is no chain to follow. Whether the signatures fit is judged elsewhere.

import type { Passport } from '@oobleck/stir/passport';
import { type ChainOutcome, type Fault, linksOf, type PassportChain } from '@oobleck/stir/verdict';
import type { ChainResult, Unavailable } from '../trust/index.ts';
import type { VerificationParts } from './parts.ts';

export function outcomesOf(
  parts: VerificationParts,
  candidate: PassportChain,
  findings: readonly ChainResult[],
): readonly ChainOutcome[] {
  const links = linksOf(candidate);
  return findings.map((finding, at) => outcomeOf(parts, finding, links[at]!, parts.now() / 1000));
}

/** Whether none of the chains is waited for. */
export function isAtHand(
  findings: readonly (ChainResult | Promise<ChainResult>)[],
): findings is readonly ChainResult[] {
  return !findings.some((one) => one instanceof Promise);
}

/** The certificate has to be in force now, and when the PASSporT was issued (RFC 8224 Section 6.2, step 4). */
function outcomeOf(
  parts: VerificationParts,
  finding: ChainResult,
  passport: Passport,
  now: number,
): ChainOutcome {
  if ('unavailable' in finding) return { fault: FAULTS[finding.unavailable] };
  const path = parts.chains.validated(finding.chain, now);
  if (!path.valid || passport.issuedAt <= path.leaf.notAfter) return { path };
  return { fault: 'certificate-expired' };
}

const FAULTS: Record<Unavailable, Fault> = {
  unlisted: 'certificate-unlisted',
  policy: 'certificate-unlisted',
  'bad-url': 'certificate-unavailable',
  'bad-body': 'certificate-malformed',
  'fetch-failed': 'certificate-unavailable',
  deadline: 'certificate-unavailable',
};
