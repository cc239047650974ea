// The `shaken` extension (RFC 8588): how sure the signing provider is of its caller, and an opaque identifier of
// where the call entered its network.

import type { JsonObject } from '../json/index.ts';
import { StirError } from '../stir-error.ts';

/** A: full; B: partial; C: gateway (RFC 8588 Section 4). */
export type Attestation = 'A' | 'B' | 'C';

export interface ShakenClaims {
  readonly attestation: Attestation;
  /** `origid`, a UUID in lower or upper case (RFC 8588 Section 5). */
  readonly originationId: string;
}

export function isAttestation(value: unknown): value is Attestation {
  return value === 'A' || value === 'B' || value === 'C';
}

export function isOriginationId(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value);
}

/** Whether `attestation` claims no more than `highest` does. */
export function isAtMost(attestation: Attestation, highest: Attestation): boolean {
  return attestation >= highest;
}

/** @throws StirError ERR_PASSPORT_FORMAT */
export function parseShakenClaims({ attest, origid }: JsonObject): ShakenClaims {
  if (!isAttestation(attest)) throw new StirError('ERR_PASSPORT_FORMAT', 'attest is not A, B or C');
  if (!isOriginationId(origid)) throw new StirError('ERR_PASSPORT_FORMAT', 'origid is not a UUID');
  return { attestation: attest, originationId: origid };
}

export function formatShakenClaims({ attestation, originationId }: ShakenClaims): JsonObject {
  return { attest: attestation, origid: originationId };
}
