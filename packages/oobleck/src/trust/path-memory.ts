// Remembers the outcome of path validation for a chain already seen, so that a busy trunk's certificate costs three
// signature checks a minute and not three a call. Times are looked at on every question; other anchors or other
// revocations make it forget.

import { type Certificate, type PathVerdict, spcOwnsBy, validatePath } from '@oobleck/stir/certificate';
import type { TrustParts } from './parts.ts';

const REUSE_SECONDS = 60;

export interface PathMemory {
  /** `at` in Unix seconds. The same chain object within a minute costs no signature check. */
  validated(chain: readonly Certificate[], at: number): PathVerdict;
}

interface Outcome {
  readonly verdict: PathVerdict;
  readonly at: number;
  readonly anchors: readonly Certificate[];
  readonly revision: number | undefined;
}

type MemoryParts = Pick<TrustParts, 'anchors' | 'crypto' | 'numberMap' | 'revocations'>;

export function createPathMemory(parts: MemoryParts, cpsUriOid?: string): PathMemory {
  const outcomes = new WeakMap<readonly Certificate[], Outcome>();
  const { crypto, revocations } = parts;
  const spcOwns = spcOwnsBy(parts.numberMap);
  const isRevoked = revocations && ((certificate: Certificate) => revocations.isRevoked(certificate));
  return {
    validated(chain, at) {
      const anchors = typeof parts.anchors === 'function' ? parts.anchors() : parts.anchors;
      const revision = revocations?.revision;
      const known = outcomes.get(chain);
      const isSameTrust = known?.anchors === anchors && known.revision === revision;
      if (known !== undefined && isSameTrust && isReusable(known, chain, at)) return known.verdict;
      const verdict = validatePath({ chain, anchors, at, crypto, spcOwns, isRevoked, cpsUriOid });
      outcomes.set(chain, { verdict, at, anchors, revision });
      return verdict;
    },
  };
}

function isReusable(known: Outcome, chain: readonly Certificate[], at: number): boolean {
  const { verdict } = known;
  if (Math.abs(at - known.at) > REUSE_SECONDS) return false;
  if (!verdict.valid) return verdict.reason !== 'expired' && verdict.reason !== 'not-yet-valid';
  const isInForce = ({ notBefore, notAfter }: Certificate): boolean => notBefore <= at && at <= notAfter;
  return isInForce(verdict.anchor) && chain.every(isInForce);
}
