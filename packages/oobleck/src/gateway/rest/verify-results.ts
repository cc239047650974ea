// What 3GPP TS 24.229 Annex V tells of each PASSporT: `verifyResults`, and of each diversion `divResult`.

import type { JsonObject } from '@oobleck/stir/json';
import type { Party, Passport } from '@oobleck/stir/passport';
import { pptOf } from '@oobleck/stir/passport';
import { readIdentity } from '@oobleck/stir/verdict';
import type { ReceivedAnswer } from '../trunk/index.ts';
import { explainAnswer, type ReasonCodes } from './reason-codes.ts';

/** @param others results of PASSporTs that were asked about beside the call */
export function formatVerifyResults(
  answer: ReceivedAnswer,
  identities: readonly string[],
  codes: ReasonCodes,
  others: readonly JsonObject[],
): JsonObject {
  const { passport, diversions = [], verstat } = answer.verdict;
  if (passport === undefined) return formatFailures(answer, identities, codes, others);
  const results = [...[passport, ...diversions].map(passed), ...others];
  const divResult = diversions.map(({ diversion }) => ({
    div: nameOf(diversion!.from),
    verstatValue: verstat,
  }));
  return { verifyResults: results, ...(divResult.length === 0 ? {} : { divResult }) };
}

/** The verdict is one for the call: every PASSporT it did not come to rest on is told its reason. */
function formatFailures(
  answer: ReceivedAnswer,
  identities: readonly string[],
  codes: ReasonCodes,
  others: readonly JsonObject[],
): JsonObject {
  const { code, phrase, text } = explainAnswer(answer, identities, codes);
  const reads = identities.map((value) => readIdentity(value));
  const results = reads.map((read) => ({
    verifyResult: {
      ppt: 'value' in read ? (pptOf(read.value.extension) ?? '') : '',
      status: 'fail',
      reasonCode: code,
      reasonText: phrase,
      reasonDescription: text,
    },
  }));
  const divResult = reads.flatMap((read) => {
    const from = 'value' in read ? read.value.diversion?.from : undefined;
    return from === undefined ? [] : [{ div: nameOf(from), verstatValue: answer.verdict.verstat }];
  });
  return {
    ...(results.length + others.length === 0 ? {} : { verifyResults: [...results, ...others] }),
    ...(divResult.length === 0 ? {} : { divResult }),
  };
}

export function passed({ extension, claims }: Passport): JsonObject {
  return { verifyResult: { ppt: pptOf(extension) ?? '', status: 'pass', validClaims: claims } };
}

function nameOf(party: Party): string {
  return party.kind === 'tn' ? party.number : party.uri;
}
