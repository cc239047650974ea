// What `passport verify` looks at, one check after the other (RFC 8224 Section 6.2), each with its result and why. The
// verdict is not made of them: it comes from the same functions that the verification service runs.

import type { ArrivedCall } from '@oobleck/stir/call';
import { spcOwnsBy, validatePath } from '@oobleck/stir/certificate';
import {
  type ChainOutcome,
  type JudgeRules,
  judgeChain,
  linksOf,
  matchChain,
  type PassportChain,
  type Reason,
} from '@oobleck/stir/verdict';
import { checkCall } from './call-checks.ts';
import type { FoundChain } from './chain-input.ts';
import type { Check, CheckQuestion } from './check.ts';
import { checkSigner } from './signer-checks.ts';

export interface CheckAnswer {
  readonly checks: readonly Check[];
  readonly reason: Reason;
}

export function checkPassport(question: CheckQuestion): CheckAnswer {
  const links = linksOf(question.chain);
  const outcomes = question.certificates.map((found) => outcomeOf(found, question));
  const checks = [
    ...checkCall(question),
    ...links.flatMap((link, i) => checkSigner(link, question.certificates[i]!, outcomes[i]!, question)),
  ];
  return { checks, reason: judge(question, outcomes) };
}

function judge(question: CheckQuestion, outcomes: readonly ChainOutcome[]): Reason {
  const { chain, call, at, crypto, freshnessSeconds, numberMap } = question;
  const rules: JudgeRules = { crypto, freshnessSeconds, numberMap };
  const mismatch = matchChain(chain, call ?? callStatedBy(chain), rules, at);
  if (mismatch !== undefined) return mismatch;
  const judged = judgeChain(chain, outcomes, 'in-band', rules);
  if ('fault' in judged) return judged.fault;
  return call === undefined ? 'no-caller' : 'verified';
}

/** For the checks that are left where there is no call to compare with. */
function callStatedBy(chain: PassportChain): ArrivedCall {
  const { originator } = chain.base;
  const { destinations } = linksOf(chain)[0]!;
  return {
    tenant: '',
    callId: '',
    ...(originator.kind === 'tn' ? { caller: originator.number } : { callerUri: originator.uri }),
    called: destinations.numbers,
    calledUris: destinations.uris,
    formerlyCalled: [],
    arrivedAt: 0,
  };
}

function outcomeOf(found: FoundChain, { anchors, at, crypto, numberMap, crl }: CheckQuestion): ChainOutcome {
  if ('missing' in found)
    return { fault: found.missing === 'malformed' ? 'certificate-malformed' : 'certificate-unavailable' };
  return {
    path: validatePath({
      chain: found.chain,
      anchors,
      at,
      crypto,
      spcOwns: spcOwnsBy(numberMap),
      isRevoked: crl?.has,
    }),
  };
}
