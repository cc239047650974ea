// `POST /stir/v1/signing` (ATIS-1000082): a switch asks for the Identity header of a call it is about to place. The
// call's PASSporT is left out of band on the way.

import type { PlacedCall } from '@oobleck/stir/call';
import type { JsonObject } from '@oobleck/stir/json';
import type { DialPlan } from '@oobleck/stir/number';
import { isAttestation, isOriginationId } from '@oobleck/stir/passport';
import type { AuthenticationOutcome } from '../../authentication/index.ts';
import { AtisRefusal } from './atis-error.ts';
import { readCallId, required, requireNumber, requireNumbers, requireTime } from './request-reader.ts';

export interface SigningContext {
  readonly tenant: string;
  readonly requestId: string;
  readonly plan: DialPlan | undefined;
  /** Seconds since 1970. */
  readonly now: number;
}

/** How far the switch's clock may be from ours: a PASSporT outside freshness is worth nothing (RFC 8224 Section 4.1). */
const MAXIMUM_SKEW_SECONDS = 60;

/** @throws AtisRefusal */
export function readSigningRequest(request: JsonObject, context: SigningContext): PlacedCall {
  const attestation = required(request, 'attest');
  if (!isAttestation(attestation)) throw new AtisRefusal('SVC4005', 'attest');
  const destinations = requireNumbers(request, 'dest', context.plan);
  const placedAt = requireTime(request, 'iat');
  if (Math.abs(placedAt - context.now) > MAXIMUM_SKEW_SECONDS) throw new AtisRefusal('SVC4005', 'iat');
  const originator = requireNumber(request, 'orig', context.plan);
  const originationId = required(request, 'origid');
  if (!isOriginationId(originationId)) throw new AtisRefusal('SVC4005', 'origid');
  return {
    tenant: context.tenant,
    callId: readCallId(request, context.requestId),
    originator,
    destinations,
    placedAt,
    shaken: { attestation, originationId },
  };
}

/** @throws AtisRefusal where the tenant may not sign this call */
export function formatSigningResponse(outcome: AuthenticationOutcome): JsonObject {
  if (outcome.signed) return { signingResponse: { identity: outcome.identity } };
  if (outcome.reason === 'unknown-tenant') throw new Error('a tenant without a signing key');
  throw new AtisRefusal('SVC4005', outcome.reason === 'attestation-too-high' ? 'attest' : 'orig');
}
