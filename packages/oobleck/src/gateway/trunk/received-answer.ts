// What the switch is told about a call that arrived.

import type { Authority } from '@oobleck/stir/certificate';
import type { Attestation } from '@oobleck/stir/passport';
import type { Channel, Reason, Verdict } from '@oobleck/stir/verdict';
import type { Skipped } from './skipped.ts';

export interface ReceivedFacts {
  readonly attestation?: Attestation;
  readonly originationId?: string;
  /** How the PASSporT came. */
  readonly channel?: Channel;
  readonly authority?: Authority;
}

export interface ReceivedAnswer {
  /** `continue`: on with what is said here; `unchanged`: on as it came; `block`: refused, since the trunk says so. */
  readonly action: 'continue' | 'unchanged' | 'block';
  readonly verdict: Verdict;
  /** Values of Identity header fields to put back, full form. */
  readonly identities: readonly string[];
  readonly facts: ReceivedFacts;
  /** Why nothing was decided, else the reason of the verdict. */
  readonly reason: Reason | Skipped;
  /** Names the call in the trace; random. */
  readonly traceId: string;
}
