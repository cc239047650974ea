// `POST /stir/v1/verification` (ATIS-1000082): a switch asks what to believe of a call that arrived. `identity` may be
// missing, then the call is looked for out of band. A call that does not verify is answered with 200 and the reason.

import type { ArrivedCall } from '@oobleck/stir/call';
import type { Json, JsonObject } from '@oobleck/stir/json';
import type { DialPlan, TelephoneNumber } from '@oobleck/stir/number';
import { explain, type Verdict } from '@oobleck/stir/verdict';
import { AtisRefusal } from './atis-error.ts';
import { canonical, readCallId, requireNumbers, requireObject, requireTime } from './request-reader.ts';
import type { SigningContext } from './signing.ts';

export interface VerificationRequest {
  readonly call: ArrivedCall;
  /** Values of Identity header fields. */
  readonly identities: readonly string[];
}

/** @throws AtisRefusal */
export function readVerificationRequest(request: JsonObject, context: SigningContext): VerificationRequest {
  const { plan, tenant } = context;
  const caller = readCaller(requireObject(request, 'from'), plan);
  const called = requireNumbers(request, 'to', plan);
  requireTime(request, 'time');
  const formerlyCalled =
    request.formerlyCalled === undefined ? [] : requireNumbers(request, 'formerlyCalled', plan);
  const callId = readCallId(request, context.requestId);
  const call = { tenant, callId, called, formerlyCalled, arrivedAt: context.now };
  return {
    call: caller === undefined ? call : { ...call, caller },
    identities: readIdentities(request.identity),
  };
}

export function formatVerificationResponse({ verstat, reason, status }: Verdict): JsonObject {
  if (status === 'verified') return { verificationResponse: { verstat } };
  const { sipCode, phrase, text } = explain(reason);
  const reasons = { reasoncode: sipCode, reasontext: phrase, reasondesc: `${reason}: ${text}` };
  return { verificationResponse: { verstat, ...reasons } };
}

/** A caller without a number (`{"uri":"sip:anonymous@anonymous.invalid"}`) is no error; it cannot be verified. */
function readCaller(from: JsonObject, plan: DialPlan | undefined): TelephoneNumber | undefined {
  if (from.tn !== undefined) return canonical(from.tn, 'from', plan);
  if (typeof from.uri === 'string') return undefined;
  throw new AtisRefusal('SVC4001', 'tn');
}

function readIdentities(identity: Json | undefined): readonly string[] {
  if (identity === undefined || identity === '') return [];
  if (typeof identity !== 'string') throw new AtisRefusal('SVC4005', 'identity');
  return [identity];
}
