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

const UUID_LETTERS = 36;
const HYPHEN = 0x2d;

export function isAttestation(value: unknown): value is Attestation {
  return value === 'A' || value === 'B' || value === 'C';
}

export function isOriginationId(value: unknown): value is string {
  if (typeof value !== 'string' || value.length !== UUID_LETTERS) return false;
  for (let at = 0; at < UUID_LETTERS; at++) {
    const code = value.charCodeAt(at);
    if (isHyphenPlace(at) ? code !== HYPHEN : !isHexDigit(code)) return false;
  }
  return true;
}

function isHyphenPlace(at: number): boolean {
  return at === 8 || at === 13 || at === 18 || at === 23;
}

function isHexDigit(code: number): boolean {
  const lower = code | 0x20;
  return (code >= 0x30 && code <= 0x39) || (lower >= 0x61 && lower <= 0x66);
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
