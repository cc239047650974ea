// Which link of a chain is at fault: what is reported of each PASSporT by itself (RFC 9410 Section 4), where a verdict is
// about the call. Only looked at once a chain as a whole fell short.

import type { ArrivedCall } from '../call/index.ts';
import { type ChainOutcome, type JudgeRules, judgeDiversion, judgeSigner } from './judge-passport.ts';
import { type MatchRules, matchChain } from './match-call.ts';
import { linksOf, type PassportChain } from './passport-chain.ts';
import type { Fault } from './reason.ts';

export type LinkFaults = readonly (Fault | undefined)[];

/** What `matchChain` found, by the PASSporT it is about; in the order of `linksOf`. */
export function matchFaults(
  chain: PassportChain,
  call: ArrivedCall,
  rules: MatchRules,
  now: number,
): LinkFaults {
  const fault = matchChain(chain, call, rules, now);
  const links = linksOf(chain);
  const last = links.length - 1;
  if (fault === undefined) return links.map(() => undefined);
  // `dest` is that of the latest, `orig` and `mky` are those of the innermost.
  if (fault !== 'stale')
    return links.map((_, at) => (at === (fault === 'called-mismatch' ? 0 : last) ? fault : undefined));
  const maximumAge = Math.max(rules.freshnessSeconds, rules.divertedMaximumAgeSeconds ?? 0);
  return links.map(({ issuedAt }, at) => {
    const ageLimit = at === 0 ? rules.freshnessSeconds : maximumAge;
    return issuedAt - now > rules.freshnessSeconds || now - issuedAt > ageLimit ? 'stale' : undefined;
  });
}

/** What `judgeChain` found, by the PASSporT it is about. @param outcomes of each link, in the order of `linksOf` */
export function judgeFaults(
  chain: PassportChain,
  outcomes: readonly ChainOutcome[],
  rules: JudgeRules,
): LinkFaults {
  return linksOf(chain).map((link, at) => {
    const outcome = outcomes[at] ?? { fault: 'internal' };
    const judged =
      link === chain.base
        ? judgeSigner(link, outcome, 'in-band', rules)
        : judgeDiversion(link, outcome, rules);
    return 'fault' in judged ? judged.fault : undefined;
  });
}
