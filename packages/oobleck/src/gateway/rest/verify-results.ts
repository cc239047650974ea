// What 3GPP TS 24.229 Annex V tells of each PASSporT: `verifyResults`, and of each diversion `divResult`.

import type { JsonObject } from '@oobleck/stir/json';
import type { Party, Passport } from '@oobleck/stir/passport';
import { pptOf } from '@oobleck/stir/passport';
import { explain, type Outcome, type Rejection, readIdentity } from '@oobleck/stir/verdict';
import type { ReceivedAnswer } from '../trunk/index.ts';
import { explainAnswer, type ReasonCodes, type ReasonTexts } from './reason-codes.ts';

/** @param others results of PASSporTs that were asked about beside the call */
export function formatVerifyResults(
  answer: ReceivedAnswer,
  identities: readonly string[],
  codes: ReasonCodes,
  others: readonly JsonObject[],
): JsonObject {
  const { passport, diversions: own = [], companions = [], verstat, rejections = [] } = answer.verdict;
  if (passport === undefined) return formatFailures(answer, identities, codes, others);
  const reads = identities.map((value) => readIdentity(value));
  const rejected = identities.flatMap((value, at) => {
    const own = rejectionOf(rejections, value, reads[at]!);
    return own === undefined ? [] : [failure(reads[at]!, textsOf(own))];
  });
  const beside = companions.map((one) => one.passport);
  const diversions = distinct([...own, ...companions.flatMap((one) => one.diversions ?? [])]);
  const results = [...[passport, ...beside, ...diversions].map(passed), ...rejected, ...others];
  const divResult = diversions.map(({ diversion }) => ({
    div: nameOf(diversion!.from),
    verstatValue: verstat,
  }));
  return { verifyResults: results, ...(divResult.length === 0 ? {} : { divResult }) };
}

/** One `div` may divert several PASSporTs (RFC 8946 Section 4.1). */
function distinct(passports: readonly Passport[]): readonly Passport[] {
  return [...new Map(passports.map((one) => [one.token, one])).values()];
}

/** Of each PASSporT its own reason where it is known, else that of the call. */
function formatFailures(
  answer: ReceivedAnswer,
  identities: readonly string[],
  codes: ReasonCodes,
  others: readonly JsonObject[],
): JsonObject {
  const { rejections = [] } = answer.verdict;
  const reads = identities.map((value) => readIdentity(value));
  const results = reads.map((read, at) => {
    const own = rejectionOf(rejections, identities[at]!, read);
    const isOther = own !== undefined && own.reason !== answer.verdict.reason;
    return failure(read, isOther ? textsOf(own) : explainAnswer(answer, identities, codes));
  });
  const divResult = reads.flatMap((read) => {
    const from = 'value' in read ? read.value.diversion?.from : undefined;
    return from === undefined ? [] : [{ div: nameOf(from), verstatValue: answer.verdict.verstat }];
  });
  return {
    ...(results.length + others.length === 0 ? {} : { verifyResults: [...results, ...others] }),
    ...(divResult.length === 0 ? {} : { divResult }),
  };
}

function failure(read: Outcome<Passport>, { code, phrase, text }: ReasonTexts): JsonObject {
  return {
    verifyResult: {
      ppt: 'value' in read ? (pptOf(read.value.extension) ?? '') : '',
      status: 'fail',
      reasonCode: code,
      reasonText: phrase,
      reasonDescription: text,
    },
  };
}

/** By the full form, or by what stands before the parameters where it could not be read. */
function rejectionOf(
  rejections: readonly Rejection[],
  identity: string,
  read: Outcome<Passport>,
): Rejection | undefined {
  const name = 'value' in read ? read.value.token : identity.split(';', 1)[0]!.trim();
  return rejections.find(({ token }) => token === name);
}

function textsOf({ reason }: Rejection): ReasonTexts {
  const { sipCode, phrase, text } = explain(reason);
  return { code: sipCode, phrase, text: `${reason}: ${text}` };
}

export function passed({ extension, claims }: Passport): JsonObject {
  return { verifyResult: { ppt: pptOf(extension) ?? '', status: 'pass', validClaims: claims } };
}

function nameOf(party: Party): string {
  return party.kind === 'tn' ? party.number : party.uri;
}
