// Remembers the outcome of path validation for a chain already seen, so that a busy trunk's certificate costs three
// signature checks a minute and not three a call. Times are looked at on every question.

import { type Certificate, type PathVerdict, type SpcOwns, validatePath } from '@oobleck/stir/certificate';
import type { TrustParts } from './parts.ts';

const REUSE_SECONDS = 60;

export interface PathMemory {
  /** `at` in Unix seconds. The same chain object within a minute costs no signature check. */
  validated(chain: readonly Certificate[], at: number): PathVerdict;
}

export function createPathMemory(parts: Pick<TrustParts, 'anchors' | 'crypto' | 'numberMap'>): PathMemory {
  const outcomes = new WeakMap<
    readonly Certificate[],
    { readonly verdict: PathVerdict; readonly at: number }
  >();
  const { anchors, crypto } = parts;
  const spcOwns = ownsBy(parts);
  return {
    validated(chain, at) {
      const known = outcomes.get(chain);
      if (known !== undefined && isReusable(known, chain, at)) return known.verdict;
      const verdict = validatePath({ chain, anchors, at, crypto, ...(spcOwns && { spcOwns }) });
      outcomes.set(chain, { verdict, at });
      return verdict;
    },
  };
}

function isReusable(
  known: { readonly verdict: PathVerdict; readonly at: number },
  chain: readonly Certificate[],
  at: number,
): boolean {
  const { verdict } = known;
  if (Math.abs(at - known.at) > REUSE_SECONDS) return false;
  if (!verdict.valid) return verdict.reason !== 'expired' && verdict.reason !== 'not-yet-valid';
  return [...chain, verdict.anchor].every(({ notBefore, notAfter }) => notBefore <= at && at <= notAfter);
}

function ownsBy({ numberMap }: Pick<TrustParts, 'numberMap'>): SpcOwns | undefined {
  if (numberMap === undefined) return undefined;
  return (spc, entry) => {
    if (entry.kind === 'spc') return false;
    return spc === (entry.kind === 'one' ? numberMap.spcOf(entry.number) : numberMap.spcOfRange(entry));
  };
}
