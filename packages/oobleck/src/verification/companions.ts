// What came beside the PASSporT that a call has taken, and is about the same call, is taken for it as well: so the gateway
// can put back all that the call had (RFC 8816 Section 5.3), and no second call is proven by what is left of the first one's
// (RFC 8816 Section 7.4, R-10).

import type { Passport } from '@oobleck/stir/passport';
import {
  findCompanions,
  judgeCompanion,
  linksOf,
  matchCompanion,
  type Outcome,
  type PassportChain,
  type ValidPassport,
} from '@oobleck/stir/verdict';
import type { AtOnceOrLater } from '../call/index.ts';
import type { ChainResult } from '../trust/index.ts';
import type { CandidateContext, ChainFinder } from './candidates.ts';
import { isAtHand, outcomesOf } from './chain-outcomes.ts';
import { useOf } from './used-name.ts';

/** PASSporTs that came together. */
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

/** Beside one PASSporT: a call has a `shaken`, an `rph`, an `rcd` of its own and one of a third party. */
const MOST = 4;

/** Of PASSporTs of one call: those of its header fields, or of one envelope. */
export function createCompanions(
  context: CandidateContext,
  passports: readonly Passport[],
  chainOf: ChainFinder,
): Companions {
  const chains = findCompanions(passports);
  return {
    ask: () => askFor(chains.flatMap(linksOf), chainOf),
    takeBeside(taken, waitMs) {
      const taking = createTaking(context, taken, chainOf);
      const others = chains.filter(({ base }) => base !== taken.base);
      return settled(taking, others.slice(0, MOST).map(taking.take), waitMs);
    },
  };
}

function askFor(passports: readonly Passport[], chainOf: ChainFinder): void {
  for (const chain of passports.map(chainOf)) if (chain instanceof Promise) chain.catch(() => undefined); // heard where it is waited for
}

interface Taking {
  readonly found: readonly ValidPassport[];
  /** @returns whether it is the call's: it is about it, holds, and no other call has it */
  take(chain: PassportChain): boolean | Promise<boolean>;
}

function createTaking(context: CandidateContext, taken: PassportChain, chainOf: ChainFinder): Taking {
  const { parts, rules, call, callKey, channel } = context;
  const found: ValidPassport[] = [];
  const names = new Set([useOf(context, taken).name]);
  const judgedBy = (chain: PassportChain, findings: readonly ChainResult[]): Outcome<ValidPassport> =>
    judgeCompanion(chain, outcomesOf(parts, chain, findings), channel, rules);
  return {
    found,
    take(chain) {
      const nowMs = parts.now();
      if (matchCompanion(chain, taken.base, call, rules, nowMs / 1000) !== undefined) return false;
      const { name, untilMs } = useOf(context, chain);
      if (names.has(name)) return false;
      const judge = (holder: string, findings: readonly ChainResult[]): boolean => {
        if (holder !== callKey || names.has(name)) return false;
        const judged = judgedBy(chain, findings);
        if ('fault' in judged) return false;
        names.add(name);
        found.push(judged.value);
        return true;
      };
      const findings = linksOf(chain).map(chainOf);
      // Junk is kept in no record; while a certificate is on the way, no second call gets what it is of.
      if (isAtHand(findings) && 'fault' in judgedBy(chain, findings)) return false;
      const holder = parts.used.take(name, callKey, untilMs, nowMs);
      return holder instanceof Promise || !isAtHand(findings)
        ? Promise.all([holder, Promise.all(findings)]).then((known) => judge(...known))
        : judge(holder, findings);
    },
  };
}

/** What was found once all is judged, or after so long: a slow certificate of one does not hold up the call for good. */
function settled(
  { found }: Taking,
  takings: readonly (boolean | Promise<boolean>)[],
  waitMs: number,
): AtOnceOrLater<readonly ValidPassport[]> {
  const pending = takings.filter((one) => one instanceof Promise);
  for (const one of pending) one.catch(() => undefined); // as if it had not come
  if (pending.length === 0 || waitMs <= 0) return found;
  return new Promise((resolve) => {
    const end = (): void => resolve([...found]);
    const timer = setTimeout(end, waitMs);
    void Promise.allSettled(pending).then(() => {
      clearTimeout(timer);
      end();
    });
  });
}
