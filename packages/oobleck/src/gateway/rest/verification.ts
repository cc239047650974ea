// `POST /stir/v1/verification`: a switch asks what to believe of a call that arrived. The body is that of ATIS-1000082,
// inside `verificationRequest`, or that of 3GPP TS 24.229 Annex V, bare. Without an Identity the call is looked for out of
// band. A call that does not verify is answered with 200 and the reason.

import type { Json, JsonObject } from '@oobleck/stir/json';
import type { OfferedCall, ReceivedAnswer, Trunk } from '../trunk/index.ts';
import { type Asker, trunkOf } from './asker.ts';
import { AtisRefusal } from './atis-error.ts';
import { readIdentityList } from './identity-list.ts';
import { protectedPriorities } from './priority.ts';
import {
  foundPriority,
  type PriorityQuestion,
  priorityResult,
  readPriorityQuestion,
} from './priority-result.ts';
import { explainAnswer, type ReasonCodes } from './reason-codes.ts';
import {
  checkedParty,
  optionalText,
  readCallId,
  required,
  requireObject,
  requireParties,
  requireTime,
} from './request-reader.ts';
import { formatVerifyResults } from './verify-results.ts';

export interface VerificationQuestion {
  readonly offer: OfferedCall;
  /** Asked beside it, where the call claims priority. */
  readonly priority?: PriorityQuestion | undefined;
  readonly format: (answer: ReceivedAnswer, priority: ReceivedAnswer | undefined) => JsonObject;
}

/** @throws AtisRefusal */
export function readVerification(body: JsonObject, asker: Asker, codes: ReasonCodes): VerificationQuestion {
  if (body.verificationRequest !== undefined)
    return readAtis(requireObject(body, 'verificationRequest'), asker, codes);
  if (body.from === undefined && body.to === undefined)
    throw new AtisRefusal('SVC4001', 'verificationRequest');
  return read3gpp(body, asker, codes);
}

function readAtis(request: JsonObject, asker: Asker, codes: ReasonCodes): VerificationQuestion {
  const trunk = trunkOf(request, asker, 'incoming');
  const caller = readCaller(requireObject(request, 'from'), trunk);
  const [called, ...alsoCalled] = requireParties(request, 'to', trunk.numbers);
  const sentAt = requireTime(request, 'time');
  const identities = readIdentityList(request);
  const offer = {
    ...readCommon(request, asker, trunk),
    ...(caller === undefined ? {} : { caller }),
    called: called!,
    alsoCalled,
    sentAt,
    identities,
  };
  return { offer, format: (answer) => ({ verificationResponse: formatAtis(answer, identities, codes) }) };
}

function formatAtis(answer: ReceivedAnswer, identities: readonly string[], codes: ReasonCodes): JsonObject {
  const { verdict, identities: restored } = answer;
  const { verstat } = verdict;
  if (verdict.status === 'verified')
    return restored.length === 0 ? { verstat } : { verstat, identities: restored };
  const { code, phrase, text } = explainAnswer(answer, identities, codes);
  return { verstat, reasoncode: code, reasontext: phrase, reasondesc: text };
}

function read3gpp(request: JsonObject, asker: Asker, codes: ReasonCodes): VerificationQuestion {
  const trunk = trunkOf(request, asker, 'incoming');
  const plan = trunk.numbers;
  const from = required(request, 'from');
  const to = checkedParty(required(request, 'to'), 'to', plan);
  const sentAt = requireTime(request, 'time');
  // `dest` is from the Request-URI: where it is there, whom the call is for now (RFC 8946 Section 4.2).
  const { dest } = request;
  const called = dest === undefined || dest === null ? to : checkedParty(dest, 'dest', plan);
  const { priority, identities } = readPriorityQuestion(request, readIdentityList(request));
  const claimed = protectedPriorities(request.protectedHeaders);
  const offer = {
    ...readCommon(request, asker, trunk),
    caller: isAnonymous(from) ? undefined : checkedParty(from, 'from', plan),
    called,
    formerlyCalled: called === to ? [] : [to],
    addressedTo: called === to ? undefined : to,
    displayName: optionalText(request, 'displayName'),
    sentAt,
    identities,
  };
  return {
    offer,
    priority,
    format: (answer, priorityAnswer) => {
      const result = priorityResult(priority, priorityAnswer);
      const verstatPriority = result === undefined ? foundPriority(answer, claimed) : result.verstatPriority;
      return {
        verstatValue: answer.verdict.verstat,
        ...formatVerifyResults(answer, identities, codes, result?.results ?? []),
        ...(verstatPriority === undefined ? {} : { verstatPriority }),
        // Beyond the document, as `identities` beyond ATIS-1000082: what is put back (RFC 8816 Section 5.3).
        ...(answer.identities.length === 0 ? {} : { identityHeaders: answer.identities }),
      };
    },
  };
}

function readCommon(request: JsonObject, asker: Asker, trunk: Trunk) {
  const formerlyCalled =
    request.formerlyCalled === undefined ? [] : requireParties(request, 'formerlyCalled', trunk.numbers);
  return { trunk, callId: readCallId(request, asker.requestId), formerlyCalled };
}

/** A caller without a number (`{"uri":"sip:anonymous@anonymous.invalid"}`) is no error. */
function readCaller(from: JsonObject, { numbers }: Trunk): string | undefined {
  const { tn, uri } = from;
  if (tn !== undefined) return checkedParty(requireTn(tn), 'from', numbers);
  if (typeof uri === 'string') return isAnonymous(uri) ? undefined : checkedParty(uri, 'from', numbers);
  throw new AtisRefusal('SVC4001', 'tn');
}

function requireTn(tn: Json): Json {
  if (typeof tn !== 'string' || !/^[0-9*#+.\-()]{1,32}$/.test(tn)) throw new AtisRefusal('SVC4005', 'from');
  return tn;
}

/** RFC 3323 Section 4.1.1.3. */
function isAnonymous(from: Json): boolean {
  return (
    from === '' || from === 'anonymous' || (typeof from === 'string' && /@anonymous\.invalid$/i.test(from))
  );
}
