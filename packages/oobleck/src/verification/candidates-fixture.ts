// The candidates of one call, out of band, as the service makes them for it: a test brings them PASSporTs by itself.

import type { Verdict } from '@oobleck/stir/verdict';
import { crypto } from '../../test/network.ts';
import { createCandidates } from './candidates.ts';
import type { VerificationParts } from './parts.ts';
import { createTurns } from './turns.ts';
import { callOf } from './verification-fixture.ts';

/** @returns the candidates, and what they have verified so far */
export function startCandidates(parts: VerificationParts) {
  const verified: Verdict[] = [];
  const candidates = createCandidates({
    parts,
    rules: { crypto, freshnessSeconds: 60 },
    call: callOf(),
    callKey: 'call 1',
    channel: 'out-of-band',
    turns: createTurns(),
    onVerified: (verdict) => verified.push(verdict),
  });
  return { candidates, verified };
}
