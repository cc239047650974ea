// What came beside the PASSporT that verified a call and is about the same call: its priority (RFC 8443), its rich call data
// (RFC 9795), by whomever signed. Each is judged like the first one; what falls short is as if it had not come.

import type { ArrivedCall } from '../call/index.ts';
import type { Passport } from '../passport/index.ts';
import {
  type ChainOutcome,
  type JudgeRules,
  judgeChain,
  judgeDiversions,
  judgeSignature,
} from './judge-passport.ts';
import { type MatchRules, matchChain } from './match-call.ts';
import { findChains, isThirdParty, type PassportChain, speaksForCaller } from './passport-chain.ts';
import type { Channel, Fault, Outcome } from './reason.ts';
import { thirdPartyFault } from './third-party.ts';
import type { ValidPassport } from './verdict.ts';

/** Chains of a set of PASSporTs that may accompany another one of it: what callers say, then what third parties say. */
export function findCompanions(passports: readonly Passport[]): readonly PassportChain[] {
  return findChains(passports, (one) => speaksForCaller(one) || isThirdParty(one)).chains;
}

/** Whether a chain is about the call that `verified` is about: its caller, its called party, its time. */
export function matchCompanion(
  chain: PassportChain,
  verified: Passport,
  call: ArrivedCall,
  rules: MatchRules,
  now: number,
): Fault | undefined {
  return (
    matchChain(chain, call, rules, now) ??
    (isThirdParty(chain.base) ? thirdPartyFault(chain.base, verified, rules.freshnessSeconds) : undefined)
  );
}

/**
 * Every PASSporT of the chain. A third party has to be who it says it is, and needs no authority over the caller's number
 * (RFC 9795); it has none to give either.
 * @param outcomes of each link, in the order of `linksOf`
 */
export function judgeCompanion(
  chain: PassportChain,
  outcomes: readonly ChainOutcome[],
  channel: Channel,
  rules: JudgeRules,
): Outcome<ValidPassport> {
  const { base: passport, diversions } = chain;
  if (!isThirdParty(passport)) return judgeChain(chain, outcomes, channel, rules);
  const linked = judgeDiversions(chain, outcomes, rules);
  if ('fault' in linked) return linked;
  const signed = judgeSignature(passport, [], linked.value, rules);
  if ('fault' in signed) return signed;
  const valid = { passport, authority: 'provider', channel } as const;
  return { value: diversions.length === 0 ? valid : { ...valid, diversions } };
}
