// What the switch is told about a call it places. Whatever went wrong, the call goes on.

import type { AuthenticationOutcome, DiversionResult, OutOfBand } from '../../authentication/index.ts';
import { SKIPPED, type Skipped } from './skipped.ts';

export type PlacedReason =
  | 'signed'
  | 'carried'
  | 'diverted'
  /** It came with an Identity, and the trunk signs calls of its own only. */
  | 'already-signed'
  /** Nothing to carry came with it, and the trunk carries only. */
  | 'no-passport'
  | Extract<AuthenticationOutcome, { signed: false }>['reason']
  | Extract<DiversionResult, { diverted: false }>['reason']
  | Skipped;

const EACH: Readonly<Record<Exclude<PlacedReason, Skipped>, true>> = {
  signed: true,
  carried: true,
  diverted: true,
  'already-signed': true,
  'no-passport': true,
  'no-authority': true,
  'number-not-allowed': true,
  'attestation-too-high': true,
  'priority-not-allowed': true,
  'unknown-tenant': true,
  'same-number': true,
  stale: true,
  'too-many-diversions': true,
};

/** All of them, for whoever counts. */
export const PLACED_REASONS: readonly PlacedReason[] = [
  ...(Object.keys(EACH) as (keyof typeof EACH)[]),
  ...SKIPPED,
];

export interface PlacedAnswer {
  /** `continue`: on with what is said here; `unchanged`: on as it came. */
  readonly action: 'continue' | 'unchanged';
  /** Values of Identity header fields to add. */
  readonly identities: readonly string[];
  /** Values of Identity-Encrypted header fields to add. */
  readonly identityEncrypted: readonly string[];
  /** Whether those the call came with are to be taken off. */
  readonly removeIdentities: boolean;
  readonly outOfBand: OutOfBand;
  readonly reason: PlacedReason;
  /** Names the call in the trace; random. */
  readonly traceId: string;
}
