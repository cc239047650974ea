// What came beside the PASSporT that a call has taken, and is about the same call, is taken for it as well: so the gateway
// can put back all that the call had (RFC 8816 Section 5.3), and no second call is proven by what is left of the first one's
// (RFC 8816 Section 7.4).

import type { Passport } from '@oobleck/stir/passport';
import {
  findCompanions,
  isThirdParty,
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
      return settled(taking, chains.map(taking.take), waitMs);
    },
  };
}

/** PASSporTs looked at beside the one that is taken, where those of other calls lie among them. */
const MOST_LOOKED_AT = 8;

/**
 * Of PASSporTs of any calls between two numbers (ATIS-1000096, ATIS-1000105), where nothing says what came together: beside
 * the one that is taken one of each other kind, of those that hold and are free the one that was issued nearest to it.
 */
export function createMixedCompanions(
  context: CandidateContext,
  passports: readonly Passport[],
  chainOf: ChainFinder,
): Companions {
  return {
    ask: () => askFor(passports, chainOf),
    takeBeside(taken, waitMs) {
      const taking = createTaking(context, taken, chainOf);
      const takeFirst = async (chains: readonly PassportChain[]): Promise<boolean> => {
        for (const chain of chains) if (await taking.take(chain)) return true;
        return false;
      };
      return settled(taking, nearestByKind(passports, taken.base).map(takeFirst), waitMs);
    },
  };
}

function nearestByKind(passports: readonly Passport[], taken: Passport): (readonly PassportChain[])[] {
  const distance = ({ issuedAt }: Passport): number => Math.abs(issuedAt - taken.issuedAt);
  const isOther = (passport: Passport): boolean => kindOf(passport) !== kindOf(taken);
  const near = passports
    .filter((one) => one.diversion === undefined && isOther(one))
    .sort((a, b) => distance(a) - distance(b))
    .slice(0, MOST_LOOKED_AT);
  const chains = findCompanions([...near, ...passports.filter(({ diversion }) => diversion !== undefined)])
    .filter(({ base }) => isOther(base))
    .sort((a, b) => distance(a.base) - distance(b.base));
  return [...Map.groupBy(chains, ({ base }) => kindOf(base)).values()];
}

function kindOf(passport: Passport): string {
  return isThirdParty(passport) ? 'third party' : passport.extension;
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
  return {
    found,
    take(chain) {
      const nowMs = parts.now();
      if (matchCompanion(chain, taken.base, call, rules, nowMs / 1000) !== undefined) return false;
      const { name, untilMs } = useOf(context, chain);
      if (names.has(name)) return false;
      const judge = (holder: string, findings: readonly ChainResult[]): boolean => {
        if (holder !== callKey || names.has(name)) return false;
        const judged = judgeCompanion(chain, outcomesOf(parts, chain, findings), channel, rules);
        if ('fault' in judged) return false;
        names.add(name);
        found.push(judged.value);
        return true;
      };
      // Taken first and judged then: while its certificate is on the way, no second call gets it.
      const holder = parts.used.take(name, callKey, untilMs, nowMs);
      const findings = linksOf(chain).map(chainOf);
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
