// What came beside the PASSporT that a call has taken, and is about the same call, is taken for it as well: so the gateway
// can put back all that the call had (RFC 8816 Section 5.3), and no second call is proven by what is left of the first one's
// (RFC 8816 Section 7.4).

import type { Passport } from '@oobleck/stir/passport';
import {
  findCompanions,
  judgeCompanion,
  linksOf,
  matchCompanion,
  type PassportChain,
  type ValidPassport,
} from '@oobleck/stir/verdict';
import type { AtOnceOrLater } from '../call/index.ts';
import type { ChainResult } from '../trust/index.ts';
import type { CandidateContext, ChainFinder } from './candidates.ts';
import { isAtHand, outcomesOf } from './chain-outcomes.ts';
import { useOf } from './used-name.ts';

/** PASSporTs that came together, and may be of one call. */
export interface Companions {
  /** Asks for their certificates, whomever they are about: what is fetched must not tell whether it was this call. */
  ask(): void;
  /**
   * Those that hold beside `taken`, at once where all that it takes is in memory; later ones within `waitMs`, which may
   * come to nothing.
   */
  takeBeside(taken: PassportChain, waitMs: number): AtOnceOrLater<readonly ValidPassport[]>;
}

/** Of a PASSporT that came alone. */
export const NO_COMPANIONS: Companions = { ask: () => undefined, takeBeside: () => [] };

export function createCompanions(
  context: CandidateContext,
  passports: readonly Passport[],
  chainOf: ChainFinder,
): Companions {
  const chains = findCompanions(passports);
  return {
    ask() {
      for (const chain of chains.flatMap(linksOf).map(chainOf))
        if (chain instanceof Promise) chain.catch(() => undefined); // heard where it is waited for
    },
    takeBeside(taken, waitMs) {
      const found: ValidPassport[] = [];
      const names = new Set([useOf(context, taken).name]);
      const pending = chains.flatMap((chain) => {
        const added = takeOne(context, taken, chain, chainOf, names, found);
        added?.catch(() => undefined); // as if it had not come
        return added === undefined ? [] : [added];
      });
      return pending.length === 0 || waitMs <= 0 ? found : within(pending, waitMs).then(() => [...found]);
    },
  };
}

/**
 * It is taken first and judged then: while its certificate is on the way, no second call gets it.
 * @param names of PASSporTs that the call has @param found gets the PASSporT where it holds and no other call has it
 */
function takeOne(
  context: CandidateContext,
  taken: PassportChain,
  chain: PassportChain,
  chainOf: ChainFinder,
  names: Set<string>,
  found: ValidPassport[],
): void | Promise<void> {
  const { parts, rules, call, callKey, channel } = context;
  const now = parts.now() / 1000;
  if (matchCompanion(chain, taken.base, call, rules, now) !== undefined) return;
  const { name, untilMs } = useOf(context, chain);
  if (names.has(name)) return;
  const judge = (holder: string, findings: readonly ChainResult[]): void => {
    if (holder !== callKey || names.has(name)) return;
    const judged = judgeCompanion(chain, outcomesOf(parts, chain, findings), channel, rules);
    if ('fault' in judged) return;
    names.add(name);
    found.push(judged.value);
  };
  const holder = parts.used.take(name, callKey, untilMs, parts.now());
  const findings = linksOf(chain).map(chainOf);
  return holder instanceof Promise || !isAtHand(findings)
    ? Promise.all([holder, Promise.all(findings)]).then((known) => judge(...known))
    : judge(holder, findings);
}

/** Until all are done, or so long: a slow certificate of one does not hold up the call for good. */
function within(pending: readonly Promise<void>[], waitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, waitMs);
    void Promise.allSettled(pending).then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
